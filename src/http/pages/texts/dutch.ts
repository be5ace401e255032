/** Every sentence of the pages in Dutch. */

import type { QueuePlace } from '../../../domain/start-queue.ts';
import type { Texts } from './texts.ts';

export const dutch: Texts = {
  language: 'nl',
  languageName: 'Nederlands',
  locale: 'nl-NL',

  // What the hub itself says, which it keeps and logs in English; `{}` stands for what differs.
  hub: {
    'This name and password do not belong together.': 'Deze naam en dit wachtwoord horen niet bij elkaar.',
    'You cannot be let in under this name. Ask {} for help.':
      'Je wordt onder deze naam niet toegelaten. Vraag {} om hulp.',
    'Too many failed logins. Wait a little, then try again.':
      'Te veel mislukte pogingen. Wacht even en probeer het dan opnieuw.',
    'This login took too long, or was used already. Log in again.':
      'Dit inloggen duurde te lang, of is al gebruikt. Log opnieuw in.',
    'The login service cannot be reached. Try again in a moment.':
      'De inlogdienst is niet bereikbaar. Probeer het zo nog eens.',
    'The login service has a problem just now. Try again in a moment.':
      'De inlogdienst heeft op dit moment een storing. Probeer het zo nog eens.',
    '{} did not log you in: it was cancelled there, or refused.':
      '{} heeft je niet ingelogd: het is daar afgebroken, of geweigerd.',
    '{} has a problem just now. Try again in a moment.':
      '{} heeft op dit moment een storing. Probeer het zo nog eens.',
    '{} does not answer as it should. Try again in a moment.':
      '{} antwoordt niet zoals het hoort. Probeer het zo nog eens.',
    'This form has expired. Go back, reload the page and try again.':
      'Dit formulier is verlopen. Ga terug, laad de pagina opnieuw en probeer het nog eens.',
    'There is no such page.': 'Deze pagina bestaat niet.',
    'There is no such page, or it is not yours to see.': 'Deze pagina bestaat niet, of is niet voor jou.',
    'Give the new server a name.': 'Geef de nieuwe server een naam.',
    'Something went wrong in the hub.': 'Er ging iets mis in de hub.',
    'The address cannot be decoded.': 'Het adres is niet leesbaar.',
    'This page is for those who teach or administer the course.':
      'Deze pagina is voor wie de cursus geeft of beheert.',
    'Named servers are not enabled in this course.': 'In deze cursus kan niemand extra servers maken.',
    'Stop the server before removing it.': 'Stop de server voordat je hem verwijdert.',
    'The server was deleted meanwhile. Try again.': 'De server is intussen verwijderd. Probeer het opnieuw.',
    'On this machine your files are kept. Where this course runs on a cluster they are not: there, download what you want to keep before you stop your server.':
      'Op deze machine blijven je bestanden bewaard. Waar deze cursus op een cluster draait niet: download daar wat je wilt houden voordat je je server stopt.',
    'Preparing your home folder.': 'Je map wordt klaargezet.',
    'Starting your server.': 'Je server wordt gestart.',
    'Asking the cluster for your server.': 'Het cluster wordt om je server gevraagd.',
    'Fetching the notebooks of the course.': 'De notebooks van de cursus worden opgehaald.',
    'Waiting for JupyterLab to answer.': 'Wachten tot JupyterLab antwoordt.',
    'Your server is ready.': 'Je server is klaar.',
    'Try again; when it happens again, ask your instructor to look at the log below.':
      'Probeer het opnieuw; gebeurt het weer, vraag dan je docent om naar het logboek hieronder te kijken.',
    'Close notebooks that you do not need, or work with less data at a time; then start again.':
      'Sluit notebooks die je niet nodig hebt, of werk met minder gegevens tegelijk; start dan opnieuw.',
    'Start it again. When it ends again, ask your instructor to look at the log below.':
      'Start hem opnieuw. Stopt hij weer, vraag dan je docent om naar het logboek hieronder te kijken.',
    'Start it again: it gets a place as soon as there is one.':
      'Start hem opnieuw: hij krijgt een plek zodra er een is.',
    'Start it again: it gets a place on another machine.':
      'Start hem opnieuw: hij krijgt een plek op een andere machine.',
    'Start it again. When that happens often, tell your instructor.':
      'Start hem opnieuw. Gebeurt het vaker, zeg het dan tegen je docent.',
    'Try again in a minute; when it goes on, tell your instructor.':
      'Probeer het over een minuut opnieuw; blijft het zo, zeg het dan tegen je docent.',
    'The machine that your server ran on is gone.': 'De machine waarop je server draaide is weg.',
    'The machine that your server ran on was shut down.': 'De machine waarop je server draaide is uitgezet.',
    'Your server was removed from the cluster.': 'Je server is uit het cluster verwijderd.',
  },

  layout: {
    skip: 'Naar de inhoud',
    navigation: 'Pagina’s',
    home: 'Start',
    tokens: 'Tokens',
    people: 'Mensen',
    logOut: 'Uitloggen',
    loggedInAs: 'Ingelogd als',
    questions: 'Vragen? Vraag',
    madeWith: (version) => `Polder ${version}`,
    copy: 'Kopiëren',
    copied: 'Gekopieerd',
    reading: 'Taal en uiterlijk van deze pagina’s',
    language: 'Taal',
    look: 'Uiterlijk',
    looks: { auto: 'Als mijn apparaat', light: 'Licht', dark: 'Donker' },
  },

  login: {
    title: 'Inloggen',
    name: 'Naam',
    password: 'Wachtwoord',
    show: 'Toon',
    hide: 'Verberg',
    submit: 'Inloggen',
    with: (service) => `Inloggen met ${service}`,
    orPassword: 'Of met je naam en wachtwoord hier:',
    notLoggedIn: 'Je bent niet ingelogd',
    serviceAway: 'Inloggen lukt op dit moment niet',
    stays: (contact) => `Blijft het zo, vraag dan ${contact}.`,
    staysNobody: 'Blijft het zo, vraag dan wie deze cursus geeft.',
    sessionEnded:
      'Je sessie is verlopen. Log opnieuw in om verder te gaan; je bestanden en notebooks zijn zoals je ze achterliet.',
    loggedOut: 'Je bent uitgelogd.',
    logOutThere: (service) => `Ook uitloggen bij ${service ?? 'de inlogdienst'}`,
    formExpired: 'Dit formulier was verlopen. Probeer het opnieuw.',
    incomplete: 'Vul je naam en je wachtwoord in.',
    throttled: 'Te veel mislukte pogingen. Je kunt het opnieuw proberen',
  },

  classes: {
    next: 'Volgende les:',
    now: 'Nu les:',
  },

  home: {
    title: 'Start',
    heading: 'Je notebook',
    start: 'Start mijn notebook',
    open: 'Open mijn notebook',
    restart: 'Opnieuw starten',
    watch: 'Bekijk hoe ver het is',
    stop: 'Stoppen…',
    cancel: 'Annuleren',
    memory: 'Geheugen',
    memoryOf: (used, limit) => `${used} van ${limit}`,
    cores: 'Processor',
    coresUpTo: (cores) => `tot ${cores.toLocaleString('nl-NL')} ${cores === 1 ? 'kern' : 'kernen'}`,
    orSooner: 'of eerder,',
    stopsItself: 'Stopt vanzelf',
    stopsIdle: (time) => `na ${time} zonder gebruik`,
    since: 'Gestart',
    lastUsed: 'Laatst gebruikt',
    files: 'Je bestanden',
    stopDialog: {
      title: (name) => (name === '' ? 'Je notebook stoppen?' : `“${name}” stoppen?`),
      bodyBusy: (notebooks) =>
        `In ${notebooks === 1 ? 'één notebook' : `${notebooks} notebooks`} draait nu een cel, die wordt afgebroken. ` +
        'Wat je niet hebt opgeslagen is weg. Opgeslagen bestanden blijven.',
      body: 'Wat er nog in draait stopt, en wat je niet hebt opgeslagen is weg. Opgeslagen bestanden blijven.',
      confirm: 'Stop hem',
      keep: 'Laat hem draaien',
    },
    others: 'Meer servers',
    othersHint:
      'Een eigen server houdt zijn kernels en geheugen apart van je notebook. Ze zien allemaal dezelfde bestanden.',
    newName: 'Naam van de nieuwe server',
    newNameHint: 'a tot z, 0 tot 9 en “-”, hoogstens 30',
    add: 'Toevoegen en starten',
    openNamed: 'Openen',
    startNamed: 'Starten',
    remove: 'Verwijderen…',
    removeDialog: {
      title: (name) => `“${name}” verwijderen?`,
      body: 'Hij gaat uit deze lijst. Je bestanden blijven.',
      confirm: 'Verwijder hem',
      keep: 'Houd hem',
    },
    hookFailed: 'De notebooks van de cursus konden niet worden opgehaald',
    hookFailedBody:
      'Je kunt werken, maar de nieuwste notebooks kunnen ontbreken. Probeer ze opnieuw op te halen; lukt dat ook niet, laat dan het bericht hieronder aan je docent zien.',
    hookOutput: 'Wat de opdracht zei',
    hookAgain: 'Haal de notebooks opnieuw op',
    log: 'Wat de server het laatst schreef',
  },

  link: {
    title: 'Een link naar een notebook',
    heading: 'Een link naar een notebook',
    intro: 'Wie hem volgt logt in, krijgt een eigen server, en heeft daarin dit notebook open.',
    place: 'Welk notebook?',
    placeHint: 'Het pad in je bestanden, of het adres van wat je in JupyterLab open hebt.',
    more: 'Haal het eerst uit een repository',
    repository: 'Adres van de repository',
    repositoryHint:
      'Het wordt opgehaald met nbgitpuller, dat de server moet hebben; paden beginnen in de repository.',
    branch: 'Branch, als het niet de gewone is',
    submit: 'Maak de link',
    made: 'Je link',
    madeHint:
      'Hij opent het bestand op dat pad in de eigen bestanden van elke student: die moeten het hebben.',
    projector: 'Toon hem groot',
    tryIt: 'Probeer hem zelf',
    scan: 'Scan, en open het notebook',
    code: (url) => `QR-code van ${url}`,
    tooLong: 'Het adres is te lang voor een QR-code.',
    problem:
      'Daar kan geen link van worden gemaakt. Geef een pad in je bestanden, of het adres van een pagina in je server hier; een repository begint met https://.',
    offer: 'Een notebook delen',
    offerHint: 'Een link, ook als QR-code, die een notebook opent in de eigen server van elke student.',
    offerButton: 'Maak een link',
  },

  state: {
    stopped: 'Draait niet',
    queued: 'Wacht op zijn beurt',
    starting: 'Start',
    ready: 'Draait',
    stopping: 'Stopt',
    failed: 'Kon niet starten',
  },

  stateSentence: {
    never: 'Druk op de knop en hij is er binnen een paar seconden.',
    stopping: 'Hij wordt gestopt. Je kunt hem meteen weer starten: dat wacht tot het stoppen klaar is.',
    stoppingThenStart: 'Hij wordt gestopt, en start meteen daarna weer.',
    queued: 'Hij start zodra er plek voor is.',
    starting: 'Hij is er bijna.',
  },

  stopReason: {
    user: (own) => (own ? 'Je hebt hem gestopt' : 'De eigenaar heeft hem gestopt'),
    admin: () => 'Iemand die de cursus beheert heeft hem gestopt',
    idle: () => 'Niemand gebruikte hem, daarom is hij gestopt',
    exited: () => 'Hij stopte vanzelf',
    out_of_memory: () => 'Het geheugen was op',
    shutdown: () => 'Hij is samen met de hele hub gestopt',
    failed_start: () => 'Hij kon niet worden gestart',
  },

  startCancelled: (own) =>
    own ? 'Je hebt het starten afgebroken' : 'De eigenaar heeft het starten afgebroken',

  start: {
    title: 'Starten',
    heading: 'Je notebook wordt gestart',
    headingOther: (owner) => `De server van ${owner} wordt gestart`,
    body: 'Een ogenblik: je notebook wordt aangevraagd.',
    bodyWithoutScript: 'Druk op de knop om hem te starten.',
    button: 'Start mijn notebook',
    buttonOther: 'Start hem',
  },

  choose: {
    title: 'Kies een server',
    heading: 'Welke server wil je?',
    headingOther: (owner) => `Welke server krijgt ${owner}?`,
    legend: 'Servers van deze cursus',
    isDefault: 'de gewone keuze',
    memory: (amount) => `${amount} geheugen`,
    ownOnly: (option, own) => `${option}: ${own}`,
    cancel: 'Nu niet',
    noSuchProfile: 'Deze cursus heeft die server niet. Kies een van deze.',
    noSuchValue: (option) => `“${option}” kan dat niet zijn. Kies een van de waarden.`,
    textMissing: (option) => `Schrijf wat “${option}” moet zijn, of kies een van de waarden.`,
    textRefused: (option, message) =>
      `“${option}” kan dat niet zijn. ${message ?? 'Schrijf iets anders, of kies een van de waarden.'}`,
  },

  pending: {
    title: 'Starten',
    heading: 'Je notebook start',
    headingOther: (owner) => `De server van ${owner} start`,
    headingQueued: 'Je notebook wacht op zijn beurt',
    headingFull: 'De cursus is vol',
    place: ({ position, estimateSeconds, full }: QueuePlace) => {
      const where = position === 1 ? 'Je bent de volgende' : `Je bent nummer ${position} in de rij`;
      if (full) return `${where}: je notebook start vanzelf zodra iemand de zijne stopt.`;
      return estimateSeconds === null ? `${where}.` : `${where}: klaar over ${about(estimateSeconds)}.`;
    },
    progress: 'Voortgang',
    elapsed: 'Gestart',
    waiting: 'Wacht',
    steps: 'Wat er tot nu toe gebeurde',
    asked: 'Gevraagd',
    keepsItsPlace: 'Je kunt deze pagina sluiten: het starten gaat door, en je plek blijft.',
    cancel: 'Annuleren',
    lost: 'De verbinding met de hub is verbroken. Deze pagina gaat vanzelf verder zodra die er weer is.',
    headingStopping: 'Je server wordt gestopt',
    bodyStopping: 'Dat duurt een paar seconden.',
    bodyStoppingThenStart: 'Hij start meteen daarna weer, vanzelf.',
    startAfter: 'Start hem daarna weer',
    toHome: 'Naar mijn startpagina',
  },

  failed: {
    title: 'Kon niet starten',
    heading: 'Je notebook kon niet worden gestart',
    headingOther: (owner) => `De server van ${owner} kon niet worden gestart`,
    tryAgain: 'Opnieuw proberen',
    chooseAgain: 'Kies een andere server',
    log: 'Wat de server het laatst schreef',
    noLog: 'De server schreef niets.',
    send: 'Stuur dit naar je docent',
    sendHint: 'Met dit nummer vindt die de bijzonderheden in het logboek van de hub:',
    copyReport: 'Kopieer het verslag',
    mailReport: 'Stuur het per e-mail',
    mailSubject: (course, id) => `${course}: mijn notebook kon niet worden gestart (${id})`,
  },

  notRunning: {
    title: 'Draait niet',
    heading: 'Je server draait niet',
    headingOther: (owner) => `De server van ${owner} draait niet`,
    never: 'Hij is nog niet gestart.',
    start: 'Start hem en kom hier terug',
    back: 'Je komt dan hier:',
  },

  apiDocs: {
    title: 'De API',
    intro:
      'Programma’s vragen de hub op deze adressen, onder /hub/api, met een token in de header “Authorization: token …”. Het is de API van JupyterHub, en iets meer.',
    link: 'Wat programma’s kunnen vragen',
    document: 'Hetzelfde voor programma’s: OpenAPI 3.1',
    access: 'Wie mag dit',
    or: 'of',
    whoMay: { anyone: 'iedereen', caller: 'wie is ingelogd', proxy: 'proxy’s' },
    query: 'In de query',
    body: 'In de body',
    answers: 'Antwoorden',
    errors: 'Waar iets mis is:',
    field: 'Veld',
    type: 'Soort',
    meaning: 'Betekenis',
    required: 'nodig',
    otherwise: 'weggelaten:',
    types: {
      string: 'tekst',
      integer: 'geheel getal',
      number: 'getal',
      boolean: 'waar of onwaar',
      object: 'object',
      null: 'niets',
      time: 'tijdstip',
      anything: 'van alles',
      listOf: 'lijst van',
      objectOf: 'per naam:',
    },
    models: 'Modellen',
  },
  token: {
    title: 'Tokens',
    heading: 'Tokens',
    intro:
      'Een programma dat namens jou werkt, laat een token zien in plaats van je wachtwoord. Geef elk programma een eigen token, dat niet meer mag dan nodig is.',
    newHeading: 'Maak een token',
    note: 'Waar is het voor?',
    notePlaceholder: 'script op mijn laptop',
    noteDefault: 'Token zonder omschrijving',
    purpose: 'Wat mag het?',
    purposes: {
      servers: { label: 'Mijn servers gebruiken', hint: 'zien, starten, stoppen en openen' },
      read: { label: 'Alleen kijken', hint: 'mijn account zien en of mijn servers draaien' },
      all: { label: 'Alles wat ik mag', hint: 'alleen voor programma’s die je vertrouwt als jezelf' },
    },
    expires: 'Geldig',
    expiryDays: (days) => (days === 1 ? '1 dag' : days === 365 ? '1 jaar' : `${days} dagen`),
    expiryNever: 'tot ik het intrek',
    submit: 'Maak het token',
    madeHeading: 'Je nieuwe token',
    madeHint: 'Kopieer het nu: het is alleen deze keer te zien, en wordt nergens bewaard.',
    madeFor: 'Token',
    listHeading: 'Je tokens',
    appsHeading: 'Geopend met je inlog',
    none: 'Nog geen.',
    columns: {
      note: 'Voor',
      scopes: 'Mag',
      lastUsed: 'Laatst gebruikt',
      expires: 'Geldig tot',
      action: 'Intrekken',
    },
    made: 'gemaakt',
    neverUsed: 'nooit',
    noExpiry: 'ingetrokken',
    revoke: 'Intrekken',
    revokeNamed: (note) => `“${note}” intrekken`,
    revoked: 'Het token is ingetrokken.',
    ownServer: 'van je draaiende server',
  },

  signUp: {
    title: 'Account aanmaken',
    heading: (course) => `Maak een account voor ${course}`,
    email: 'E-mailadres, als je wilt',
    password: (least) => (least > 1 ? `Nieuw wachtwoord, minstens ${least} tekens` : 'Nieuw wachtwoord'),
    again: 'Nog eens hetzelfde wachtwoord',
    submit: 'Account aanmaken',
    haveOne: 'Ik heb een account: inloggen',
    invitation: 'Nog geen account? Maak er een',
    firstUse: 'Kies de eerste keer een wachtwoord: vanaf dan is het van jou.',
    different: 'De twee wachtwoorden zijn niet gelijk. Typ ze nog eens.',
    done: {
      open: { heading: 'Je account is klaar', next: 'Log in met je naam en je wachtwoord.' },
      waiting: {
        heading: 'Je account wacht op goedkeuring',
        next: 'Iemand die deze cursus geeft kijkt ernaar. Daarna kun je inloggen.',
      },
    },
  },

  changePassword: {
    title: 'Wachtwoord wijzigen',
    hint: 'Je andere browsers worden daardoor uitgelogd.',
    old: 'Wachtwoord tot nu toe',
    changed: 'Je wachtwoord is gewijzigd.',
    none: 'Je hebt hier geen wachtwoord dat je kunt wijzigen.',
  },

  accounts: {
    title: 'Accounts',
    waiting: 'Wachten op goedkeuring',
    open: 'Goedgekeurd',
    none: 'Niemand.',
    columns: { name: 'Naam', email: 'E-mailadres', since: 'Aangemaakt', actions: 'Acties' },
    approve: 'Goedkeuren',
    approveNamed: (name) => `Keur ${name} goed`,
    discard: 'Verwijderen',
    discardNamed: (name) => `Verwijder het wachtwoord van ${name}`,
    discardTitle: (name) => `Wachtwoord van ${name} verwijderen?`,
    discardBody: 'Zij worden uitgelogd en kiezen een ander. Hun bestanden blijven.',
    keep: 'Behouden',
  },

  sessions: {
    title: 'Waar je bent ingelogd',
    heading: 'Waar je bent ingelogd',
    intro: 'Log een browser uit die je niet kent of niet meer gebruikt. Draaiende servers gaan door.',
    columns: {
      browser: 'Browser',
      address: 'Adres',
      since: 'Ingelogd',
      lastSeen: 'Laatst gezien',
      action: 'Uitloggen',
    },
    thisOne: 'deze browser',
    unknownBrowser: 'Onbekende browser',
    end: 'Uitloggen',
    endNamed: (browser, address) => `${browser} op ${address} uitloggen`,
    ended: 'Die browser is uitgelogd.',
    endAll: 'Overal uitloggen',
    endAllTitle: 'Overal uitloggen?',
    endAllBody: 'Al je browsers worden uitgelogd, deze ook. Je API-tokens en servers blijven.',
    keep: 'Ingelogd blijven',
    link: 'Waar je bent ingelogd',
  },

  consent: {
    title: 'Een server openen',
    heading: (owner, name) =>
      name === '' ? `De server van ${owner} openen?` : `“${name}” van ${owner} openen?`,
    warning:
      'Hij is van iemand anders. Zolang je hem open hebt, kan wat erin draait namens jou handelen bij deze hub: ga alleen door als je het vertrouwt.',
    recorded: 'Dat je hem opent, wordt vastgelegd.',
    allow: 'Openen',
    deny: 'Nee, terug',
    service: {
      title: 'Een dienst openen',
      heading: (name) => `${name} openen?`,
      learns: 'De dienst weet dan hoe je hier heet en in welke groepen je zit.',
      acts: 'De dienst kan dan ook dit namens jou doen, voor zover je het zelf mag:',
      allow: 'Openen',
    },
  },

  scopes: {
    what: {
      inherit: 'alles doen wat jij mag',
      self: 'zien en wijzigen wat van jou is: je profiel, je servers, je tokens',
      'admin:users': 'mensen zien, toevoegen, wijzigen en verwijderen',
      'admin:auth_state': 'zien wat de inlogdienst over mensen zegt',
      users: 'mensen zien en wijzigen',
      'delete:users': 'mensen verwijderen',
      'list:users': 'de lijst van mensen zien',
      'read:users': 'mensen zien: namen, groepen, wanneer ze het laatst actief waren',
      'read:users:name': 'namen zien',
      'read:users:groups': 'zien in welke groepen mensen zitten',
      'read:users:activity': 'zien wanneer mensen het laatst actief waren',
      'users:activity': 'melden dat iemand actief is',
      'read:roles': 'zien wie welke rol heeft',
      'admin:servers': 'servers zien, starten, stoppen en verwijderen',
      'admin:server_state': 'zien hoe servers draaien',
      servers: 'servers starten en stoppen',
      'read:servers': 'servers zien',
      'start:servers': 'servers starten',
      'delete:servers': 'servers stoppen en verwijderen',
      'access:servers': 'servers openen en erin werken',
      tokens: 'tokens zien, maken en intrekken',
      'read:tokens': 'zien welke tokens er zijn',
      'admin:groups': 'groepen zien, toevoegen, wijzigen en verwijderen',
      groups: 'groepen zien en wijzigen wie erin zit',
      'list:groups': 'de lijst van groepen zien',
      'read:groups': 'groepen zien en wie erin zit',
      'read:groups:name': 'namen van groepen zien',
      'delete:groups': 'groepen verwijderen',
      'admin:services': 'diensten zien en wijzigen',
      'list:services': 'de lijst van diensten zien',
      'read:services': 'diensten zien',
      'read:services:name': 'namen van diensten zien',
      'access:services': 'diensten gebruiken',
      shares: 'servers met anderen delen',
      'read:shares': 'zien welke servers gedeeld zijn',
      'users:shares': 'zien en opgeven wat met iemand gedeeld is',
      'read:users:shares': 'zien wat met iemand gedeeld is',
      'groups:shares': 'zien en opgeven wat met een groep gedeeld is',
      'read:groups:shares': 'zien wat met een groep gedeeld is',
      'read:hub': 'zien hoe de hub is ingesteld',
      proxy: 'zien welke wegen de proxy kent',
      shutdown: 'de hub stoppen',
      'read:metrics': 'metingen lezen',
      'admin-ui': 'de pagina’s voor docenten openen',
    },
    own: (what) => `${what} (alleen van jou)`,
    of: (what, whose) => `${what} (alleen van ${whose})`,
    other: (scope) => `wat de cursus “${scope}” noemt`,
  },

  admin: {
    title: 'Mensen',
    heading: 'Mensen',
    search: 'Zoek op naam',
    searchSubmit: 'Zoeken',
    state: 'Toon',
    states: {
      all: 'iedereen',
      active: 'wie een server heeft',
      ready: 'wiens server draait',
      inactive: 'zonder server',
    },
    columns: { name: 'Naam', state: 'Server', lastActivity: 'Laatst gezien', actions: 'Acties' },
    administrator: 'beheerder',
    neverSeen: 'nooit',
    start: 'Starten',
    open: 'Openen',
    stop: 'Stoppen',
    details: 'Waarom',
    startNamed: (name) => `De server van ${name} starten`,
    openNamed: (name) => `De server van ${name} openen`,
    stopNamed: (name) => `De server van ${name} stoppen`,
    counts: (total, servers) => {
      const waiting = servers.get('queued') ?? 0;
      return (
        `${total} ${total === 1 ? 'persoon' : 'mensen'}, ${servers.get('ready') ?? 0} draaien, ` +
        `${servers.get('starting') ?? 0} starten${waiting > 0 ? `, ${waiting} wachten op hun beurt` : ''}`
      );
    },
    nobody: 'Niemand gevonden.',
    page: (from, to, total) => `${from}–${to} van ${total}`,
    previous: 'Vorige',
    next: 'Volgende',
    pages: 'Bladzijden van de lijst',
  },

  error: {
    headings: {
      400: 'Het verzoek is niet begrepen',
      401: 'Je bent niet ingelogd',
      403: 'Dat mag je niet',
      404: 'Hier is niets',
      405: 'Dat kan hier niet',
      409: 'Dat kan nu niet',
      413: 'Dat is te veel',
      424: 'De server draait niet',
      429: 'Niet zo snel',
      500: 'Er ging iets mis',
      502: 'De server antwoordde niet goed',
      503: 'Nu niet beschikbaar',
      504: 'De server antwoordde niet op tijd',
    },
    otherHeading: 'Er ging iets mis',
    id: 'Vraag je om hulp, geef dan dit nummer:',
    home: 'Naar mijn startpagina',
    toLogin: 'Inloggen',
    again: 'Opnieuw proberen',
    proxy: {
      404: 'Dit is niet het adres van een draaiende server. Was het de jouwe, start hem dan vanaf je startpagina.',
      502: 'Je server draait, maar zijn antwoord was niet te lezen. Probeer het opnieuw; blijft het zo, stop hem dan en start hem weer vanaf je startpagina.',
      503: 'Je server antwoordt nu niet. Misschien is hij bezig, of net gestopt. Probeer het zo nog eens.',
      504: 'Je server heeft het te druk om te antwoorden. Probeer het zo nog eens.',
    },
    proxyOther: 'Probeer het zo nog eens. Blijft het zo, vraag dan om hulp.',
    address: 'Adres:',
    loop: 'Je server draait, maar zijn adres leidde steeds weer terug naar de hub.',
    loopHint:
      'Wacht een paar seconden en probeer het opnieuw. Blijft het zo, stop de server dan en start hem vanaf je startpagina.',
  },
};

/** As exactly as an estimate is. */
function about(seconds: number): string {
  if (seconds <= 5) return 'een paar seconden';
  if (seconds <= 55) return `ongeveer ${Math.ceil(seconds / 5) * 5} seconden`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'ongeveer een minuut' : `ongeveer ${minutes} minuten`;
}
