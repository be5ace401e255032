/** Every sentence that students read here, in both languages. */
export interface Texts {
  readonly home: string;
  readonly homeTitle: string;
  readonly stopsIn: (left: string) => string;
  readonly stopsTitle: Readonly<Record<'idle' | 'age', string>>;
  readonly memory: (used: string, limit: string | null) => string;
  readonly memoryTitle: string;
  readonly stay: string;
  readonly warning: Readonly<Record<'idle' | 'age', (left: string) => string>>;
}

const english: Texts = {
  home: 'Hub',
  homeTitle: 'Back to the hub: your servers, stop, log out',
  stopsIn: (left) => `stops in ${left}`,
  stopsTitle: {
    idle: 'Your server is stopped when nobody uses it for so long.',
    age: 'Servers of this course run for so long and no longer.',
  },
  memory: (used, limit) => (limit === null ? used : `${used} of ${limit}`),
  memoryTitle: 'Memory that your server uses',
  stay: 'Stay',
  warning: {
    idle: (left) => `Your server is stopped in ${left}, because nobody uses it.`,
    age: (left) => `Your server is stopped in ${left}: it has run as long as it may. Save your work.`,
  },
};

const dutch: Texts = {
  home: 'Hub',
  homeTitle: 'Terug naar de hub: je servers, stoppen, uitloggen',
  stopsIn: (left) => `stopt over ${left}`,
  stopsTitle: {
    idle: 'Je server wordt gestopt als niemand hem zo lang gebruikt.',
    age: 'Servers van deze cursus draaien zo lang en niet langer.',
  },
  memory: (used, limit) => (limit === null ? used : `${used} van ${limit}`),
  memoryTitle: 'Geheugen dat je server gebruikt',
  stay: 'Blijven',
  warning: {
    idle: (left) => `Je server wordt over ${left} gestopt, omdat niemand hem gebruikt.`,
    age: (left) => `Je server wordt over ${left} gestopt: hij mag niet langer draaien. Bewaar je werk.`,
  },
};

export function textsIn(language: string): Texts {
  return language === 'nl' ? dutch : english;
}

/** `12 min`, `2 hr`: rounded down, so that nobody is promised more than there is. */
export function timeLeft(milliseconds: number, language: string): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const [value, unit] = minutes < 120 ? [minutes, 'minute'] : [Math.floor(minutes / 60), 'hour'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** In binary units, as limits are written in the config. */
export function bytes(amount: number, language: string): string {
  const [value, unit] = amount < 2 ** 30 ? [amount / 2 ** 20, 'MiB'] : [amount / 2 ** 30, 'GiB'];
  const digits = { maximumFractionDigits: value < 10 ? 1 : 0 };
  return `${new Intl.NumberFormat(language, digits).format(value)} ${unit}`;
}
