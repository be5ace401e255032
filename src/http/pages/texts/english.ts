/**
 * Every sentence of the pages in English, which says by its shape what every other language has to say too. The course's
 * own words (name, welcome, contact) come from its configuration, not from here.
 */

import type { Server, ServerState, StopReason } from '../../../domain/server.ts';
import type { QueuePlace } from '../../../domain/start-queue.ts';

export const english = {
  /** As `<html lang>` has it, and what it calls itself. */
  language: 'en' as string,
  languageName: 'English',
  /** How times and numbers are written. */
  locale: 'en-GB',
  /** The hub's own sentences are English as they are. */
  hub: {} as Readonly<Record<string, string>>,

  layout: {
    skip: 'Skip to content',
    navigation: 'Pages',
    home: 'Home',
    tokens: 'Tokens',
    people: 'People',
    logOut: 'Log out',
    loggedInAs: 'Logged in as',
    questions: 'Questions? Ask',
    madeWith: (version: string) => `Polder ${version}`,
    copy: 'Copy',
    copied: 'Copied',
    reading: 'Language and look of these pages',
    language: 'Language',
    look: 'Look',
    looks: { auto: 'As my device', light: 'Light', dark: 'Dark' },
  },

  login: {
    title: 'Log in',
    name: 'Name',
    password: 'Password',
    show: 'Show',
    hide: 'Hide',
    submit: 'Log in',
    with: (service: string) => `Log in with ${service}`,
    orPassword: 'Or with your name and password here:',
    notLoggedIn: 'You are not logged in',
    serviceAway: 'Logging in does not work just now',
    stays: (contact: string) => `If it stays so, ask ${contact}.`,
    staysNobody: 'If it stays so, ask whoever teaches this course.',
    sessionEnded:
      'Your session has ended. Log in again to go on; your files and running notebooks are as you left them.',
    loggedOut: 'You are logged out.',
    logOutThere: (service: string | null) => `Log out of ${service ?? 'the login service'} too`,
    formExpired: 'This form had expired. Try again.',
    incomplete: 'Fill in both your name and your password.',
    throttled: 'Too many failed attempts. You can try again',
  },

  classes: {
    next: 'Next class:',
    now: 'Class now:',
  },

  home: {
    title: 'Home',
    heading: 'Your notebook',
    start: 'Start my notebook',
    open: 'Open my notebook',
    restart: 'Start again',
    watch: 'See how far it is',
    stop: 'Stop…',
    cancel: 'Cancel',
    memory: 'Memory',
    memoryOf: (used: string, limit: string) => `${used} of ${limit}`,
    cores: 'Processor',
    coresUpTo: (cores: number) => `up to ${cores} ${cores === 1 ? 'core' : 'cores'}`,
    orSooner: 'or sooner,',
    stopsItself: 'Stops by itself',
    stopsIdle: (time: string) => `after ${time} without use`,
    since: 'Started',
    lastUsed: 'Last used',
    files: 'Your files',
    stopDialog: {
      title: (name: string) => (name === '' ? 'Stop your notebook?' : `Stop “${name}”?`),
      bodyBusy: (notebooks: number) =>
        `${notebooks === 1 ? 'One notebook is' : `${notebooks} notebooks are`} running a cell right now, which ends before it is done. ` +
        'What you have not saved is lost. Saved files stay.',
      body: 'Whatever is still running in it ends, and what you have not saved is lost. Saved files stay.',
      confirm: 'Stop it',
      keep: 'Keep it running',
    },
    others: 'More servers',
    othersHint:
      'A server of its own keeps its kernels and memory apart from your notebook. They all see the same files.',
    newName: 'Name of the new server',
    newNameHint: 'a to z, 0 to 9 and “-”, up to 30',
    add: 'Add and start',
    openNamed: 'Open',
    startNamed: 'Start',
    remove: 'Remove…',
    removeDialog: {
      title: (name: string) => `Remove “${name}”?`,
      body: 'It goes from this list. Your files stay.',
      confirm: 'Remove it',
      keep: 'Keep it',
    },
    hookFailed: 'The notebooks of the course could not be fetched',
    hookFailedBody:
      'You can work, but the newest notebooks may be missing. Try to fetch them again; if that fails too, show the message below to your instructor.',
    hookOutput: 'What the command said',
    hookAgain: 'Fetch the notebooks again',
    log: 'What the server wrote last',
  },

  link: {
    title: 'A link to a notebook',
    heading: 'A link to a notebook',
    intro: 'Whoever follows it logs in, gets a server of their own, and has this notebook open in it.',
    place: 'Which notebook?',
    placeHint: 'Its path among your files, or the address of what you have open in JupyterLab.',
    more: 'Fetch it from a repository first',
    repository: 'Address of the repository',
    repositoryHint:
      'It is fetched with nbgitpuller, which the server needs to have; paths begin in the repository.',
    branch: 'Branch, where it is not the usual one',
    submit: 'Make the link',
    made: 'Your link',
    madeHint: 'It opens the file of that path in each student’s own files: they need to have it.',
    projector: 'Show it large',
    tryIt: 'Try it yourself',
    scan: 'Scan, and open the notebook',
    code: (url: string) => `QR code of ${url}`,
    tooLong: 'The address is too long for a QR code.',
    problem:
      'No link can be made of that. Give a path among your files, or the address of a page in your server here; a repository begins with https://.',
    offer: 'Share a notebook',
    offerHint: 'A link, also as a QR code, that opens a notebook in each student’s own server.',
    offerButton: 'Make a link',
  },

  state: {
    stopped: 'Not running',
    queued: 'Waiting for its turn',
    starting: 'Starting',
    ready: 'Running',
    stopping: 'Stopping',
    failed: 'Could not start',
  } satisfies Record<Server['state'], string>,

  stateSentence: {
    never: 'Press the button and it is here in a few seconds.',
    stopping: 'It is being stopped. You can start it again right away: it waits until the stop has ended.',
    stoppingThenStart: 'It is being stopped, and starts again right after.',
    queued: 'It starts as soon as there is a place for it.',
    starting: 'It is almost there.',
  },

  /** `own` says whether the reader is the server's owner. */
  stopReason: {
    user: (own): string => (own ? 'You stopped it' : 'Its owner stopped it'),
    admin: () => 'Somebody who runs the course stopped it',
    idle: () => 'Nobody used it, so it was stopped',
    exited: () => 'It ended by itself',
    out_of_memory: () => 'It ran out of memory',
    shutdown: () => 'It was stopped together with the whole hub',
    failed_start: () => 'It could not be started',
  } satisfies Record<StopReason, (own: boolean) => string>,

  startCancelled: (own: boolean): string =>
    own ? 'You cancelled its start' : 'Its owner cancelled its start',

  start: {
    title: 'Starting',
    heading: 'Starting your notebook',
    headingOther: (owner: string) => `Starting the server of ${owner}`,
    body: 'One moment: your notebook is asked for.',
    bodyWithoutScript: 'Press the button to start it.',
    button: 'Start my notebook',
    buttonOther: 'Start it',
  },

  choose: {
    title: 'Choose a server',
    heading: 'Which server do you want?',
    headingOther: (owner: string) => `Which server should ${owner} have?`,
    legend: 'Servers of this course',
    isDefault: 'usual choice',
    memory: (amount: string) => `${amount} of memory`,
    ownOnly: (option: string, own: string) => `${option}: ${own}`,
    cancel: 'Not now',
    noSuchProfile: 'This course does not offer that server. Choose one of these.',
    noSuchValue: (option: string) => `“${option}” cannot be that. Choose one of its values.`,
    textMissing: (option: string) => `Write what “${option}” should be, or choose one of its values.`,
    textRefused: (option: string, message: string | null) =>
      `“${option}” cannot be that. ${message ?? 'Write something else, or choose one of its values.'}`,
  },

  pending: {
    title: 'Starting',
    heading: 'Your notebook is starting',
    headingOther: (owner: string) => `The server of ${owner} is starting`,
    headingQueued: 'Your notebook is waiting for its turn',
    headingFull: 'The course is full',
    place: ({ position, estimateSeconds, full }: QueuePlace) => {
      const where = position === 1 ? 'You are next' : `You are number ${position} in the queue`;
      if (full) return `${where}: your notebook starts by itself as soon as somebody stops theirs.`;
      return estimateSeconds === null ? `${where}.` : `${where}: ready in ${about(estimateSeconds)}.`;
    },
    progress: 'Progress',
    elapsed: 'Started',
    waiting: 'Waiting',
    steps: 'What happened so far',
    asked: 'Asked',
    keepsItsPlace: 'You can close this page: the start goes on, and your place is kept.',
    cancel: 'Cancel',
    lost: 'The connection to the hub is interrupted. This page goes on by itself when it is back.',
    headingStopping: 'Your server is being stopped',
    bodyStopping: 'That takes a few seconds.',
    bodyStoppingThenStart: 'It starts again right after, by itself.',
    startAfter: 'Start again after that',
    toHome: 'To my home page',
  },

  failed: {
    title: 'Could not start',
    heading: 'Your notebook could not be started',
    headingOther: (owner: string) => `The server of ${owner} could not be started`,
    tryAgain: 'Try again',
    chooseAgain: 'Choose another server',
    log: 'What the server wrote last',
    noLog: 'The server wrote nothing.',
    send: 'Send this to your instructor',
    sendHint: 'With this number they find the details in the log of the hub:',
    copyReport: 'Copy the report',
    mailReport: 'Send it by e-mail',
    mailSubject: (course: string, id: string) => `${course}: my notebook could not be started (${id})`,
  },

  notRunning: {
    title: 'Not running',
    heading: 'Your server is not running',
    headingOther: (owner: string) => `The server of ${owner} is not running`,
    never: 'It has not been started yet.',
    start: 'Start it and come back here',
    back: 'It takes you to:',
  },

  apiDocs: {
    title: 'The API',
    intro:
      'Programs ask the hub at these addresses, below /hub/api, with a token in the header “Authorization: token …”. It is the API of JupyterHub, and a little more.',
    link: 'What programs can ask',
    document: 'The same for programs: OpenAPI 3.1',
    access: 'Who may',
    or: 'or',
    whoMay: { anyone: 'anyone', caller: 'whoever is logged in', proxy: 'proxies' },
    query: 'In the query',
    body: 'In the body',
    answers: 'Answers',
    errors: 'Where something is wrong:',
    field: 'Field',
    type: 'Type',
    meaning: 'Meaning',
    required: 'needed',
    otherwise: 'left out:',
    types: {
      string: 'text',
      integer: 'whole number',
      number: 'number',
      boolean: 'true or false',
      object: 'object',
      null: 'nothing',
      time: 'time',
      anything: 'anything',
      listOf: 'list of',
      objectOf: 'by name:',
    },
    models: 'Models',
  },
  token: {
    title: 'Tokens',
    heading: 'Tokens',
    intro:
      'A program that works in your name shows a token instead of your password. Give each program its own, that can do no more than it must.',
    newHeading: 'Make a token',
    note: 'What is it for?',
    notePlaceholder: 'script on my laptop',
    noteDefault: 'Token without a note',
    purpose: 'What may it do?',
    purposes: {
      servers: {
        label: 'Use my servers',
        hint: 'see, start, stop and open them',
      },
      read: {
        label: 'Look only',
        hint: 'see my account and whether my servers run',
      },
      all: {
        label: 'Everything that I may do',
        hint: 'only for programs that you trust as yourself',
      },
    },
    expires: 'Good for',
    expiryDays: (days: number) => (days === 1 ? '1 day' : days === 365 ? '1 year' : `${days} days`),
    expiryNever: 'until I revoke it',
    submit: 'Make the token',
    madeHeading: 'Your new token',
    madeHint: 'Copy it now: it is shown this once, and stored nowhere.',
    madeFor: 'Token',
    listHeading: 'Your tokens',
    appsHeading: 'Opened with your login',
    none: 'None yet.',
    columns: {
      note: 'For',
      scopes: 'May do',
      lastUsed: 'Last used',
      expires: 'Good until',
      action: 'Revoke',
    },
    made: 'made',
    neverUsed: 'never',
    noExpiry: 'revoked',
    revoke: 'Revoke',
    revokeNamed: (note: string) => `Revoke “${note}”`,
    revoked: 'The token is revoked.',
    ownServer: 'held by your running server',
  },

  signUp: {
    title: 'Sign up',
    heading: (course: string) => `Sign up for ${course}`,
    email: 'Mail address, if you like',
    password: (least: number) => (least > 1 ? `New password, at least ${least} characters` : 'New password'),
    again: 'The same password again',
    submit: 'Sign up',
    haveOne: 'I have an account: log in',
    invitation: 'No account yet? Sign up',
    firstUse: 'The first time, choose a password: it is yours from then on.',
    different: 'The two passwords are not the same. Type them again.',
    done: {
      open: { heading: 'Your account is ready', next: 'Log in with your name and your password.' },
      waiting: {
        heading: 'Your account waits for approval',
        next: 'Somebody who teaches this course looks at it. Then you can log in.',
      },
    },
  },

  changePassword: {
    title: 'Change your password',
    hint: 'Your other browsers are logged out by it.',
    old: 'Password until now',
    changed: 'Your password is changed.',
    none: 'You have no password here that you could change.',
  },

  accounts: {
    title: 'Accounts',
    waiting: 'Waiting for approval',
    open: 'Approved',
    none: 'Nobody.',
    columns: { name: 'Name', email: 'Mail address', since: 'Signed up', actions: 'Actions' },
    approve: 'Approve',
    approveNamed: (name: string) => `Approve ${name}`,
    discard: 'Discard',
    discardNamed: (name: string) => `Discard the password of ${name}`,
    discardTitle: (name: string) => `Discard the password of ${name}?`,
    discardBody: 'They are logged out, and choose another one. Their files stay.',
    keep: 'Keep it',
  },

  sessions: {
    title: 'Where you are logged in',
    heading: 'Where you are logged in',
    intro: 'Log out a browser that you do not know or no longer use. Running servers go on.',
    columns: {
      browser: 'Browser',
      address: 'Address',
      since: 'Logged in',
      lastSeen: 'Last seen',
      action: 'Log out',
    },
    thisOne: 'this browser',
    unknownBrowser: 'Unknown browser',
    end: 'Log out',
    endNamed: (browser: string, address: string) => `Log out ${browser} at ${address}`,
    ended: 'That browser is logged out.',
    endAll: 'Log out everywhere',
    endAllTitle: 'Log out everywhere?',
    endAllBody: 'All your browsers are logged out, this one too. Your API tokens and servers stay.',
    keep: 'Stay logged in',
    link: 'Where you are logged in',
  },

  consent: {
    title: 'Open a server',
    heading: (owner: string, name: string) =>
      name === '' ? `Open the server of ${owner}?` : `Open “${name}” of ${owner}?`,
    warning:
      'It belongs to somebody else. While you have it open, what runs in it can act in your name towards this hub: go on only where you trust it.',
    warningApart:
      'It belongs to somebody else, and what runs in it is theirs. It is told your name and your groups; towards this hub it can do nothing in your name.',
    recorded: 'That you open it is written down.',
    allow: 'Open it',
    deny: 'No, go back',
    service: {
      title: 'Open a service',
      heading: (name: string) => `Open ${name}?`,
      learns: 'It will know your name here, and in which groups you are.',
      acts: 'It will also be able to do this in your name, as far as you may do it yourself:',
      allow: 'Open it',
    },
  },

  /** What somebody lets a program do, after “it may”. */
  scopes: {
    what: {
      inherit: 'do all that you may do',
      self: 'see and change what is yours: your profile, your servers, your tokens',
      'admin:users': 'see, add, change and delete people',
      'admin:auth_state': 'see what the login service says of people',
      users: 'see and change people',
      'delete:users': 'delete people',
      'list:users': 'list people',
      'read:users': 'see people: names, groups, when they were last active',
      'read:users:name': 'see names',
      'read:users:groups': 'see in which groups people are',
      'read:users:activity': 'see when people were last active',
      'users:activity': 'say that somebody is active',
      'read:roles': 'see who has which role',
      'admin:servers': 'see, start, stop and delete servers',
      'admin:server_state': 'see how servers are run',
      servers: 'start and stop servers',
      'read:servers': 'see servers',
      'start:servers': 'start servers',
      'delete:servers': 'stop and delete servers',
      'access:servers': 'open servers and work in them',
      tokens: 'see, make and revoke tokens',
      'read:tokens': 'see which tokens there are',
      'admin:groups': 'see, add, change and delete groups',
      groups: 'see groups and change who is in them',
      'list:groups': 'list groups',
      'read:groups': 'see groups and who is in them',
      'read:groups:name': 'see names of groups',
      'delete:groups': 'delete groups',
      'admin:services': 'see and change services',
      'list:services': 'list services',
      'read:services': 'see services',
      'read:services:name': 'see names of services',
      'access:services': 'use services',
      shares: 'share servers with others',
      'read:shares': 'see which servers are shared',
      'users:shares': 'see and give up what is shared with somebody',
      'read:users:shares': 'see what is shared with somebody',
      'groups:shares': 'see and give up what is shared with a group',
      'read:groups:shares': 'see what is shared with a group',
      'read:hub': 'see how the hub is set up',
      proxy: 'see which ways the proxy knows',
      shutdown: 'stop the hub',
      'read:metrics': 'read measurements',
      'admin-ui': 'open the pages of those who teach',
    } as Readonly<Record<string, string>>,
    own: (what: string) => `${what} (yours only)`,
    of: (what: string, whose: string) => `${what} (of ${whose} only)`,
    other: (scope: string) => `what the course calls “${scope}”`,
  },

  admin: {
    title: 'People',
    heading: 'People',
    search: 'Search by name',
    searchSubmit: 'Search',
    state: 'Show',
    states: {
      all: 'everybody',
      active: 'who has a server',
      ready: 'whose server runs',
      inactive: 'without a server',
    },
    columns: { name: 'Name', state: 'Server', lastActivity: 'Last seen', actions: 'Actions' },
    administrator: 'administrator',
    neverSeen: 'never',
    start: 'Start',
    open: 'Open',
    stop: 'Stop',
    details: 'Why',
    startNamed: (name: string) => `Start the server of ${name}`,
    openNamed: (name: string) => `Open the server of ${name}`,
    stopNamed: (name: string) => `Stop the server of ${name}`,
    counts: (total: number, servers: ReadonlyMap<ServerState, number>) => {
      const waiting = servers.get('queued') ?? 0;
      return (
        `${total} ${total === 1 ? 'person' : 'people'}, ${servers.get('ready') ?? 0} running, ` +
        `${servers.get('starting') ?? 0} starting${waiting > 0 ? `, ${waiting} waiting for their turn` : ''}`
      );
    },
    nobody: 'Nobody is found.',
    page: (from: number, to: number, total: number) => `${from}–${to} of ${total}`,
    previous: 'Previous',
    next: 'Next',
    pages: 'Pages of the list',
  },

  error: {
    headings: {
      400: 'The request was not understood',
      401: 'You are not logged in',
      403: 'You may not do that',
      404: 'There is nothing here',
      405: 'That cannot be done here',
      409: 'That is not possible right now',
      413: 'That is too much',
      424: 'The server is not running',
      429: 'Not so fast',
      500: 'Something went wrong',
      502: 'The server did not answer properly',
      503: 'Not available right now',
      504: 'The server did not answer in time',
    } as Readonly<Record<number, string>>,
    otherHeading: 'Something went wrong',
    id: 'If you ask for help, give this number:',
    home: 'To my home page',
    toLogin: 'Log in',
    again: 'Try again',
    /** What the proxy could not do, where it sends the reader here. */
    proxy: {
      404: 'The address is not that of a running server. If it was yours, start it from your home page.',
      502: 'Your server runs but its answer could not be read. Try again; if it stays so, stop it and start it again from your home page.',
      503: 'Your server does not answer just now. It may be busy, or just have stopped. Try again in a moment.',
      504: 'Your server is too busy to answer. Try again in a moment.',
    } as Readonly<Record<number, string>>,
    proxyOther: 'Try again in a moment. If it stays so, ask for help.',
    address: 'Address:',
    loop: 'Your server runs, but its address led back to the hub again and again.',
    loopHint:
      'Wait a few seconds and try again. If it stays so, stop the server and start it from your home page.',
  },
};

/** As exactly as an estimate is. */
function about(seconds: number): string {
  if (seconds <= 5) return 'a few seconds';
  if (seconds <= 55) return `about ${Math.ceil(seconds / 5) * 5} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'about a minute' : `about ${minutes} minutes`;
}
