const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
};

/** An amount as Kubernetes spells it (`500m`, `3Gi`), in bytes or cores; 0 where it is none. */
export function readAmount(text: string | undefined): number {
  const [, number = '0', unit = ''] = /^([0-9.]+(?:e[+-]?\d+)?)([a-zA-Z]*)$/.exec(text ?? '') ?? [];
  return Number(number) * (FACTORS[unit] ?? 0);
}

/** Bytes, as people and the file write them. */
export function showBytes(bytes: number): string {
  return bytes >= 1024 ** 3
    ? `${(bytes / 1024 ** 3).toFixed(1)} GiB`
    : `${Math.round(bytes / 1024 ** 2)} MiB`;
}
