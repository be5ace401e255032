/** What the hub itself says, which it keeps and logs in English, in Dutch; `{}` stands for what differs. */
export const dutchHubWords: Readonly<Record<string, string>> = {
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

  // How a start goes, and why it fails.
  'The notebooks are there.': 'De notebooks zijn er.',
  'The notebooks could not be fetched.': 'De notebooks konden niet worden opgehaald.',
  'A new machine is being started for you; that takes a few minutes.':
    'Er wordt een nieuwe machine voor je gestart; dat duurt een paar minuten.',
  'There is a place for your server.': 'Er is plaats voor je server.',
  'The disk with your files is there.': 'De schijf met je bestanden is er.',
  'A disk is being made for your files.': 'Er wordt een schijf voor je bestanden gemaakt.',
  'The disk for your files is made.': 'De schijf voor je bestanden is gemaakt.',
  'Fetching the course’s image to the machine; the first time takes a while.':
    'Het image van de cursus wordt naar de machine gehaald; de eerste keer duurt dat even.',
  'The course’s image is on the machine.': 'Het image van de cursus staat op de machine.',
  'The container runs.': 'De container draait.',
  'Waiting for a place: all machines are full, or none fits.':
    'Wachten op een plek: alle machines zijn vol, of er past geen enkele.',
  'Waiting for a place: the course’s quota in the cluster is used up.':
    'Wachten op een plek: het quotum van de cursus in het cluster is op.',
  'The server could not be started.': 'De server kon niet worden gestart.',
  'The server ran out of memory and was ended.':
    'Het geheugen van de server was op, daarom is hij beëindigd.',
  'The server did not answer within {} seconds.': 'De server antwoordde niet binnen {} seconden.',
  'The command that prepares your notebooks failed.': 'De opdracht die je notebooks klaarzet is mislukt.',
  'Your server could not be started on this machine.': 'Je server kon op deze machine niet worden gestart.',
  'The disk is full: tell whoever runs this course.':
    'De schijf is vol: zeg het tegen wie deze cursus beheert.',
  'Try again; if it goes on, tell whoever runs this course: the hub’s log says more.':
    'Probeer het opnieuw; blijft het zo, zeg het dan tegen wie deze cursus beheert: in het logboek van de hub staat meer.',
  'The server’s command did not start: {}.': 'De opdracht van de server startte niet: {}.',
  'Ask whoever runs this course to look at the command and the Python environment.':
    'Vraag wie deze cursus beheert om naar de opdracht en de Python-omgeving te kijken.',
  'Your server did not start within {} seconds.': 'Je server is niet binnen {} seconden gestart.',
  'Try again: what was fetched is there the next time. Otherwise ask your instructor for a longer singleuser.startTimeout.':
    'Probeer het opnieuw: wat is opgehaald, is er de volgende keer al. Vraag anders je docent om een langere singleuser.startTimeout.',
  'The pod of your server was removed while it started.':
    'De pod van je server is verwijderd terwijl hij startte.',
  'Wait until somebody stops a server, or ask your instructor for a larger quota.':
    'Wacht tot iemand een server stopt, of vraag je docent om een groter quotum.',
  'A volume of your server cannot be attached: {}':
    'Een schijf van je server kan niet worden aangesloten: {}',
  'It may still hang on a machine that your last server ran on: that can take some minutes. Otherwise ask your instructor whether the volume and its secret exist.':
    'Misschien zit ze nog vast aan een machine waarop je vorige server draaide: dat kan een paar minuten duren. Vraag anders je docent of de schijf en haar secret bestaan.',
  'The disk for your files cannot be made: {}': 'De schijf voor je bestanden kan niet worden gemaakt: {}',
  'Ask your instructor to look at singleuser.storage.dynamic.storageClass and the cluster’s quota of disks.':
    'Vraag je docent om naar singleuser.storage.dynamic.storageClass te kijken en naar het quotum voor schijven van het cluster.',
  'The machine cannot set up your server: {}': 'De machine kan je server niet klaarzetten: {}',
  'Try again in some minutes; when it goes on, tell your instructor that the cluster’s network or a machine has a problem.':
    'Probeer het over een paar minuten opnieuw; blijft het zo, zeg dan tegen je docent dat het netwerk van het cluster of een machine een storing heeft.',
  'Ask your instructor to check the name and tag in singleuser.image, and the registry’s account (imagePullSecrets).':
    'Vraag je docent om naam en tag in singleuser.image na te kijken, en het account van het register (imagePullSecrets).',
  'Ask your instructor to check the name and tag in singleuser.image, and that it was pushed.':
    'Vraag je docent om naam en tag in singleuser.image na te kijken, en of het image is geüpload.',
  'The image {} cannot be fetched: {}': 'Het image {} kan niet worden opgehaald: {}',
  'Try again in a minute; when it goes on, ask your instructor whether the registry can be reached.':
    'Probeer het over een minuut opnieuw; blijft het zo, vraag dan je docent of het register bereikbaar is.',
  'The image {} is not on the machine, and may not be fetched.':
    'Het image {} staat niet op de machine, en mag niet worden opgehaald.',
  'Ask your instructor to change singleuser.image.pullPolicy, or to put the image on the machines.':
    'Vraag je docent om singleuser.image.pullPolicy te wijzigen, of het image op de machines te zetten.',
  'Ask your instructor to correct singleuser.image in config.yaml.':
    'Vraag je docent om singleuser.image in config.yaml te verbeteren.',
  '“{}” is no name of an image.': '“{}” is geen naam van een image.',
  'Ask your instructor to create it in the course’s namespace, or to correct the name in config.yaml.':
    'Vraag je docent om het in de namespace van de cursus te maken, of de naam in config.yaml te verbeteren.',
  'A volume that the course names does not exist: {}': 'Een schijf die de cursus noemt bestaat niet: {}',
  'Ask your instructor to create the claim in the course’s namespace (singleuser.storage).':
    'Vraag je docent om de claim in de namespace van de cursus te maken (singleuser.storage).',
  'A volume of your server has not been made yet.': 'Een schijf van je server is nog niet gemaakt.',
  'When it stays so, ask your instructor whether the cluster has the storage class that the course asks for.':
    'Blijft het zo, vraag dan je docent of het cluster de opslagklasse heeft waar de cursus om vraagt.',
  'The disk with your files is in a zone where no machine has room.':
    'De schijf met je bestanden staat in een zone waar geen machine plaats heeft.',
  'Wait until somebody stops a server, or ask your instructor for more machines in that zone.':
    'Wacht tot iemand een server stopt, of vraag je docent om meer machines in die zone.',
  'No machine has room for your server ({}).': 'Geen machine heeft plaats voor je server ({}).',
  'Wait until somebody stops a server. When a machine should fit it at all times, ask your instructor to compare singleuser.memory and cpu with the machines.':
    'Wacht tot iemand een server stopt. Zou er altijd een machine moeten passen, vraag je docent dan om singleuser.memory en cpu met de machines te vergelijken.',
  'Your server had to make room for something more important in the cluster.':
    'Je server moest in het cluster plaatsmaken voor iets belangrijkers.',
  'The machine that your server ran on is being taken out of service.':
    'De machine waarop je server draaide wordt uit dienst genomen.',
  'Start it again, and write fewer or smaller files outside of your home folder.':
    'Start hem opnieuw, en schrijf minder of kleinere bestanden buiten je eigen map.',
  'Start it again; close notebooks that you do not need.':
    'Start hem opnieuw; sluit notebooks die je niet nodig hebt.',
  'The container could not be started: {}': 'De container kon niet worden gestart: {}',
  'Ask your instructor to look at the image: it must hold JupyterHub’s single-user server, or what singleuser.cmd names.':
    'Vraag je docent om naar het image te kijken: het moet de single-user-server van JupyterHub bevatten, of wat singleuser.cmd noemt.',
  'Ask your instructor to look at the log below and at singleuser.initContainers.':
    'Vraag je docent om naar het logboek hieronder en naar singleuser.initContainers te kijken.',
  'Ask your instructor to set singleuser.image.name and tag in config.yaml.':
    'Vraag je docent om singleuser.image.name en tag in config.yaml op te geven.',
  'Ask your instructor to set singleuser.storage.capacity in config.yaml.':
    'Vraag je docent om singleuser.storage.capacity in config.yaml op te geven.',
  'The cluster refused your server: {}': 'Het cluster weigerde je server: {}',
  'Ask your instructor: there is no namespace {} in the cluster.':
    'Vraag je docent: het cluster heeft geen namespace {}.',
  'Ask your instructor: the hub lacks a right, or a rule of the cluster forbids such pods.':
    'Vraag je docent: de hub mist een recht, of een regel van het cluster verbiedt zulke pods.',
  'Ask your instructor to look at what config.yaml says of pods: the cluster does not accept it.':
    'Vraag je docent om te kijken wat config.yaml over pods zegt: het cluster neemt het niet aan.',
  'The cluster does not answer.': 'Het cluster antwoordt niet.',
  'Ask your instructor: another hub uses the same namespace, or singleuser.podNameTemplate gives two servers the same name.':
    'Vraag je docent: een andere hub gebruikt dezelfde namespace, of singleuser.podNameTemplate geeft twee servers dezelfde naam.',
  'There is more than one disk that may hold your files: {}.':
    'Er is meer dan één schijf die je bestanden kan bevatten: {}.',
  'The image {} was not found.': 'Het image {} is niet gevonden.',
  // After those that end in the same words and say more.
  'The image {} may not be fetched.': 'Het image {} mag niet worden opgehaald.',
  'The server ended by itself.': 'De server is uit zichzelf gestopt.',
  'The server ended by itself (exit code {}).': 'De server is uit zichzelf gestopt (exitcode {}).',
};
