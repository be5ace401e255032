import { type Html, html } from './html.ts';

/** A field for a password. @param field.name also its id on the page */
export function passwordField(field: {
  readonly name: string;
  readonly label: string;
  readonly autocomplete: 'current-password' | 'new-password';
}): Html {
  const { name, label, autocomplete } = field;
  return html`<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="password" required maxlength="1024" autocomplete="${autocomplete}"></div>`;
}
