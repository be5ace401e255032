/**
 * The languages of the pages. A new one is a tag in `domain/language.ts`, a file like `dutch.ts`, and its line here; the
 * compiler holds it complete.
 */
import type { Language } from '../../../domain/language.ts';
import { dutch } from './dutch.ts';
import { english } from './english.ts';

export type Texts = typeof english;

export const languages: Readonly<Record<Language, Texts>> = { en: english, nl: dutch };
