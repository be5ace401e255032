const WITH_PASSWORD = /[a-z][a-z0-9+.-]{0,20}:\/\/[^/@\s:"']{0,200}:[^/@\s"']{1,200}@/i;

/** Whether a text has an address with a password in it: `https://me:secret@example.org`. */
export function hasPassword(text: string): boolean {
  return WITH_PASSWORD.test(text.slice(0, 10_000));
}
