/** Which server somebody wants, where the course offers more than one. Works without a script. */
import type { Server } from '../../domain/server.ts';
import {
  type ChoiceProblem,
  defaultProfile,
  defaultValue,
  type OwnValue,
  type ProfileOption,
  type ServerProfile,
} from '../../domain/server-choices.ts';
import { OWN_VALUE, optionField, ownValueField } from './choice-fields.ts';
import { type Fragment, type Html, html } from './html.ts';
import { type PageContext, renderPage, xsrfField } from './layout.ts';
import { hubPath, hubServerPath } from './links.ts';
import { field } from './page-context.ts';
import type { Texts } from './texts/texts.ts';
import { bytes } from './words.ts';

export interface ChooseModel {
  readonly server: Pick<Server, 'owner' | 'name'>;
  readonly own: boolean;
  /** Where it goes on from there: once the server runs, and at once. */
  readonly next: string | undefined;
  readonly back: string | undefined;
  /** What is filled in: the last choice, or the form that could not be taken. */
  readonly fields: unknown;
  readonly problem?: ChoiceProblem | undefined;
}

export function renderChoose(context: PageContext, model: ChooseModel): string {
  const { site, texts } = context;
  const { server, own, next, back, problem, fields } = model;
  const slug = field(fields, 'profile');
  const chosen = site.choices.find((profile) => profile.slug === slug) ?? defaultProfile(site.choices);
  const isDefault = defaultProfile(site.choices);
  const hidden = Object.entries({ next, back }).filter(([, value]) => value !== undefined);
  // The browser checks nothing: it would also refuse what stands in a profile that is not the chosen one.
  return renderPage(context, {
    title: texts.choose.title,
    width: 'narrow',
    main: html`<section class="card">
<h1>${own ? texts.choose.heading : texts.choose.headingOther(server.owner)}</h1>
${problem && html`<p class="notice bad" role="alert" id="problem">${problemText(texts, problem)}</p>`}
<form method="post" action="${hubServerPath(site, 'spawn', server)}" class="fields" novalidate>${xsrfField(context)}${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<fieldset class="field profiles"><legend class="for-readers">${texts.choose.legend}</legend>
${site.choices.map((profile, index) =>
  renderProfile(texts, profile, {
    id: `profile-${index}`,
    isChosen: profile === chosen,
    isDefault: profile === isDefault && site.choices.length > 1,
    fields,
    problem: profile === chosen ? problem : undefined,
  }),
)}
</fieldset>
<div class="buttons"><button class="button main">${own ? texts.start.button : texts.start.buttonOther}</button>
<a class="button quiet" href="${back ?? hubPath(site, 'home')}">${texts.choose.cancel}</a></div></form>
</section>`,
  });
}

function renderProfile(
  texts: Texts,
  profile: ServerProfile,
  shown: {
    readonly id: string;
    readonly isChosen: boolean;
    readonly isDefault: boolean;
    readonly fields: unknown;
    readonly problem: ChoiceProblem | undefined;
  },
): Html {
  const { id, fields, problem } = shown;
  const facts = factsOf(texts, profile);
  return html`<div class="profile">
<label class="choice" for="${id}"><input type="radio" name="profile" id="${id}" value="${profile.slug}"${shown.isChosen && html` checked`}>
<span class="profile-words"><span><strong>${profile.title}</strong>${shown.isDefault && html` <span class="quiet">· ${texts.choose.isDefault}</span>`}</span>
${profile.description !== null && html`<span>${profile.description}</span>`}
${facts.length > 0 && html`<span class="quiet">${facts.join(' · ')}</span>`}</span></label>
${
  profile.options.length > 0 &&
  html`<div class="profile-options">${profile.options.map((option, index) =>
    renderOption(texts, option, {
      id: `${id}-${index}`,
      name: optionField(profile, option),
      value: field(fields, optionField(profile, option)),
      text: field(fields, ownValueField(profile, option)),
      ownName: ownValueField(profile, option),
      isWrong: problem?.option === option,
    }),
  )}</div>`
}
</div>`;
}

interface ShownOption {
  readonly id: string;
  readonly name: string;
  readonly value: string | undefined;
  /** Of a text of one's own: the field and what is in it. */
  readonly ownName: string;
  readonly text: string | undefined;
  readonly isWrong: boolean;
}

function renderOption(texts: Texts, option: ProfileOption, shown: ShownOption): Html {
  const { id, name, isWrong } = shown;
  const { values, own } = option;
  const isOwn = shown.value === OWN_VALUE || values.length === 0;
  const chosen = values.find(({ value }) => value === shown.value) ?? defaultValue(option);
  const wrong = isWrong && html` aria-invalid="true" aria-describedby="problem"`;
  const select =
    values.length > 0 &&
    html`<div class="field"><label for="${id}">${option.title}</label>
<select id="${id}" name="${name}"${!isOwn && wrong}>${values.map(
      (one) =>
        html`<option value="${one.value}"${!isOwn && one === chosen && html` selected`}>${one.title}</option>`,
    )}${own && html`<option value="${OWN_VALUE}"${isOwn && html` selected`}>${own.titleAmongValues}</option>`}</select></div>`;
  return html`<div class="profile-option">${select}${own && renderOwnValue(texts, own, { ...shown, option, wrong: isOwn && wrong })}</div>`;
}

function renderOwnValue(
  texts: Texts,
  own: OwnValue,
  shown: ShownOption & { readonly option: ProfileOption; readonly wrong: Fragment },
): Html {
  const { id, option } = shown;
  const title = option.values.length > 0 ? own.title : texts.choose.ownOnly(option.title, own.title);
  return html`<div class="field own-value"><label for="${id}-own">${title}</label>
<input id="${id}-own" name="${shown.ownName}" value="${shown.text ?? ''}"${own.pattern !== null && html` pattern="${own.pattern}"`} autocomplete="off" autocapitalize="none" spellcheck="false"${shown.wrong}></div>`;
}

function problemText({ choose }: Texts, { kind, option }: ChoiceProblem): string {
  if (option === null) return choose.noSuchProfile;
  switch (kind) {
    case 'text_missing':
      return choose.textMissing(option.title);
    case 'text_refused':
      return choose.textRefused(option.title, option.own?.message ?? null);
    default:
      return choose.noSuchValue(option.title);
  }
}

function factsOf({ choose, home, locale }: Texts, { memory, cpu, image }: ServerProfile): readonly string[] {
  return [
    ...(memory === null ? [] : [choose.memory(bytes(memory, locale))]),
    ...(cpu === null ? [] : [home.coresUpTo(cpu)]),
    ...(image === null ? [] : [image]),
  ];
}
