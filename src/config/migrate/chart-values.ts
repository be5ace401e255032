import { isMap, parseDocument, stringify } from 'yaml';
import type { Generation } from '../generations.ts';
import { type MapTree, toPlain } from '../tree.ts';
import { type Migrated, migrateText } from './migrate.ts';

/** Keys at the top that are Polder's: the chart refuses what it does not know. */
const OWN_KEYS = ['course', 'polder', 'azure', 'image', 'notebooks'];

/**
 * Values as today's chart takes them: in its names, without what is for Polder alone. Of one file the comments stay; several
 * become one.
 */
export function chartValues(
  texts: readonly { readonly file: string; readonly text: string }[],
  { merged, generation }: { readonly merged: MapTree; readonly generation: Generation },
): Migrated {
  const [only, ...others] = texts;
  const { file, text } =
    only !== undefined && others.length === 0
      ? only
      : { file: 'the files together', text: stringify(toPlain(merged)) };
  const migrated = migrateText(text, file, { generation });
  if (migrated.text === undefined) return migrated;
  // What a value is was said by how it is written: nothing is read as a number here and written as another.
  const document = parseDocument(migrated.text, { schema: 'failsafe' });
  if (!isMap(document.contents)) return migrated;
  for (const key of OWN_KEYS) document.delete(key);
  return { ...migrated, text: document.toString({ lineWidth: 0 }) };
}
