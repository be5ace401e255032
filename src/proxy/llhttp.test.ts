import { describe, expect, test } from 'vitest';
import {
  COMPLETE,
  HeadParser,
  INCOMPLETE,
  INVALID,
  MAX_HEAD,
  MAX_HEADERS,
  METHOD,
  TOO_LARGE,
} from './llhttp.ts';

const requests = new HeadParser('request');
const responses = new HeadParser('response');

function parse(parser: HeadParser, text: string, from = 0) {
  const bytes = Buffer.from(text, 'latin1');
  const outcome = parser.parse(bytes, from, bytes.length);
  const headers: string[][] = [];
  for (let i = 0; i < parser.headerCount; i++)
    headers.push([
      bytes.toString('latin1', parser.nameStart[i], parser.nameEnd[i]),
      bytes.toString('latin1', parser.valueStart[i], parser.valueEnd[i]),
    ]);
  return { outcome, headers, url: bytes.toString('latin1', parser.urlStart, parser.urlEnd) };
}

describe('what the proxy relies on in the pinned llhttp', () => {
  test('a request is taken apart into positions, and the body is left alone', () => {
    const head = 'POST /a?b HTTP/1.1\r\nHost: x \r\nContent-Length: 5\r\nEmpty:\r\n\r\n';
    expect(parse(requests, `${head}helloGET /`)).toEqual({
      outcome: COMPLETE,
      url: '/a?b',
      headers: [
        ['Host', 'x '],
        ['Content-Length', '5'],
        ['Empty', ''],
      ],
    });
    expect(requests).toMatchObject({ end: head.length, major: 1, minor: 1 });
  });

  test('positions are those of the buffer when the head begins further inside', () => {
    const before = 'the body of the request before';
    const head = 'GET /x HTTP/1.0\r\nA: b\r\n\r\n';
    expect(parse(requests, `${before}${head}more`, before.length)).toEqual({
      outcome: COMPLETE,
      url: '/x',
      headers: [['A', 'b']],
    });
    expect(requests).toMatchObject({ end: before.length + head.length, minor: 0 });
  });

  test('a head with an upgrade, with chunks or with a body in the same piece ends at its empty line', () => {
    for (const lines of [
      'Connection: Upgrade\r\nUpgrade: websocket\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Content-Length: 3\r\n',
    ]) {
      const head = `GET / HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
      expect(parse(requests, `${head}5\r\nabc`).outcome).toBe(COMPLETE);
      expect(requests.end).toBe(head.length);
    }
  });

  test.each(Object.entries(METHOD))('the number of %s is %i', (name, number) => {
    parse(requests, `${name} ${name === 'CONNECT' ? 'a:1' : '/'} HTTP/1.1\r\n\r\n`);
    expect(requests.method).toBe(number);
  });

  test('a response is taken apart, informational and final', () => {
    expect(
      parse(responses, 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
    ).toMatchObject({
      outcome: COMPLETE,
      headers: [['Link', '<x>']],
    });
    expect(responses).toMatchObject({ status: 103, end: 39 });
    expect(parse(responses, 'HTTP/1.0 200\r\n\r\n').outcome).toBe(COMPLETE);
    expect(responses).toMatchObject({ status: 200, minor: 0 });
    expect(parse(responses, 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nabc').outcome).toBe(
      COMPLETE,
    );
    expect(responses.status).toBe(101);
  });

  test('every proper beginning of a head is incomplete, and the same parser goes on to the next head', () => {
    const head = 'GET /some/path?query HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n';
    for (let length = 1; length < head.length; length++)
      expect(parse(requests, head.slice(0, length)).outcome).toBe(INCOMPLETE);
    expect(parse(requests, head).outcome).toBe(COMPLETE);
  });

  test.each([
    ['bare LF after the request line', 'GET / HTTP/1.1\nHost: x\r\n\r\n'],
    ['bare LF after a header', 'GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n'],
    ['bare LF in place of the empty line', 'GET / HTTP/1.1\r\nHost: x\r\n\n'],
    ['bare CR in a value', 'GET / HTTP/1.1\r\nA: b\rc\r\n\r\n'],
    ['a folded line', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n'],
    ['a space in front of the colon', 'GET / HTTP/1.1\r\nA : b\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: b\r\n\r\n'],
    ['NUL in a value', 'GET / HTTP/1.1\r\nA: b\0c\r\n\r\n'],
    ['NUL in a name', 'GET / HTTP/1.1\r\nA\0: b\r\n\r\n'],
    ['DEL in a value', 'GET / HTTP/1.1\r\nA: b\x7fc\r\n\r\n'],
    ['a control character in the path', 'GET /\x01 HTTP/1.1\r\n\r\n'],
    ['bytes beyond ASCII in the path', 'GET /\xe9 HTTP/1.1\r\n\r\n'],
    ['a method in lower case', 'get / HTTP/1.1\r\n\r\n'],
    ['an unknown method', 'BREW / HTTP/1.1\r\n\r\n'],
    ['HTTP/1.2', 'GET / HTTP/1.2\r\n\r\n'],
    ['two lengths', 'GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n'],
    ['a list of lengths', 'GET / HTTP/1.1\r\nContent-Length: 5,5\r\n\r\n'],
    ['a signed length', 'GET / HTTP/1.1\r\nContent-Length: +5\r\n\r\n'],
    ['a hexadecimal length', 'GET / HTTP/1.1\r\nContent-Length: 0x5\r\n\r\n'],
    ['an empty length', 'GET / HTTP/1.1\r\nContent-Length:\r\n\r\n'],
    ['a length beyond 64 bits', 'GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n'],
    ['length and chunks', 'GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['chunks and length', 'GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n'],
    ['chunks that are not the last coding', 'GET / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n'],
  ])('%s is invalid', (_, text) => {
    expect(parse(requests, text).outcome).toBe(INVALID);
    expect(requests.reason).not.toBe('');
  });

  test.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['bare LF', 'HTTP/1.1 200 OK\nA: b\n\n'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
  ])('a response with %s is invalid', (_, text) => {
    expect(parse(responses, text).outcome).toBe(INVALID);
  });

  test('what is known to be generous, and checked by the proxy itself', () => {
    expect(parse(requests, 'GET  / HTTP/1.1\r\n\r\n').outcome).toBe(COMPLETE);
    expect(parse(requests, '\r\nGET / HTTP/1.1\r\n\r\n').outcome).toBe(COMPLETE);
    expect(parse(requests, 'GET / RTSP/1.0\r\n\r\n').outcome).toBe(COMPLETE);
    expect(parse(requests, 'GET / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n').outcome).toBe(COMPLETE);
    expect(parse(requests, 'GET / HTTP/2.0\r\n\r\n').outcome).toBe(COMPLETE);
    expect(requests.major).toBe(2);
    expect(parse(requests, 'GET /\r\n\r\n').outcome).toBe(COMPLETE);
    expect(requests.major).toBe(0);
  });
});

describe('limits', () => {
  test('a head of up to the limit is read, one byte more is too large, whole or not', () => {
    const around = 'GET / HTTP/1.1\r\nA: \r\n\r\n'.length;
    const head = (size: number) => `GET / HTTP/1.1\r\nA: ${'x'.repeat(size - around)}\r\n\r\n`;
    expect(parse(requests, `${head(MAX_HEAD)}and a body`).outcome).toBe(COMPLETE);
    expect(parse(requests, `${head(MAX_HEAD + 1)}and a body`).outcome).toBe(TOO_LARGE);
    expect(parse(requests, head(MAX_HEAD + 100).slice(0, MAX_HEAD + 1)).outcome).toBe(TOO_LARGE);
  });

  test('a head has no more header lines than the limit', () => {
    const head = (lines: number) => `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(lines)}\r\n`;
    expect(parse(requests, head(MAX_HEADERS)).outcome).toBe(COMPLETE);
    expect(requests.headerCount).toBe(MAX_HEADERS);
    expect(parse(requests, head(MAX_HEADERS + 1)).outcome).toBe(TOO_LARGE);
  });
});
