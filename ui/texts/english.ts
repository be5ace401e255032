/** Every sentence of these pages. Another language is another record of type `Texts`. */
import type { Phase, RosterGroup, RosterLine, ServerState } from '../api/people.ts';

export type Texts = typeof english;

const count = (number: number, one: string, more: string) =>
  `${number.toLocaleString('en')} ${number === 1 ? one : more}`;

export const english = {
  language: 'en',
  states: {
    stopped: 'Stopped',
    queued: 'Waiting',
    starting: 'Starting',
    ready: 'Running',
    stopping: 'Stopping',
    failed: 'Failed',
  } satisfies Record<ServerState, string>,

  phases: {
    waiting: 'waiting for a place',
    launching: 'being launched',
    notebooks: 'fetching notebooks',
    starting: 'JupyterLab comes up',
    ready: 'ready',
    failed: 'failed',
    stopping: 'stopping',
  } satisfies Record<Phase, string>,

  frame: {
    pages: 'Pages of the course',
    people: 'People',
    class: 'Class',
    groups: 'Groups',
    settings: 'Settings',
    undo: 'Undo',
    undone: 'It is as it was.',
    cancel: 'Cancel',
    close: 'Close',
    wrong: (reason: string) => `That did not work: ${reason}`,
    unreachable: 'The hub does not answer just now. This page goes on by itself when it does.',
    tryAgain: 'Try again',
  },

  people: {
    heading: 'People',
    people: (total: number) => count(total, 'person', 'people'),
    running: (number: number) => `${number.toLocaleString('en')} running`,
    starting: (number: number) => `${number.toLocaleString('en')} starting`,
    waiting: (number: number) => `${number.toLocaleString('en')} waiting`,
    failed: (number: number) => `${number.toLocaleString('en')} failed`,
    search: 'Search by name',
    show: 'Show',
    filters: {
      all: 'Everybody',
      active: 'Who has a server',
      ready: 'Whose server runs',
      inactive: 'Without a server',
    },
    columns: { choose: 'Choose', name: 'Name', state: 'Server', lastSeen: 'Last seen', actions: 'Actions' },
    sortBy: (column: string) => `Sort by ${column.toLowerCase()}`,
    roles: { admin: 'administrator', instructor: 'instructor' } as Readonly<Record<string, string>>,
    never: 'never',
    nobody: 'Nobody is found.',
    nobodyHint: 'Look for another part of the name, or show everybody.',
    choose: (name: string) => `Choose ${name}`,
    chooseAll: (total: number) => `Choose all ${total.toLocaleString('en')} who are found`,
    start: 'Start',
    open: 'Open',
    stop: 'Stop',
    stopAsked: 'Stop …',
    why: 'Why?',
    startOf: (name: string) => `Start the server of ${name}`,
    openOf: (name: string) => `Open the server of ${name}`,
    whyOf: (name: string) => `Why the server of ${name} failed`,
    more: (name: string) => `More for ${name}`,
    makeAdmin: 'Make administrator',
    takeAdmin: 'Take administrator away',
    isAdmin: (name: string) => `${name} is an administrator now.`,
    isNoAdmin: (name: string) => `${name} is no administrator any more.`,
    stopOf: (name: string) => `Stop the server of ${name}?`,
    remove: 'Delete …',
    others: (number: number) => count(number, 'other server', 'other servers'),
    chosen: (number: number) => `${number.toLocaleString('en')} chosen`,
    chooseNone: 'Choose none',
    started: (number: number) => `${count(number, 'server', 'servers')} asked to start.`,
    stopped: (number: number) => `${count(number, 'server', 'servers')} asked to stop.`,
    removed: (number: number) => `${count(number, 'person', 'people')} deleted.`,
    stopQuestion: (number: number) =>
      number === 1 ? 'Stop this server?' : `Stop the servers of ${number} people?`,
    stopConsequence: 'What is saved in files stays. What only notebooks hold in memory is lost.',
    removeQuestion: (number: number, name: string) =>
      number === 1 ? `Delete ${name}?` : `Delete ${number} people?`,
    removeConsequence:
      'Their servers stop, and their logins and tokens end. Files in their home folders stay. This cannot be undone; they can be added again under the same name.',
    removeYes: 'Delete',
  },

  failure: {
    heading: (name: string) => `The server of ${name} failed`,
    what: 'What happened',
    hint: 'What to do',
    id: 'In the log it is',
    startAgain: 'Start again',
  },

  roster: {
    open: 'Add people',
    heading: 'Add people',
    explain:
      'One name a line, or a CSV file with a column “name” or “email”, and perhaps one “group”. Who is there already stays, and comes into the groups of the list.',
    list: 'Names',
    placeholder: 'anna\nben\ncor@example.org',
    file: 'Choose a CSV file …',
    line: (line: number) => `Line ${line}`,
    statuses: {
      new: 'new',
      exists: 'is there already',
      repeated: 'stands above already',
      invalid: 'cannot be a name',
    } satisfies Record<RosterLine['status'], string>,
    summary: (fresh: number, known: number, wrong: number) =>
      [
        count(fresh, 'new person', 'new people'),
        known > 0 && `${known} there already`,
        wrong > 0 && `${wrong} that cannot be added`,
      ]
        .filter(Boolean)
        .join(', '),
    andMore: (number: number) => `… and ${number.toLocaleString('en')} more lines`,
    preview: 'What comes of it',
    groupStatuses: {
      new: (joining: number) => `new group, ${count(joining, 'person', 'people')}`,
      exists: (joining: number) =>
        joining === 0 ? 'all are in it already' : `${count(joining, 'person', 'people')} more`,
      closed: () => 'stays as it is: you may not change it, or logins say who is in it',
    } satisfies Record<RosterGroup['status'], (joining: number) => string>,
    add: (fresh: number, joining: number) => {
      if (fresh > 0) return `Add ${count(fresh, 'person', 'people')}`;
      return joining > 0 ? 'Put into groups' : 'Add';
    },
    added: (fresh: number, joining: number) =>
      `${count(fresh, 'person', 'people')} added${joining > 0 ? `, ${joining.toLocaleString('en')} put into groups` : ''}.`,
  },

  settings: {
    heading: 'Settings',
    explain:
      'What counts now, and where it is said. It is changed in the file, and counts from the next start.',
    changed: (files: string) =>
      `${files} was changed after this hub read it. What it says now counts from the next start.`,
    findings: 'What the check says',
    severities: { error: 'Error', warning: 'Warning', note: 'Note' },
    values: 'Values',
    search: 'Search by key or value',
    show: 'Show',
    filters: { said: 'What the files say', all: 'Defaults too' },
    secret: 'A secret is not shown',
    nothing: 'Nothing is found.',
  },

  announcements: {
    heading: 'What people are told',
    write: 'Tell everybody …',
    title: 'Tell people something',
    explain: 'It shows at the top of their home page.',
    text: 'Message',
    whom: 'Whom',
    everybody: 'Everybody',
    howLong: 'For how long',
    minutes: { 15: '15 minutes', 60: 'an hour', 240: '4 hours', 1440: 'a day' },
    tell: 'Tell them',
    told: 'They are told.',
    about: (by: string, group: string | null, ends: string) =>
      `${by}, to ${group ?? 'everybody'}; ends ${ends}`,
    end: 'End',
    endOf: (text: string) => `End: ${text}`,
    ended: 'They are told no more.',
  },

  class: {
    heading: 'Class',
    before: (title: string, when: string) => `${title} begins ${when}.`,
    during: (title: string, when: string) => `${title} goes on; it ends ${when}.`,
    class: 'Class',
    of: (number: number) => `of ${count(number, 'person', 'people')}`,
    startAll: 'Start for everybody',
    startGroup: 'Start for this group',
    startAllQuestion: (number: number) => `Start a server for ${count(number, 'person', 'people')}?`,
    startAllConsequence:
      'Each person has their notebook ready when they come. Where there are more than may start at a time, they take turns.',
    startYes: 'Start',
    stopAll: 'Stop all …',
    stopAllQuestion: (number: number) => `Stop ${count(number, 'server', 'servers')}?`,
    stopYes: 'Stop',
    failedHeading: 'Need help',
    waitingHeading: 'Waiting for their turn',
    startingHeading: 'Starting',
    readyHeading: 'Running',
    place: (position: number) => `number ${position}`,
    inSeconds: (seconds: number) => `ready in about ${Math.max(1, Math.round(seconds))} s`,
    full: 'until a server stops',
    nobodyIn: 'Nobody has a server now.',
    nobodyInHint: 'When people start their notebooks, they show here by themselves.',
    stoppingHeading: 'Stopping',
    absentHeading: 'Not in',
  },

  groups: {
    heading: 'Groups',
    explain: 'People who belong together: to find them, to tell them something, and to give them rights.',
    sources: {
      file: 'The config file makes this group at each start of the hub.',
      login: 'Logins say who is in which group; nothing is changed here.',
    },
    group: 'Group',
    everybody: 'All groups',
    all: 'All groups',
    none: 'There are no groups yet.',
    noneHint: 'Make one here, or add people from a CSV file with a column “group”.',
    ofFile: 'by the file',
    create: 'New group …',
    created: (group: string) => `There is a group “${group}” now.`,
    exists: 'There is a group of this name.',
    name: 'Name of the group',
    makeIt: 'Make the group',
    add: 'Add',
    addPeople: 'Add people',
    toGroup: 'Add to group …',
    addChosen: (number: number) => `Add ${count(number, 'person', 'people')} to a group`,
    joined: (number: number, group: string) => `${count(number, 'person', 'people')} put into “${group}”.`,
    left: (name: string, group: string) => `${name} is not in “${group}” any more.`,
    members: 'Members',
    nobody: 'Nobody is in this group.',
    andMore: (number: number) => `… and ${number.toLocaleString('en')} more: search for them by name.`,
    remove: 'Remove',
    removeOf: (name: string) => `Remove ${name} from the group`,
    toPeople: 'Their servers',
    toClass: 'As a class',
    delete: 'Delete …',
    deleteQuestion: (group: string) => `Delete the group “${group}”?`,
    deleteConsequence:
      'Its members stay people of the course. They lose what they may do as members of it. This cannot be undone.',
    deleteYes: 'Delete the group',
    deleted: (group: string) => `The group “${group}” is deleted.`,
    properties: 'What programs keep with it',
  },
};
