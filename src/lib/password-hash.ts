/**
 * Hashes of people's passwords: scrypt (RFC 7914), with its parameters and a salt of its own beside each hash, in the form
 * `$scrypt$ln=15,r=8,p=3$salt$hash`. The work is done by threads of Node's pool, never by the event loop, and a few at a
 * time, so that logins take neither all cores nor all memory.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's second choice of equal strength: 32 MB a hash. `ln` is the logarithm of the cost. */
const TODAY: Parameters = { ln: 15, r: 8, p: 3 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** At once; others wait for their turn. */
const AT_ONCE = 2;

interface Parameters {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** @returns what is stored in place of the password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, TODAY);
  const { ln, r, p } = TODAY;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/**
 * @param stored a hash; undefined where there is none: then it takes as long, and is never right, so that nobody learns
 * which names there are
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const read = stored === undefined ? undefined : parse(stored);
  if (read === undefined) {
    await derive(password, Buffer.alloc(SALT_BYTES), TODAY);
    return false;
  }
  return timingSafeEqual(await derive(password, read.salt, read.parameters), read.key);
}

/** Whether it was made with other parameters than new ones are. */
export function isOutdatedHash(stored: string): boolean {
  const { ln, r, p } = TODAY;
  return !stored.startsWith(`$scrypt$ln=${ln},r=${r},p=${p}$`);
}

function parse(stored: string) {
  const [, ln, r, p, salt = '', key = ''] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{22,})\$([\w-]{43})$/.exec(stored) ?? [];
  if (ln === undefined) return undefined;
  return {
    parameters: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, { ln, r, p }: Parameters): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    const cost = 2 ** ln;
    return await scryptKey(password, salt, {
      cost,
      blockSize: r,
      parallelization: p,
      maxmem: 256 * cost * r,
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

function scryptKey(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Two ways of typing one letter are one password.
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
