import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodyScanner, CHUNKED, ContentCollector, LENGTH, NO_BODY, UNTIL_CLOSE } from './body-scanner.ts';

/** Where the body ends, scanned in pieces of these sizes (the last one repeats); -1 if malformed. */
function scan(scanner: BodyScanner, text: string, sizes: readonly number[]): number {
  const bytes = Buffer.from(text, 'latin1');
  let at = 0;
  for (let i = 0; at < bytes.length && !scanner.done; i++) {
    const to = Math.min(bytes.length, at + (sizes[Math.min(i, sizes.length - 1)] ?? bytes.length));
    const end = scanner.scan(bytes, at, to);
    if (end < 0) return -1;
    expect(end === to || scanner.done).toBe(true);
    at = end;
  }
  return at;
}

function chunked(text: string, sizes: readonly number[] = []): number {
  const scanner = new BodyScanner();
  scanner.begin(CHUNKED, 0);
  const end = scan(scanner, text, sizes);
  return end >= 0 && !scanner.done ? Number.NaN : end;
}

describe('where a body ends', () => {
  test('no body and an empty one end at once', () => {
    const scanner = new BodyScanner();
    scanner.begin(NO_BODY, 7);
    expect(scanner.done).toBe(true);
    scanner.begin(LENGTH, 0);
    expect(scanner.done).toBe(true);
    expect(scanner.scan(Buffer.from('next'), 0, 4)).toBe(0);
  });

  test('a length is counted over pieces', () => {
    const scanner = new BodyScanner();
    scanner.begin(LENGTH, 10);
    expect(scan(scanner, '0123456789next', [3, 4, 100])).toBe(10);
    expect(scanner.done).toBe(true);
  });

  test('a body that ends with its connection does not end', () => {
    const scanner = new BodyScanner();
    scanner.begin(UNTIL_CLOSE, 0);
    expect(scanner.scan(Buffer.from('abc'), 1, 3)).toBe(3);
    expect(scanner.done).toBe(false);
  });
});

describe('chunks', () => {
  test.each([
    ['one chunk', '5\r\nhello\r\n0\r\n\r\n'],
    ['hexadecimal sizes in both cases', 'A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n'],
    ['leading zeros', '00005\r\nhello\r\n000\r\n\r\n'],
    ['line ends in the data', '4\r\n\r\n\r\n\r\n0\r\n\r\n'],
    ['an extension', '5;name=value\r\nhello\r\n0;last\r\n\r\n'],
    ['trailers', '5\r\nhello\r\n0\r\nChecksum: abc\r\nEmpty:\r\n\r\n'],
  ])('%s, at every way to split it in two', (_, text) => {
    for (let first = 1; first <= text.length; first++)
      expect(chunked(`${text}next`, [first, 1])).toBe(text.length);
  });

  test.each([
    ['no size', '\r\nhello'],
    ['a size that is no number', 'xyz\r\n'],
    ['a sign', '+5\r\nhello\r\n0\r\n\r\n'],
    ['0x', '0x5\r\nhello\r\n0\r\n\r\n'],
    ['a space behind the size', '5 \r\nhello\r\n0\r\n\r\n'],
    ['a space before the size', ' 5\r\nhello\r\n0\r\n\r\n'],
    ['LF alone behind the size', '5\nhello\r\n0\r\n\r\n'],
    ['CR alone behind the size', '5\rhello\r\n0\r\n\r\n'],
    ['LF alone behind the data', '5\r\nhello\n0\r\n\r\n'],
    ['LF alone in an extension', '5;a\nb\r\nhello\r\n0\r\n\r\n'],
    ['CR alone in an extension', '5;a\rb\r\nhello\r\n0\r\n\r\n'],
    ['NUL in an extension', '5;\0\r\nhello\r\n0\r\n\r\n'],
    ['an endless extension', `5;${'a'.repeat(5000)}`],
    ['a size beyond what can be counted', 'ffffffffffffffff\r\n'],
    ['endless zeros', '0'.repeat(20)],
    ['data longer than its size', '5\r\nhello!\r\n0\r\n\r\n'],
    ['LF alone at the end', '0\r\n\n'],
    ['a trailer without a name', '0\r\n: x\r\n\r\n'],
    ['a space in the name of a trailer', '0\r\nA : x\r\n\r\n'],
    ['a folded trailer', '0\r\nA: x\r\n y\r\n\r\n'],
    ['LF alone behind a trailer', '0\r\nA: x\n\r\n'],
    ['a length among the trailers', '0\r\ncontent-LENGTH: 5\r\n\r\n'],
    ['a coding among the trailers', '0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a host among the trailers', '0\r\nHost: x\r\n\r\n'],
    ['endless trailers', `0\r\n${'A: b\r\n'.repeat(20_000)}`],
  ])('%s is malformed', (_, text) => {
    expect(chunked(text)).toBe(-1);
    expect(chunked(text, [1])).toBe(-1);
  });

  test('the content is found whatever the chunks and the pieces are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (chunks, sizes) => {
          const body = Buffer.concat([
            ...chunks.flatMap((chunk) => [
              Buffer.from(`${chunk.length.toString(16)}\r\n`),
              chunk,
              Buffer.from('\r\n'),
            ]),
            Buffer.from('0\r\n\r\n'),
          ]);
          const scanner = new BodyScanner();
          scanner.begin(CHUNKED, 0);
          const content: Buffer[] = [];
          for (let at = 0, i = 0; at < body.length; i++) {
            const to = Math.min(body.length, at + sizes[i % sizes.length]!);
            const collector = new ContentCollector(scanner, body);
            expect(scanner.scan(body, at, to)).toBe(to);
            content.push(...collector.take());
            at = to;
          }
          expect(scanner.done).toBe(true);
          expect(Buffer.concat(content)).toEqual(Buffer.concat(chunks));
        },
      ),
    );
  });
});
