import { expect, it } from 'vitest';
import { openSealedText, sealText } from './sealed-text.ts';

const seal = { key: 'a key of the hub', purpose: 'a test' };

it('gives back what was sealed, and shows nothing of it', () => {
  const sealed = sealText('where Änna wants to go', seal);
  expect(openSealedText(sealed, seal)).toBe('where Änna wants to go');
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('wants');
});

it('opens nothing that was sealed for another purpose or with another key, was changed, or is no seal', () => {
  const sealed = sealText('text', seal);
  const changed = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`;
  expect(openSealedText(sealed, { ...seal, purpose: 'another' })).toBeUndefined();
  expect(openSealedText(sealed, { ...seal, key: 'another' })).toBeUndefined();
  expect(openSealedText(changed, seal)).toBeUndefined();
  expect(openSealedText('', seal)).toBeUndefined();
  expect(openSealedText('short', seal)).toBeUndefined();
});
