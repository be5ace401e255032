/** A link to a notebook for everybody: to copy, and as a QR code, which the projector shows large. */
import type { FastifyInstance } from 'fastify';
import { requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { originOf } from '../scheme.ts';
import { courseLink } from './course-link.ts';
import { type Html, html } from './html.ts';
import { type PageContext, renderPage } from './layout.ts';
import { hubPath } from './links.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { qrCode } from './qr-code.ts';

type Parts = Pick<HttpParts, 'site' | 'now'>;

export interface LinkModel {
  readonly place: string;
  readonly repository: string;
  readonly branch: string;
  /** The whole address; undefined where it cannot be made; null where nothing was asked yet. */
  readonly url: string | undefined | null;
  /** Large, for a class to see. */
  readonly onProjector: boolean;
}

export function mountLink(app: FastifyInstance, parts: Parts): void {
  const { site } = parts;
  app.get('/link', async (request, reply) => {
    requireUser(request);
    const { query } = request;
    const [place, repository, branch] = ['place', 'repository', 'branch'].map((name) =>
      field(query, name)?.trim(),
    );
    const path = place === undefined ? null : courseLink({ place, repository, branch }, site);
    const model = {
      place: place ?? '',
      repository: repository ?? '',
      branch: branch ?? '',
      url: path && `${originOf(request)}${path}`,
      onProjector: field(query, 'show') !== undefined,
    };
    const context = pageContext(request, reply, parts);
    const page =
      model.onProjector && model.url ? renderProjector(context, model.url) : renderLink(context, model);
    return sendPage(reply, page, path === undefined ? 400 : 200);
  });
}

export function renderLink(context: PageContext, model: LinkModel): string {
  const { texts } = context;
  const { link } = texts;
  return renderPage(context, {
    title: link.title,
    main: html`<h1>${link.heading}</h1>
<p class="lead">${link.intro}</p>
${model.url === undefined && html`<p class="notice bad" role="alert" id="link-problem">${link.problem}</p>`}
${model.url && renderMade(context, model, model.url)}
${renderForm(context, model)}`,
  });
}

/** Its code as large as the screen, for whoever sits at the back. */
export function renderProjector(context: PageContext, url: string): string {
  const { link } = context.texts;
  return renderPage(context, {
    title: link.title,
    width: 'wide',
    main: html`<section class="projector">
<h1>${link.scan}</h1>
${qrCode(url, link.code(url)) ?? html`<p>${link.tooLong}</p>`}
<p class="address">${url}</p>
</section>`,
  });
}

function renderMade({ site, texts }: PageContext, model: LinkModel, url: string): Html {
  const { link, layout } = texts;
  const { place, repository, branch } = model;
  const projector = hubPath(site, 'link', {
    place,
    repository: repository || undefined,
    branch: branch || undefined,
    show: '1',
  });
  return html`<section class="card made-link">
<div class="with-code"><div class="fields">
<div class="field"><label for="link">${link.made}</label>
<div class="with-button"><input id="link" readonly value="${url}" spellcheck="false">
<button type="button" class="button main" hidden data-copy="${url}" data-copied="${layout.copied}">${layout.copy}</button></div></div>
<p class="quiet">${link.madeHint}</p>
<div class="buttons"><a class="button quiet" href="${projector}">${link.projector}</a> <a class="button quiet" href="${url}">${link.tryIt}</a></div></div>
${qrCode(url, link.code(url)) ?? html`<p class="quiet">${link.tooLong}</p>`}</div>
</section>`;
}

function renderForm({ site, texts }: PageContext, { place, repository, branch, url }: LinkModel): Html {
  const { link } = texts;
  const wrong = url === undefined && html` aria-invalid="true" aria-describedby="link-problem"`;
  return html`<section class="card">
<form method="get" action="${hubPath(site, 'link')}" class="fields">
<div class="field"><label for="place">${link.place}</label>
<input id="place" name="place" value="${place}" required maxlength="1500" placeholder="notebooks/01-introduction.ipynb" autocomplete="off" autocapitalize="none" spellcheck="false"${wrong}>
<span class="quiet">${link.placeHint}</span></div>
<details class="more"${repository !== '' && html` open`}><summary>${link.more}</summary><div class="fields details">
<div class="field"><label for="repository">${link.repository}</label><input id="repository" name="repository" type="url" value="${repository}" placeholder="https://github.com/…" autocomplete="off"><span class="quiet">${link.repositoryHint}</span></div>
<div class="field"><label for="branch">${link.branch}</label><input id="branch" name="branch" value="${branch}" autocomplete="off" autocapitalize="none" spellcheck="false"></div></div></details>
<div class="buttons"><button class="button main">${link.submit}</button></div>
</form>
</section>`;
}
