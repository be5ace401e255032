const FACTORS: Readonly<Record<string, number>> = {
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

/** Compares amounts as Kubernetes spells them (`10Gi`); false where one of them is not understood. */
export function isMoreStorage(amount: string, than: string): boolean {
  const [left, right] = [bytesOf(amount), bytesOf(than)];
  return left !== null && right !== null && left > right;
}

function bytesOf(amount: string): number | null {
  const match = /^([0-9]+(?:\.[0-9]+)?)([a-zA-Z]*)$/.exec(amount);
  const factor = match ? FACTORS[match[2]!] : undefined;
  return factor === undefined ? null : Number(match![1]) * factor;
}
