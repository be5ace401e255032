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

/** An amount as Kubernetes spells it (`500m`, `3Gi`), in bytes or cores; null where it is none. */
export function readQuantity(text: string): number | null {
  const [, number, unit = ''] = /^([0-9]+(?:\.[0-9]+)?(?:e[+-]?\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const factor = number === undefined ? undefined : FACTORS[unit];
  return factor === undefined ? null : Number(number) * factor;
}

/** Compares two amounts; false where one of them is none. */
export function isMoreStorage(amount: string, than: string): boolean {
  const [left, right] = [readQuantity(amount), readQuantity(than)];
  return left !== null && right !== null && left > right;
}
