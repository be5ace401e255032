import { describe, expect, test } from 'vitest';
import { expand, expandAll, expandName, NAMING_SCHEMES, nameFields } from './names.ts';
import { isLabelValue, safeSlug } from './slug.ts';

const of = (name: string, serverName: string) => ({ owner: { id: 7, name }, serverName });
const namespace = 'course';

describe('the safe scheme', () => {
  // What KubeSpawner 7.1 makes of the same names.
  test.each([
    ['anna', '', 'anna', 'anna'],
    ['anna', 'gpu', 'anna--gpu', 'anna'],
    ['user@email.com', '', 'user-email-com---0925f997', 'user-email-com---0925f997'],
    ['Capital', '', 'capital---1a1cf792', 'Capital'],
    ['has-hyphen', 'gpu', 'has-hyphen--gpu', 'has-hyphen'],
    ['user@email.com', 'gpu', 'user-email-com---0925f997--gpu', 'user-email-com---0925f997'],
    ['1st', '', 'x-1st---e01ddf65', '1st'],
    ['a--b', '', 'a-b---90827a2e', 'a-b---90827a2e'],
    ['зоя', 'lab', 'x---86f1e303--lab', 'x---86f1e303'],
    ['x'.repeat(47), '', 'xxxxxxxxxxxxxxxxx--x---cfcbdd85', 'x'.repeat(47)],
    ['x'.repeat(60), 'y'.repeat(30), 'xxxxxxxxxxxxxxxxx--yyyyyyyyyyyyyyyyy---783b425c', 'x'.repeat(60)],
    ['Anna', 'My Server', 'anna---bf4fccd6--my-server---c2d9a82f', 'Anna'],
  ])('names the server of %s called “%s”', (user, server, userServer, label) => {
    expect(nameFields(of(user, server), 'safe', { namespace }).user_server).toBe(userServer);
    expect(safeSlug(user, { isValid: isLabelValue })).toBe(label);
  });
});

describe('names of claims', () => {
  test.each([
    ['safe', 'user@email.com', '', 'claim-{user_server}', 'claim-user-email-com---0925f997'],
    ['escape', 'user@email.com', '', 'claim-{username}', 'claim-user-40email-2ecom'],
    ['escape', 'has-hyphen', 'gpu', 'claim-{user_server}', 'claim-has-2dhyphen--gpu'],
    [
      'legacy-0.10',
      'anna.vangils@deltares.nl',
      '',
      'claim-{username}{servername}',
      'claim-anna-2evangils-40deltares-2enl',
    ],
    ['legacy-0.10', 'has-hyphen', 'gpu', 'claim-{username}{servername}', 'claim-has-2dhyphen-2dgpu'],
    ['legacy-0.10', 'anna', '', 'claim-{username}-', 'claim-anna-'],
    ['legacy-0.10', 'anna', '', 'claim-{username}-{servername}', 'claim-anna'],
  ] as const)('by the scheme %s: %s “%s” with %s', (scheme, user, server, template, name) => {
    expect(expandName(template, nameFields(of(user, server), scheme, { namespace }))).toBe(name);
  });
});

describe('templates', () => {
  const fields = nameFields(of('Anna', ''), 'safe', { namespace: 'default' });

  test('are filled in anywhere within a value', () => {
    const value = { list: [{ name: 'x-{username}', count: 3 }], raw: '{unescaped_username} {hubnamespace}' };
    expect(expandAll(value, fields)).toEqual({
      list: [{ name: 'x-anna---bf4fccd6', count: 3 }],
      raw: 'Anna user',
    });
  });

  test('keep braces that are not theirs', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a file may say
    expect(expand('{"a": 1} ${HOME} {{username}} {nobody}', fields)).toBe(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
      '{"a": 1} ${HOME} {username} {nobody}',
    );
  });

  test('have the same fields in every scheme', () => {
    const keys = NAMING_SCHEMES.map((scheme) =>
      Object.keys(nameFields(of('a', 'b'), scheme, { namespace })).sort(),
    );
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
  });
});
