/** What the hub says to a page when it serves it: `src/http/pages/admin.ts` writes it. */

export interface Start {
  readonly page: PageName;
  /** Those that the caller may see, in order. */
  readonly pages: readonly PageName[];
  /** Begins and ends with '/'. */
  readonly baseUrl: string;
  /** Shown with each request: proof that it comes from a page of the hub. */
  readonly xsrf: string;
  /** Of the style sheets that are made in the browser. */
  readonly nonce: string;
  readonly caller: string;
  readonly abilities: Abilities;
  readonly course: { readonly name: string; readonly classTimes: readonly ClassTime[] };
}

export type PageName = 'people' | 'class' | 'groups' | 'settings';

export interface Abilities {
  readonly editGroups: boolean;
  readonly start: boolean;
  readonly stop: boolean;
  readonly open: boolean;
  readonly add: boolean;
  readonly remove: boolean;
  readonly giveAdmin: boolean;
}

export interface ClassTime {
  readonly start: string;
  readonly end: string;
  readonly title: string | null;
}

export const root = document.getElementById('ui') as HTMLElement;
export const start = JSON.parse(root.dataset.start ?? '') as Start;

/** `hubPath('admin/class')` → `/hub/admin/class`. */
export function hubPath(page: string): string {
  return `${start.baseUrl}hub/${page}`;
}
