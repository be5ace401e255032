import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { show } from '../../../test/pages/shown.ts';
import { startHub } from '../../../test/support/hub.ts';
import { colorOf, contrast, hexOf } from './contrast.ts';
import { courseStyle, SURFACES } from './course-style.ts';

describe('the files of a page', () => {
  it('are kept for good, come compressed, and are all on our own origin', async () => {
    await using hub = await startHub();
    const { markup } = await show(await hub.browser(), '/hub/login');
    const urls = [...markup.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, url]) => url ?? '');
    expect(urls.every((url) => url.startsWith('/'))).toBe(true);
    const files = urls.filter((url) => url.startsWith('/hub/static/'));
    expect(new Set(files).size).toBe(3);
    for (const file of files) {
      const response = await fetch(`${hub.url}${file}`, { headers: { 'accept-encoding': 'br' } });
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('content-encoding')).toBe('br');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect((await response.text()).length).toBeGreaterThan(100);
    }
  });

  it('stay within what a script and a first visit may weigh', async () => {
    await using hub = await startHub();
    const { markup } = await show(await hub.browser(), '/hub/login');
    const urls = new Set([...markup.matchAll(/"(\/hub\/static\/[^"]+)"/g)].map(([, url]) => url ?? ''));
    let bytes = Buffer.byteLength(markup);
    for (const url of urls) {
      const size = Number(
        (await fetch(hub.url + url, { headers: { 'accept-encoding': 'br' } })).headers.get('content-length'),
      );
      bytes += size;
      const whole = (await (await fetch(hub.url + url)).arrayBuffer()).byteLength;
      if (url.endsWith('.js')) expect(whole).toBeLessThanOrEqual(20_000);
    }
    expect(bytes).toBeLessThanOrEqual(60_000);
  });

  it('are not sent compressed to whoever cannot read that', async () => {
    await using hub = await startHub();
    const response = await fetch(`${hub.url}/hub/logo`, { headers: { 'accept-encoding': 'identity' } });
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.text()).toMatch(/^<svg/);
  });

  it('that are not there are a 404', async () => {
    await using hub = await startHub();
    expect((await fetch(`${hub.url}/hub/static/../../package.json`)).status).toBe(404);
    expect((await fetch(`${hub.url}/hub/static/pages.css`)).status).toBe(404);
  });
});

describe("a course's own logo", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/hub/api/user")</script></svg>';
  const png = Buffer.from('89504e470d0a1a0a', 'hex');
  const logo = {
    light: { type: 'image/svg+xml', body: Buffer.from(svg) },
    dark: { type: 'image/png', body: png },
  };

  it('stands on the pages in place of ours, another one on dark ones, and is what servers show too', async () => {
    await using plain = await startHub();
    await using hub = await startHub({ site: { course: { ...plain.site.course, logo } } });
    for (const [browser, path] of [
      [await hub.browser(), '/hub/login'],
      [await hub.browser('anna'), '/hub/home'],
    ] as const) {
      const { markup } = await show(browser, path);
      const light = /<img src="([^"]+)"/.exec(markup)?.[1] ?? '';
      const dark =
        /<source data-look media="\(prefers-color-scheme: dark\)" srcset="([^"]+)"/.exec(markup)?.[1] ?? '';
      expect(await (await fetch(hub.url + light)).text()).toBe(svg);
      const answer = await fetch(hub.url + dark);
      expect(answer.headers.get('content-type')).toBe('image/png');
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(png);
    }
    expect(await (await fetch(`${hub.url}/hub/logo`)).text()).toBe(svg);
  });

  it('cannot run what it holds, wherever it is opened', async () => {
    await using plain = await startHub();
    await using hub = await startHub({ site: { course: { ...plain.site.course, logo } } });
    const answer = await fetch(`${hub.url}/hub/logo`);
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none';.* sandbox/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('pages', () => {
  it('have no inline script or style, and a policy that would refuse them', async () => {
    await using hub = await startHub();
    const page = await show(await hub.browser('anna'), '/hub/home');
    expect(page.markup).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*src=)/i);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('work below another address', async () => {
    await using hub = await startHub({ site: { baseUrl: '/course/2026/' } });
    const browser = await hub.browser('anna');
    const page = await show(browser, '/course/2026/hub/home');
    const addresses = [...page.markup.matchAll(/(?:src|href|action)="([^"#]+)"/g)].map(
      ([, url]) => url ?? '',
    );
    expect(addresses.filter((url) => !url.startsWith('/course/2026/hub/'))).toEqual([]);
    expect(page.form('Start my notebook').action).toBe('/course/2026/hub/spawn/anna');
  });
});

describe('the course’s colour', () => {
  it.each(['', '#12', '#xyz', 'teal', 'red; } body { display: none', 'url(https://evil.example)'])(
    'is not %s',
    (color) => {
      expect(courseStyle({ accentColor: color })).toBeUndefined();
    },
  );

  it('can be read wherever it stands, whichever it is', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte), (accent) => {
        const style = courseStyle({ accentColor: hexOf(accent) }) ?? '';
        const named = (name: string) =>
          colorOf(new RegExp(`--course-${name}: (#[0-9a-f]{6});`).exec(style)?.[1] ?? '')!;
        expect(contrast(named('on-accent'), accent)).toBeGreaterThanOrEqual(4.5);
        for (const surface of SURFACES.light) {
          expect(contrast(named('accent-text'), surface)).toBeGreaterThanOrEqual(4.5);
        }
        for (const surface of SURFACES.dark) {
          expect(contrast(named('accent-text-dark'), surface)).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });

  it('is held against the surfaces that pages have', () => {
    const tokens = readFileSync(new URL('assets/tokens.css', import.meta.url), 'utf8');
    const names = ['page', 'surface', 'good-surface', 'warn-surface', 'bad-surface'];
    const pairs = names.map((name) =>
      new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(tokens)?.slice(1).map(colorOf),
    );
    expect(pairs.map((pair) => pair?.[0])).toEqual(SURFACES.light);
    expect(pairs.map((pair) => pair?.[1])).toEqual(SURFACES.dark);
  });

  it('comes as a style sheet of its own', async () => {
    const course = {
      name: 'c',
      language: 'en' as const,
      welcome: null,
      contact: null,
      storageNotice: null,
      memoryLimit: null,
      cpuLimit: null,
    };
    await using hub = await startHub({
      site: { course: { ...course, logo: null, classTimes: [], timeZone: 'UTC', accentColor: '#aa3300' } },
    });
    const { markup } = await show(await hub.browser(), '/hub/login');
    const url = /"(\/hub\/static\/course-[^"]+)"/.exec(markup)?.[1] ?? '';
    expect(await (await fetch(hub.url + url)).text()).toContain('--course-accent: #aa3300');
  });
});
