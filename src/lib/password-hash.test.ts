import { describe, expect, it } from 'vitest';
import { hashPassword, isOutdatedHash, verifyPassword } from './password-hash.ts';

describe('the hash of a password', () => {
  it('is opened by the password alone, however its letters were typed', async () => {
    const hash = await hashPassword('caf\u00e9 au lait');
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifyPassword('cafe\u0301 au lait', hash)).toBe(true);
    expect(await verifyPassword('cafe au lait', hash)).toBe(false);
    expect(await hashPassword('caf\u00e9 au lait')).not.toBe(hash);
  });

  it('is right for nothing where there is none, or where it cannot be read', async () => {
    expect(await verifyPassword('', undefined)).toBe(false);
    expect(await verifyPassword('x', 'x')).toBe(false);
  });

  it('says by itself how it was made', async () => {
    const weak = '$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$';
    expect(isOutdatedHash(weak)).toBe(true);
    expect(isOutdatedHash(await hashPassword('x'))).toBe(false);
  });

  it('leaves the event loop alone', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await Promise.all(Array.from({ length: 6 }, () => hashPassword('password')));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(6);
  });
});
