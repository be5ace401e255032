const WITH_PASSWORD = /[a-z][a-z0-9+.-]{0,20}:\/\/[^/@\s:"']{0,200}:[^/@\s"']{1,200}@/i;

/** Whether a text has an address with a password in it: `https://me:secret@example.org`. */
export function hasPassword(text: string): boolean {
  return WITH_PASSWORD.test(text.slice(0, 10_000));
}

const LIKE_PASSWORD = /:[^\s@"']{1,200}@(?!sha\d+:)|:\/\/[^@\n]{1,200}:[^@\n]{1,200}@/i;

/**
 * Whether a text had better not be shown: it has, or would have but for a slip, a password in an address
 * (`https//me:secret@example.org`). The digest of an image (`name:1.0@sha256:…`) is none.
 */
export function mayHavePassword(text: string): boolean {
  return LIKE_PASSWORD.test(text.slice(0, 10_000));
}
