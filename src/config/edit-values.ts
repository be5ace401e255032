import { type Document, isMap, isScalar, parseDocument, type Scalar } from 'yaml';

/**
 * A values file with some texts set, such as `singleuser.image.tag`: what is there is replaced where it stands, and every
 * other character stays; what is not there is added.
 */
export function editValues(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce(
    (edited, [key, value]) => setValue(edited, key.split('.'), value),
    text,
  );
}

function setValue(text: string, path: readonly string[], value: string): string {
  // Nothing is read as a number here and written as another.
  const document = parseDocument(text, { schema: 'failsafe', keepSourceTokens: true });
  const node = document.getIn(path, true);
  if (isScalar(node) && node.range && node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') {
    const [start, end] = node.range;
    const gap = text[start - 1] === ':' ? ' ' : '';
    return `${text.slice(0, start)}${gap}${JSON.stringify(value)}${text.slice(end)}`;
  }
  return addValue(text, document, { path, value });
}

/** A line below the deepest map that is there, or lines at the end of the file; where neither can be, the file is written anew. */
function addValue(
  text: string,
  document: Document.Parsed,
  { path, value }: { readonly path: readonly string[]; readonly value: string },
): string {
  const depth = path.findLastIndex((_, index) => isMap(document.getIn(path.slice(0, index), true)));
  const map = depth > 0 ? document.getIn(path.slice(0, depth), true) : document.contents;
  const isFree = !isMap(map) || !map.has(path[Math.max(depth, 0)]!);
  if (isFree && isMap(map) && !map.flow && depth > 0) {
    const first = (map.items[0]?.key as Scalar | undefined)?.range?.[0] ?? 0;
    const start = text.lastIndexOf('\n', first - 1) + 1;
    const indent = text.slice(start, first);
    if (indent.trim() === '')
      return `${text.slice(0, start)}${linesOf(path.slice(depth), value, indent)}${text.slice(start)}`;
  }
  if (isFree && depth <= 0 && !(isMap(map) && map.flow))
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${linesOf(path, value, '')}`;
  // What is empty is no map yet.
  if (isFree || depth < path.length - 1) document.deleteIn(path.slice(0, Math.max(depth, 0) + 1));
  document.setIn(path, value);
  return document.toString({ lineWidth: 0 });
}

function linesOf(path: readonly string[], value: string, indent: string): string {
  return path
    .map((key, depth) => {
      const isLast = depth === path.length - 1;
      return `${indent}${'  '.repeat(depth)}${key}:${isLast ? ` ${JSON.stringify(value)}` : ''}\n`;
    })
    .join('');
}
