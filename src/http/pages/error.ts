/** The page that says what went wrong and what to do now. */
import type { Caller } from '../../domain/caller.ts';
import type { Site } from '../parts.ts';
import { html } from './html.ts';

export interface ErrorView {
  readonly status: number;
  readonly message: string;
  readonly hint?: string;
  /** The log has the same id. */
  readonly id: string;
  readonly site: Site;
  readonly caller: Caller | undefined;
}

export function renderErrorPage({ status, message, hint, id, site }: ErrorView): string {
  return html`<!doctype html><title>${site.course.name}</title><h1>${status}</h1><p>${message}</p><p>${hint ?? ''}</p><p>${id}</p>`.toString();
}
