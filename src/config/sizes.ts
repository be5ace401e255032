/** From what a server is promised and how many students come to machines, with the reckoning in words. */

export interface Demand {
  readonly students: number;
  /** Promised to each server: bytes, and cores; null: nothing. */
  readonly memory: number | null;
  readonly cores: number | null;
}

export interface Sizes {
  readonly vmSize: string;
  readonly serversPerNode: number;
  /** For all students at once. */
  readonly nodes: number;
  /** Line by line. */
  readonly arithmetic: readonly string[];
}

export interface Machine {
  readonly name: string;
  readonly cores: number;
  /** GiB. */
  readonly memory: number;
}

/** Sizes that every region has, general ones and those with more memory. */
const MACHINES: readonly Machine[] = [
  { name: 'Standard_D4s_v5', cores: 4, memory: 16 },
  { name: 'Standard_E4s_v5', cores: 4, memory: 32 },
  { name: 'Standard_D8s_v5', cores: 8, memory: 32 },
  { name: 'Standard_E8s_v5', cores: 8, memory: 64 },
  { name: 'Standard_D16s_v5', cores: 16, memory: 64 },
  { name: 'Standard_E16s_v5', cores: 16, memory: 128 },
  { name: 'Standard_D32s_v5', cores: 32, memory: 128 },
  { name: 'Standard_E32s_v5', cores: 32, memory: 256 },
];

const GIB = 1024 ** 3;

/** What AKS keeps for itself and its daemons: of each kind a fixed part, and of the cores one in twenty. */
const KEPT_GIB = 2.5;
const KEPT_CORES = 0.5;

/** A core costs about what nine GiB cost, in every region: enough to tell which machines are cheaper together. */
const GIB_PER_CORE = 9;

/** More servers than this on a machine, and its loss ends too many at once; AKS takes 110 pods by itself. */
const MOST_SERVERS = 60;

/** @returns undefined where no machine is large enough for one server */
export function deriveSizes(demand: Demand): Sizes | undefined {
  const fitting = MACHINES.flatMap((machine) => {
    const servers = serversOn(machine, demand);
    if (servers === 0) return [];
    const nodes = Math.max(1, Math.ceil(demand.students / servers));
    return [{ machine, servers, nodes, cost: nodes * (machine.cores + machine.memory / GIB_PER_CORE) }];
  });
  // Where two cost the same, fewer and larger machines serve a class that comes at once better.
  const [best] = fitting.toSorted((a, b) => a.cost - b.cost || a.nodes - b.nodes);
  if (best === undefined) return undefined;
  const { machine, servers, nodes } = best;
  return {
    vmSize: machine.name,
    serversPerNode: servers,
    nodes,
    arithmetic: explain(machine, servers, nodes, demand),
  };
}

/** Undefined where the size is not one whose measures we know. */
export function machineOf(vmSize: string): Machine | undefined {
  return MACHINES.find(({ name }) => name === vmSize);
}

/** How many servers one machine of this size takes; undefined where the size is not one whose measures we know. */
export function serversPerNode(vmSize: string, demand: Demand): number | undefined {
  const machine = machineOf(vmSize);
  return machine && serversOn(machine, demand);
}

function serversOn(machine: Machine, { memory, cores }: Demand): number {
  const free = freeOn(machine);
  const byMemory = memory === null ? MOST_SERVERS : Math.floor((free.memory * GIB) / memory);
  const byCores = cores === null ? MOST_SERVERS : Math.floor(free.cores / cores);
  return Math.min(byMemory, byCores, MOST_SERVERS);
}

function freeOn({ cores, memory }: Machine): { readonly cores: number; readonly memory: number } {
  return { cores: cores * 0.95 - KEPT_CORES, memory: memory - KEPT_GIB };
}

function explain(machine: Machine, servers: number, nodes: number, demand: Demand): readonly string[] {
  const free = freeOn(machine);
  const promised = [
    demand.memory === null ? null : `${round(demand.memory / GIB)} GiB`,
    demand.cores === null ? null : `${round(demand.cores)} cores`,
  ].filter((part) => part !== null);
  return [
    `A server is promised ${promised.length === 0 ? 'nothing' : promised.join(' and ')}.`,
    `${machine.name} has ${machine.memory} GiB and ${machine.cores} cores; ${round(free.memory)} GiB and ${round(free.cores)} cores are left for servers.`,
    ...(demand.memory === null
      ? []
      : [
          `By memory: ${round(free.memory)} / ${round(demand.memory / GIB)} = ${Math.floor((free.memory * GIB) / demand.memory)} servers.`,
        ]),
    ...(demand.cores === null
      ? []
      : [
          `By cores: ${round(free.cores)} / ${round(demand.cores)} = ${Math.floor(free.cores / demand.cores)} servers.`,
        ]),
    `${servers} ${servers === 1 ? 'server' : 'servers'} on each; ${demand.students} students / ${servers} = ${nodes} ${nodes === 1 ? 'machine' : 'machines'} when all work at once.`,
  ];
}

function round(amount: number): string {
  return String(Math.round(amount * 100) / 100);
}
