/** What of a course was taken over, what was there already, and what was not taken and why, in words. */

/** Names of one kind that were left for one reason; more than these are counted. */
const NAMES_SAID = 10;

export class TakeoverReport {
  readonly #parts = new Map<string, { taken: number; there: number; left: Map<string, string[]> }>();
  readonly #notes: string[] = [];

  /** @param kind in the plural: `users` */
  taken(kind: string, count = 1): void {
    this.#part(kind).taken += count;
  }

  there(kind: string, count = 1): void {
    this.#part(kind).there += count;
  }

  /** @param reason in words, as the end of a sentence: `its owner was not taken` */
  left(kind: string, name: string, reason: string): void {
    const { left } = this.#part(kind);
    left.set(reason, [...(left.get(reason) ?? []), name]);
  }

  /** Something to do by hand. */
  note(text: string): void {
    this.#notes.push(text);
  }

  lines(): readonly string[] {
    return [...[...this.#parts].flatMap(([kind, part]) => linesOf(kind, part)), ...this.#notes];
  }

  #part(kind: string) {
    const part = this.#parts.get(kind) ?? { taken: 0, there: 0, left: new Map<string, string[]>() };
    this.#parts.set(kind, part);
    return part;
  }
}

function linesOf(
  kind: string,
  {
    taken,
    there,
    left,
  }: { readonly taken: number; readonly there: number; readonly left: ReadonlyMap<string, string[]> },
): readonly string[] {
  const notTaken = [...left.values()].flat().length;
  const counts = [
    `${taken} taken`,
    ...(there > 0 ? [`${there} here already`] : []),
    ...(notTaken > 0 ? [`${notTaken} not taken`] : []),
  ];
  const reasons = [...left].map(([reason, names]) => {
    const more = names.length > NAMES_SAID ? `, and ${names.length - NAMES_SAID} more` : '';
    return `  ${names.slice(0, NAMES_SAID).join(', ')}${more}: ${reason}.`;
  });
  return [`${kind}: ${counts.join(', ')}`, ...reasons];
}
