/** What a course uses and, with a list of prices, what it costs: from what is promised, so an upper bound. */
import type { PoolConfig } from '../config/provisioning.ts';
import { machineOf } from '../config/sizes.ts';
import type { AzureCourse } from './course.ts';
import type { Prices } from './prices.ts';

const HOUR = 3_600_000;
const HOURS_A_MONTH = 730;

export interface Estimate {
  /** When class meets and everybody works: each pool as large as it may become. */
  readonly full: Usage;
  /** When nobody works: each pool as small as it may become. */
  readonly idle: Usage;
  /** From the first session to the end of the last; null where the file has no sessions. */
  readonly whole: {
    readonly classHours: number;
    readonly idleHours: number;
    readonly coreHours: number | null;
    readonly gibHours: number | null;
    readonly cost: number | null;
  } | null;
  /** What the list of prices does not have. */
  readonly unpriced: readonly string[];
}

/** For an hour. Null: of a machine whose measures, or price, nobody gave. */
export interface Usage {
  readonly machines: readonly { readonly pool: PoolConfig; readonly count: number }[];
  readonly cores: number | null;
  readonly gib: number | null;
  readonly cost: number | null;
}

export function estimate({ azure, course }: AzureCourse, prices: Prices | null): Estimate {
  const unpriced = new Set<string>();
  const standing = prices && standingCost(azure, prices, unpriced);
  const usage = (count: (pool: PoolConfig) => number): Usage => {
    const machines = azure.cluster.pools.map((pool) => ({ pool, count: count(pool) }));
    const used = machines.filter(({ count }) => count > 0);
    return {
      machines,
      cores: total(used.map(({ pool, count }) => times(machineOf(pool.vmSize)?.cores, count))),
      gib: total(used.map(({ pool, count }) => times(machineOf(pool.vmSize)?.memory, count))),
      cost:
        prices &&
        total([...used.map(({ pool, count }) => times(priceOf(pool, prices, unpriced), count)), standing]),
    };
  };
  const full = usage(({ max }) => max);
  const idle = usage(({ min }) => min);
  return { full, idle, whole: wholeOf(course.sessions, full, idle), unpriced: [...unpriced].sort() };
}

function wholeOf(sessions: AzureCourse['course']['sessions'], full: Usage, idle: Usage): Estimate['whole'] {
  if (sessions.length === 0) return null;
  const times = sessions.map(({ start, end }) => [Date.parse(start), Date.parse(end)] as const);
  const classHours = hoursOfAny(times);
  const span = (Math.max(...times.map(([, end]) => end)) - Math.min(...times.map(([start]) => start))) / HOUR;
  const idleHours = span - classHours;
  const over = (during: number | null, between: number | null) =>
    during === null || between === null ? null : during * classHours + between * idleHours;
  return {
    classHours,
    idleHours,
    coreHours: over(full.cores, idle.cores),
    gibHours: over(full.gib, idle.gib),
    cost: over(full.cost, idle.cost),
  };
}

/** Sessions may overlap: an hour counts once. */
function hoursOfAny(times: readonly (readonly [number, number])[]): number {
  let [sum, reached] = [0, Number.NEGATIVE_INFINITY];
  for (const [start, end] of times.toSorted(([a], [b]) => a - b)) {
    sum += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return sum / HOUR;
}

function priceOf(pool: PoolConfig, prices: Prices, unpriced: Set<string>): number | null {
  const list = pool.spot ? prices.spotMachines : prices.machines;
  return known(list[pool.vmSize], pool.spot ? `${pool.vmSize} as a spot machine` : pool.vmSize, unpriced);
}

/** What costs the same whether anybody works or not, an hour. */
function standingCost(
  { registry, storage, database }: AzureCourse['azure'],
  prices: Prices,
  unpriced: Set<string>,
): number | null {
  const gigabytes = storage.shares.reduce((sum, { sizeGB }) => sum + sizeGB, 0);
  const perMonth = known(
    prices.sharesPerGBMonth[storage.sku],
    `shares of ${storage.sku}`,
    unpriced,
    gigabytes > 0,
  );
  return total([
    times(known(prices.registryPerDay[registry.sku], `a registry of ${registry.sku}`, unpriced), 1 / 24),
    times(perMonth, gigabytes / HOURS_A_MONTH),
    database === null ? 0 : known(prices.databases[database.sku], `a database of ${database.sku}`, unpriced),
  ]);
}

function known(
  price: number | undefined,
  what: string,
  unpriced: Set<string>,
  isNeeded = true,
): number | null {
  if (!isNeeded) return 0;
  if (price === undefined) unpriced.add(what);
  return price ?? null;
}

function times(amount: number | null | undefined, factor: number): number | null {
  return amount === null || amount === undefined ? null : amount * factor;
}

/** Null where a part is not known. */
function total(parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}
