/**
 * The pages of those who teach. They run in the browser (`ui/`): what is served here is where they stand, what they may
 * do, and what they look like until they have come. A browser without a script goes on to the plain page.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { UserCaller } from '../../domain/caller.ts';
import { HubError } from '../../domain/errors.ts';
import { allows, allowsSome } from '../../domain/scope.ts';
import { requireUser } from '../caller.ts';
import { PAGE_POLICY } from '../headers.ts';
import type { HttpParts } from '../parts.ts';
import { html } from './html.ts';
import { renderPage } from './layout.ts';
import { hubPath } from './links.ts';
import { pageContext, sendPage } from './page-context.ts';
import { uiEntry } from './ui-assets.ts';

/** Where each is, and the scopes that it asks for beside those of all of them. */
const PAGES = {
  people: { path: 'admin', scopes: [] },
  class: { path: 'admin/class', scopes: [] },
  groups: { path: 'admin/groups', scopes: ['list:groups', 'read:groups'] },
  settings: { path: 'admin/settings', scopes: ['read:hub'] },
} as const satisfies Readonly<Record<string, { readonly path: string; readonly scopes: readonly string[] }>>;

type PageName = keyof typeof PAGES;

export function mountAdmin(app: FastifyInstance, parts: Pick<HttpParts, 'site' | 'now'>): void {
  const { site } = parts;
  for (const [page, { path }] of Object.entries(PAGES)) {
    app.get(`/${path}`, async (request, reply) => {
      const caller = requireUser(request);
      if (!allows(caller.scopes, 'admin-ui') || !allows(caller.scopes, 'list:users')) {
        throw new HubError('forbidden', 'This page is for those who teach or administer the course.');
      }
      const pages = pagesOf(caller);
      if (!pages.includes(page as PageName)) {
        throw new HubError('forbidden', 'This page is for those who administer the course.');
      }
      const plain = hubPath(site, 'admin/plain');
      const entry = await uiEntry(site);
      // Somebody runs the sources and never made the bundle: the plain page does without.
      if (entry === undefined) return reply.redirect(plain);
      const context = pageContext(request, reply, parts);
      const { texts } = context;
      const nonce = randomBytes(16).toString('base64url');
      // The library of the pages makes style sheets as it goes.
      reply.header(
        'content-security-policy',
        PAGE_POLICY.replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`),
      );
      const start = {
        page,
        baseUrl: site.baseUrl,
        xsrf: context.xsrf,
        nonce,
        caller: caller.user.name,
        pages,
        abilities: abilitiesOf(caller),
        course: { name: site.course.name, classTimes: site.course.classTimes },
      };
      return sendPage(
        reply,
        renderPage(context, {
          title: texts.admin.title,
          entry: 'admin',
          width: 'wide',
          ...entry,
          elsewhereWithoutScript: plain,
          main: html`<div id="ui" data-start="${JSON.stringify(start)}"><h1>${texts.admin.heading}</h1><div class="ui-skeleton" aria-hidden="true"></div></div>`,
        }),
      );
    });
  }
}

function pagesOf({ scopes }: UserCaller): readonly PageName[] {
  const names = Object.keys(PAGES) as PageName[];
  return names.filter((name) => PAGES[name].scopes.every((scope) => allows(scopes, scope)));
}

/** What a caller may do here, for the buttons; every request is checked again. */
function abilitiesOf({ scopes, user }: UserCaller) {
  return {
    editGroups: allows(scopes, 'admin:groups'),
    start: allowsSome(scopes, 'start:servers'),
    stop: allowsSome(scopes, 'delete:servers'),
    open: allowsSome(scopes, 'access:servers'),
    add: allows(scopes, 'admin:users'),
    remove: allows(scopes, 'delete:users'),
    giveAdmin: allows(scopes, 'admin:users') && user.admin,
  };
}
