import { describe, expect, it } from 'vitest';
import { domainLabel } from './domain-label.ts';
import { Domains } from './domains.ts';

const domains = new Domains('https://hub.example.org:8443');

describe('the domain of a user', () => {
  it.each([
    ['anna', 'anna'],
    ['student-12', 'student-12'],
    ['björn', 'xn--bjrn-6qa'],
  ])('%j is %j, as JupyterHub makes it', (name, label) => {
    expect(domainLabel(name, 'user')).toBe(label);
  });

  it.each([
    ['an e-mail address', 'anna@example.org', 'u-annaexam--'],
    ['a number, which would be an IP address', '12345', 'u-12345--'],
    ['what looks like something made', 'u-anna--0123456789', 'u-uanna012--'],
    ['what looks like IDNA', 'xn--bjrn-6qa', 'u-xnbjrn6q--'],
    ['what looks like a service', 'grader--service', 'u-graderse--'],
    ['a dot', 'anna.b', 'u-annab--'],
    ['an underscore', 'anna_b', 'u-annab--'],
    ['a hyphen at the end', 'anna-', 'u-anna--'],
    ['nothing that can be read', '@ @', 'u-x--'],
    ['capitals, which browsers do not keep', 'Anna', 'u-anna--'],
    ['a letter that IDNA writes as another', 'ﬁnn', 'u-nn--'],
    ['more than a label holds', 'a'.repeat(60), 'u-aaaaaaaa--'],
  ])('%s is hashed: %j', (_what, name, begins) => {
    const label = domainLabel(name, 'user');
    expect(label.startsWith(begins)).toBe(true);
    expect(label).toMatch(/^u-[a-z0-9]+--[0-9a-f]{20}$/);
  });

  it('is nobody else’s, and no service’s', () => {
    const names = [
      'anna',
      'Anna',
      'anna-',
      'anna--service',
      'anna.b',
      'anna_b',
      'annab',
      'björn',
      'xn--bjrn-6qa',
      'bjorn',
    ];
    const labels = names.flatMap((name) => [domainLabel(name, 'user'), domainLabel(name, 'service')]);
    expect(new Set(labels).size).toBe(labels.length);
    for (const label of labels) expect(label).toMatch(/^(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])$/);
  });

  it('is an origin with the scheme and port of the hub', () => {
    expect(domains.originOfUser('anna')).toBe('https://anna.hub.example.org:8443');
    expect(domains.originOfService('grader')).toBe('https://grader--service.hub.example.org:8443');
  });
});

it('knows the hub’s host with and without its port', () => {
  expect(domains.isHub('HUB.example.org:8443')).toBe(true);
  expect(domains.isHub('anna.hub.example.org')).toBe(false);
  expect(domains.isHub('evil.example')).toBe(false);
});

it.each([
  ['https://hub.example.org:8443', true],
  ['https://anna.hub.example.org:8443', true],
  ['http://anna.hub.example.org:8443', false],
  ['https://anna.hub.example.org', false],
  ['https://evilhub.example.org:8443', false],
  ['https://hub.example.org:8443.evil.example', false],
  ['https://hub.example.org:8443@evil.example', false],
])('%s is ours: %j', (origin, ours) => {
  expect(domains.has(origin)).toBe(ours);
});

it.each([
  ['https://hub.example.org', true],
  ['http://hub.example.org', false],
  ['http://polder.localhost:8000', true],
  ['http://localhost.example', false],
])('%s is a safe way to browsers: %j', (origin, safe) => {
  expect(new Domains(origin).isSecure).toBe(safe);
});
