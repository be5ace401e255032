import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gallery, plainWords } from './gallery.ts';

/** Whether a text is escaped is decided by where it stands, not by what it says: these say the worst. */
const hostile = fc
  .string({
    unit: fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '/',
      '=',
      ' ',
      'a',
      '`',
      '<script>',
      '-->',
      '&lt;',
      'x@y.zz',
    ),
  })
  .map((text) => `"><i id='pwned' onclick="x">${text}`);

describe('every page, in every state', () => {
  it('has the same markup whatever names, messages and logs say', () => {
    const expected = gallery({ name: '"><', text: '"><' });
    fc.assert(
      fc.property(hostile, hostile, (name, text) => {
        for (const [state, markup] of Object.entries(gallery({ name, text }))) {
          expect([state, skeleton(markup)]).toEqual([state, skeleton(expected[state]!)]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each(Object.entries(gallery()))(
    '%s is a whole document with one heading and no inline script',
    (_, markup) => {
      expect(markup).toMatch(/^<!doctype html>\n<html lang="en" data-look="auto">/);
      expect(markup.match(/<h1/g)).toHaveLength(1);
      expect(markup.match(/<main/g)).toHaveLength(1);
      expect(markup).toMatch(/<title>[^<]+ · Hydrodynamics<\/title>/);
      expect(markup).not.toMatch(/undefined|\[object|<style|\sstyle=|\son\w+=|<script(?![^>]*src=)/i);
      const ids = [...markup.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  it.each(Object.entries(gallery()))('%s sends every form with the proof that it is ours', (_, markup) => {
    for (const [form] of markup.matchAll(/<form method="post"[\s\S]*?<\/form>/g)) {
      expect(form).toContain('<input type="hidden" name="_xsrf" value="xsrf-value">');
    }
  });

  it('says the course’s name on each', () => {
    for (const markup of Object.values(gallery(plainWords, { name: 'Rivers' })))
      expect(markup).toContain('<span>Rivers</span>');
  });
});

/** The tags with their attributes' names, in order. */
function skeleton(markup: string): readonly string[] {
  return [...markup.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, ''));
}
