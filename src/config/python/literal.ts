import type { Json } from '../json.ts';

/** Thrown where something is no plain value: a name, a call, a formatted text. */
export class NotALiteral extends Error {}

/** Deeper than any configuration; the reader recurses. */
const MAX_DEPTH = 50;

const STRING = /^([rRuU]?)("""|'''|"|')/;
const NUMBER =
  /^(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?)(?![\w.])/;
const WORD = /^[A-Za-z_]\w*/;
const CONSTANTS: { readonly [word: string]: Json | undefined } = { True: true, False: false, None: null };

/** Reads Python's literals: texts, numbers, True, False, None, lists, tuples, sets and dicts of them, and their products. */
export class LiteralReader {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** @throws NotALiteral where anything but one value stands in the text. */
  readAll(): Json {
    const value = this.readSum();
    this.skip();
    if (this.at < this.text.length) throw new NotALiteral();
    return value;
  }

  private readSum(): Json {
    let value = this.readProduct();
    for (;;) {
      if (this.take('+')) value = add(value, this.readProduct());
      else if (this.take('-')) value = numberOf(value) - numberOf(this.readProduct());
      else return value;
    }
  }

  private readProduct(): Json {
    let value = this.readPower();
    while (!this.next('**') && this.take('*')) value = numberOf(value) * numberOf(this.readPower());
    return value;
  }

  private readPower(): Json {
    const value = this.readValue();
    if (!this.take('**')) return value;
    this.enter();
    const power = numberOf(value) ** numberOf(this.readPower());
    this.depth -= 1;
    return power;
  }

  private readValue(): Json {
    this.skip();
    this.enter();
    const value = this.readOne();
    this.depth -= 1;
    return value;
  }

  private enter(): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new NotALiteral();
  }

  private readOne(): Json {
    if (this.take('-')) return -numberOf(this.readValue());
    if (this.take('[')) return this.readItems(']').items;
    if (this.take('(')) {
      const { items, commas } = this.readItems(')');
      return items.length === 1 && commas === 0 ? items[0]! : items;
    }
    if (this.take('{')) return this.readBraces();
    const rest = this.text.slice(this.at);
    if (STRING.test(rest)) return this.readStrings();
    const [number] = NUMBER.exec(rest) ?? [];
    if (number !== undefined) {
      this.at += number.length;
      return Number(number.replaceAll('_', ''));
    }
    const [word = ''] = WORD.exec(rest) ?? [];
    const constant = Object.hasOwn(CONSTANTS, word) ? CONSTANTS[word] : undefined;
    if (constant === undefined) throw new NotALiteral();
    this.at += word.length;
    return constant;
  }

  private readItems(end: string): { readonly items: Json[]; readonly commas: number } {
    const items: Json[] = [];
    let commas = 0;
    while (!this.take(end)) {
      items.push(this.readSum());
      if (this.take(',')) commas += 1;
      else if (!this.next(end)) throw new NotALiteral();
    }
    return { items, commas };
  }

  /** A dict, or a set, which becomes a list. */
  private readBraces(): Json {
    const entries: [string, Json][] = [];
    const items: Json[] = [];
    while (!this.take('}')) {
      const first = this.readSum();
      if (!this.take(':')) items.push(first);
      else if (typeof first === 'string') entries.push([first, this.readSum()]);
      else throw new NotALiteral();
      if (!this.take(',') && !this.next('}')) throw new NotALiteral();
    }
    if (items.length > 0 && entries.length > 0) throw new NotALiteral();
    return items.length > 0 ? items : Object.fromEntries(entries);
  }

  /** Texts beside each other are one. */
  private readStrings(): string {
    let text = '';
    for (;;) {
      this.skip();
      const [opening, prefix = '', quote = ''] = STRING.exec(this.text.slice(this.at)) ?? [];
      if (opening === undefined) return text;
      this.at += opening.length;
      text += this.readString(quote, prefix.toLowerCase() === 'r');
    }
  }

  private readString(quote: string, isRaw: boolean): string {
    let text = '';
    while (!this.text.startsWith(quote, this.at)) {
      const character = this.text[this.at];
      if (character === undefined || (character === '\n' && quote.length === 1)) throw new NotALiteral();
      this.at += 1;
      if (character !== '\\') text += character;
      else if (isRaw) text += `\\${this.text[this.at++] ?? ''}`;
      else text += this.readEscape();
    }
    this.at += quote.length;
    return text;
  }

  private readEscape(): string {
    const letter = this.text[this.at++] ?? '';
    const digits = { x: 2, u: 4, U: 8 }[letter];
    if (digits === undefined) return ESCAPES[letter] ?? `\\${letter}`;
    const code = Number.parseInt(this.text.slice(this.at, this.at + digits), 16);
    this.at += digits;
    if (Number.isNaN(code) || code > 0x10_ff_ff) throw new NotALiteral();
    return String.fromCodePoint(code);
  }

  /** Over blanks, line ends and comments: inside brackets they mean nothing, and outside the statement has ended. */
  private skip(): void {
    const [blank = ''] = /^(?:[ \t\r\n]|\\\n|#[^\n]*)*/.exec(this.text.slice(this.at)) ?? [];
    this.at += blank.length;
  }

  private next(mark: string): boolean {
    this.skip();
    return this.text.startsWith(mark, this.at);
  }

  private take(mark: string): boolean {
    if (!this.next(mark)) return false;
    this.at += mark.length;
    return true;
  }
}

const ESCAPES: { readonly [letter: string]: string | undefined } = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  '0': '\0',
};

function numberOf(value: Json): number {
  if (typeof value !== 'number') throw new NotALiteral();
  return value;
}

function add(a: Json, b: Json): Json {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  return numberOf(a) + numberOf(b);
}
