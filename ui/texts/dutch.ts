import type { Texts } from './english.ts';

const count = (number: number, one: string, more: string) =>
  `${number.toLocaleString('nl')} ${number === 1 ? one : more}`;

export const dutch: Texts = {
  language: 'nl',
  states: {
    stopped: 'Gestopt',
    queued: 'Wacht',
    starting: 'Start',
    ready: 'Draait',
    stopping: 'Stopt',
    failed: 'Mislukt',
  },

  frame: {
    pages: 'Pagina’s van de cursus',
    people: 'Mensen',
    class: 'Les',
    settings: 'Instellingen',
    cancel: 'Annuleren',
    close: 'Sluiten',
    wrong: (reason) => `Dat is niet gelukt: ${reason}`,
    unreachable: 'De hub antwoordt even niet. Deze pagina gaat vanzelf verder als dat weer zo is.',
    tryAgain: 'Opnieuw proberen',
  },

  people: {
    heading: 'Mensen',
    people: (total) => count(total, 'persoon', 'mensen'),
    running: (number) => `${number.toLocaleString('nl')} draaien`,
    starting: (number) => `${number.toLocaleString('nl')} starten`,
    waiting: (number) => `${number.toLocaleString('nl')} wachten`,
    failed: (number) => `${number.toLocaleString('nl')} mislukt`,
    search: 'Zoeken op naam',
    show: 'Toon',
    filters: {
      all: 'Iedereen',
      active: 'Wie een server heeft',
      ready: 'Wiens server draait',
      inactive: 'Zonder server',
    },
    columns: {
      choose: 'Kiezen',
      name: 'Naam',
      state: 'Server',
      lastSeen: 'Laatst gezien',
      actions: 'Acties',
    },
    sortBy: (column) => `Sorteren op ${column.toLowerCase()}`,
    roles: { admin: 'beheerder', instructor: 'docent' },
    never: 'nooit',
    nobody: 'Niemand gevonden.',
    nobodyHint: 'Zoek op een ander deel van de naam, of toon iedereen.',
    choose: (name) => `Kies ${name}`,
    start: 'Starten',
    open: 'Openen',
    stop: 'Stoppen',
    why: 'Waarom?',
    startOf: (name) => `Start de server van ${name}`,
    openOf: (name) => `Open de server van ${name}`,
    whyOf: (name) => `Waarom de server van ${name} is mislukt`,
    more: (name) => `Meer voor ${name}`,
    makeAdmin: 'Beheerder maken',
    takeAdmin: 'Geen beheerder meer',
    remove: 'Verwijderen …',
    others: (number) => count(number, 'andere server', 'andere servers'),
    chosen: (number) => `${number.toLocaleString('nl')} gekozen`,
    chooseNone: 'Niets kiezen',
    started: (number) => `${count(number, 'server', 'servers')} gevraagd te starten.`,
    stopped: (number) => `${count(number, 'server', 'servers')} gevraagd te stoppen.`,
    removed: (number) => `${count(number, 'persoon', 'mensen')} verwijderd.`,
    stopQuestion: (number) =>
      number === 1 ? 'Deze server stoppen?' : `De servers van ${number} mensen stoppen?`,
    stopConsequence:
      'Wat in bestanden is bewaard, blijft. Wat notebooks alleen in hun geheugen hebben, gaat verloren.',
    removeQuestion: (number, name) =>
      number === 1 ? `${name} verwijderen?` : `${number} mensen verwijderen?`,
    removeConsequence:
      'Hun servers stoppen, en hun aanmeldingen en tokens eindigen. Bestanden in hun mappen blijven. Dit kan niet ongedaan worden gemaakt; zij kunnen onder dezelfde naam weer worden toegevoegd.',
    removeYes: 'Verwijderen',
  },

  failure: {
    heading: (name) => `De server van ${name} is mislukt`,
    what: 'Wat er is gebeurd',
    hint: 'Wat te doen',
    id: 'In het logboek heet het',
    startAgain: 'Opnieuw starten',
  },

  roster: {
    open: 'Mensen toevoegen',
    heading: 'Mensen toevoegen',
    explain:
      'Eén naam per regel, of een CSV-bestand met een kolom “naam” of “email”. Wie er al is, blijft zoals die is.',
    list: 'Namen',
    placeholder: 'anna\nben\ncor@example.org',
    file: 'Kies een CSV-bestand …',
    line: (line) => `Regel ${line}`,
    statuses: {
      new: 'nieuw',
      exists: 'is er al',
      repeated: 'staat hierboven al',
      invalid: 'kan geen naam zijn',
    },
    summary: (fresh, known, wrong) =>
      [
        count(fresh, 'nieuwe persoon', 'nieuwe mensen'),
        known > 0 && `${known} die er al zijn`,
        wrong > 0 && `${wrong} die niet kunnen worden toegevoegd`,
      ]
        .filter(Boolean)
        .join(', '),
    andMore: (number) => `… en nog ${number.toLocaleString('nl')} regels`,
    preview: 'Wat ervan komt',
    add: (number) => (number === 0 ? 'Toevoegen' : `${count(number, 'persoon', 'mensen')} toevoegen`),
    added: (number) => `${count(number, 'persoon', 'mensen')} toegevoegd.`,
  },

  settings: {
    heading: 'Instellingen',
    explain:
      'Wat nu geldt, en waar het staat. Wijzigen gaat in het bestand, en geldt vanaf de volgende start.',
    changed: (files) =>
      `${files} is gewijzigd nadat deze hub het las. Wat er nu staat, geldt vanaf de volgende start.`,
    findings: 'Wat de controle zegt',
    severities: { error: 'Fout', warning: 'Waarschuwing', note: 'Opmerking' },
    values: 'Waarden',
    search: 'Zoeken op sleutel of waarde',
    show: 'Toon',
    filters: { said: 'Wat de bestanden zeggen', all: 'Ook wat vanzelf zo is' },
    secret: 'Een geheim wordt niet getoond',
    nothing: 'Niets gevonden.',
  },

  announcements: {
    heading: 'Wat mensen horen',
    write: 'Iedereen iets zeggen …',
    title: 'Mensen iets zeggen',
    explain: 'Het staat boven aan hun startpagina.',
    text: 'Bericht',
    whom: 'Aan wie',
    everybody: 'Iedereen',
    howLong: 'Hoe lang',
    minutes: { 15: '15 minuten', 60: 'een uur', 240: '4 uur', 1440: 'een dag' },
    tell: 'Zeggen',
    told: 'Het wordt gezegd.',
    about: (by, group, ends) => `${by}, aan ${group ?? 'iedereen'}; eindigt ${ends}`,
    end: 'Beëindigen',
    endOf: (text) => `Beëindigen: ${text}`,
    ended: 'Het wordt niet meer gezegd.',
  },

  class: {
    heading: 'Les',
    before: (title, when) => `${title} begint ${when}.`,
    during: (title, when) => `${title} is bezig; het einde is ${when}.`,
    class: 'De les',
    of: (number) => `van ${count(number, 'persoon', 'mensen')}`,
    startAll: 'Voor iedereen starten',
    startAllQuestion: (number) => `Een server starten voor ${count(number, 'persoon', 'mensen')}?`,
    startAllConsequence:
      'Ieders notebook staat klaar als zij komen. Zijn het er meer dan tegelijk mogen starten, dan gaan zij om de beurt.',
    startYes: 'Starten',
    stopAll: 'Alles stoppen …',
    stopAllQuestion: (number) => `${count(number, 'server', 'servers')} stoppen?`,
    stopYes: 'Stoppen',
    failedHeading: 'Hebben hulp nodig',
    waitingHeading: 'Wachten op hun beurt',
    startingHeading: 'Starten',
    readyHeading: 'Draaien',
    place: (position) => `nummer ${position}`,
    inSeconds: (seconds) => `klaar over ongeveer ${Math.max(1, Math.round(seconds))} s`,
    full: 'tot er een server stopt',
    nobodyIn: 'Niemand heeft nu een server.',
    nobodyInHint: 'Als mensen hun notebook starten, verschijnen zij hier vanzelf.',
    stoppingHeading: 'Stoppen',
  },
};
