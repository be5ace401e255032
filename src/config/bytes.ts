const STEPS: { readonly [suffix: string]: number } = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

export type ByteSize =
  | { readonly ok: true; readonly bytes: number }
  | { readonly ok: false; readonly message: string; readonly help: string };

/**
 * A size as JupyterHub's ByteSpecification reads it: a number is bytes; a text is a number with one of K, M, G, T, each
 * 1024 times the one before. `4Gi`, which Kubernetes knows, JupyterHub refuses, and so do we: it would be taken for a
 * different size in another place of the same file.
 */
export function parseByteSize(value: unknown): ByteSize {
  if (typeof value === 'number') {
    return Number.isFinite(value) && value >= 0 ? { ok: true, bytes: Math.trunc(value) } : wrong(value);
  }
  if (typeof value !== 'string') return wrong(value);
  const match = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-zA-Z]*)\s*$/.exec(value);
  if (match === null) return wrong(value);
  const [, digits = '', suffix = ''] = match;
  const step = STEPS[suffix];
  if (step !== undefined) return { ok: true, bytes: Math.trunc(Number(digits) * step) };
  if (suffix === '') {
    return {
      ok: false,
      message: `The size \`${value}\` is a text.`,
      help: 'Write it without quotes, or with a unit: 4G.',
    };
  }
  const meant = suffix.charAt(0).toUpperCase();
  if (STEPS[meant] === undefined || suffix.length > 3) return wrong(value);
  return {
    ok: false,
    message: `The unit \`${suffix}\` is not one of K, M, G, T.`,
    help: `Write ${digits}${meant}: here ${meant} already means ${meant}i (steps of 1024).`,
  };
}

function wrong(value: unknown): ByteSize {
  return {
    ok: false,
    message: typeof value === 'object' ? 'This is not a size.' : `\`${String(value)}\` is not a size.`,
    help: 'Write a number of bytes, or a number with K, M, G or T, such as 4G.',
  };
}
