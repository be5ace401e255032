/** Buttons that do something: forms that work without a script. */
import { type Fragment, type Html, html } from './html.ts';
import { type PageContext, xsrfField } from './layout.ts';

export interface Action {
  /** Where it is sent. */
  readonly to: string;
  readonly label: string;
  /** What a screen reader says where the label alone does not tell which one is meant. */
  readonly fullLabel?: string;
  readonly tone?: 'main' | 'quiet' | 'danger';
  readonly fields?: Readonly<Record<string, string | undefined>>;
}

export function actionForm(context: Pick<PageContext, 'xsrf'>, action: Action): Html {
  const fields = Object.entries(action.fields ?? {}).filter(([, value]) => value !== undefined);
  return html`<form method="post" action="${action.to}" class="action">${xsrfField(context)}${fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="button ${action.tone ?? 'main'}"${action.fullLabel !== undefined && html` aria-label="${action.fullLabel}"`}>${action.label}</button></form>`;
}

/** A button that asks first: what it opens needs no script, and closes with Escape or a click beside it. */
export function askingButton(
  context: Pick<PageContext, 'xsrf'>,
  question: {
    /** Unique on the page. */
    readonly id: string;
    readonly label: string;
    readonly fullLabel?: string;
    readonly title: string;
    readonly body: Fragment;
    readonly confirm: Omit<Action, 'tone'>;
    readonly keep: string;
  },
): Html {
  const { id, fullLabel } = question;
  return html`<button type="button" class="button quiet" popovertarget="${id}"${fullLabel !== undefined && html` aria-label="${fullLabel}"`}>${question.label}</button>
<div id="${id}" class="question" popover role="dialog" aria-labelledby="${id}-title">
<h2 id="${id}-title">${question.title}</h2>
<p>${question.body}</p>
<div class="buttons">${actionForm(context, { ...question.confirm, tone: 'danger' })}
<button type="button" class="button quiet" popovertarget="${id}" popovertargetaction="hide">${question.keep}</button></div>
</div>`;
}
