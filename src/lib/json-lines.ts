/** JSON texts, one a line, as they come in on a stream that may go on for good. */
import { StringDecoder } from 'node:string_decoder';

/** @throws where a line is no JSON or has more than `longest` characters, and what the stream throws. */
export async function* jsonLines(
  stream: AsyncIterable<Buffer>,
  { longest }: { readonly longest: number },
): AsyncGenerator<unknown> {
  const decoder = new StringDecoder('utf8');
  // Kept in pieces: a long line that comes in many would otherwise be copied for each.
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const lines = decoder.write(chunk).split('\n');
    const rest = lines.pop()!;
    for (const line of lines) {
      const text = pieces.join('') + line;
      pieces = [];
      length = 0;
      if (text.length > longest) throw new Error(`a line is longer than ${longest} characters`);
      if (text !== '') yield JSON.parse(text);
    }
    pieces.push(rest);
    length += rest.length;
    if (length > longest) throw new Error(`a line is longer than ${longest} characters`);
  }
}
