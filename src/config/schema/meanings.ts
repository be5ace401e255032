/** What a key does, in one sentence, by its name: for explanations and for the page of keys. */
export const MEANINGS: { readonly [key: string]: string | undefined } = {
  course: 'How the course shows itself. Polder’s own.',
  'course.name': 'The name on every page.',
  'course.welcome': 'A paragraph for the login page.',
  'course.contact': 'Whom students turn to: a name, or an address to write to.',
  'course.language':
    'The language of pages for those who did not choose one and whose browser asks for none that Polder has: `en` or `nl`.',
  'course.accentColor': 'The colour of buttons and links.',
  'course.logo':
    'A picture for the pages: the path of a file beside this one, or data:…;base64,…; two where the dark pages need their own.',
  'course.adminPassword':
    'A password of their own for those who administer or teach, beside the one that everybody shares.',
  'course.instructors':
    'Who teaches. They are let in, see everybody’s servers, administrators’ among them, may start, stop and open them, and administer nothing.',
  'course.students':
    'How many students are expected, or their names: then they are let in. The number is what sizes are reckoned with.',
  'course.timeZone': 'The time zone that the times of sessions are in, as region and city.',
  'course.sessions':
    'When the course meets: shown to students in their own time zone, and a time in which no idle server is stopped.',
  'course.sessions[].title': 'What it is called, such as Day 1.',
  'course.sessions[].start': 'Day and time, such as 2026-11-24 09:00.',
  'course.sessions[].end': 'Day and time, or a time on the same day.',
  'course.sessions[].duration': 'In place of the end: 3h, 90m or 1h30m.',
  polder: 'How the file is to be read, and what only Polder knows. Polder’s own.',
  'polder.generation':
    'The chart that the file was written for: names and defaults are read as that chart had them.',
  'polder.naming':
    'How names of users become names of pods and volumes: as charts 0.8.2 (legacy-0.10), 0.9 to 3 (escape) or later ones (safe) did it.',
  'polder.image': 'Where the cluster pulls hub and proxy from; the chart says which version.',
  'polder.replicas':
    'How many pods there are of hub (more than one with `hub.db.type: postgres` only) and proxy.',
  'polder.replicas.hub': 'Hubs.',
  'polder.replicas.proxy': 'Proxies.',
  'polder.checkBeforeUpgrade':
    'Whether Helm first runs `polder check` in the cluster, and leaves what runs alone where the file has errors.',
  'polder.databasePooler':
    'Whether a pooler that gives each transaction another connection stands before the database (PgBouncer’s mode `transaction`).',
  'polder.culling.spareRunningCells':
    'Whether a server in which a cell runs is left alone, however long nobody used it. `cull` says the rest.',
  'polder.limits': 'What one person may ask of the hub.',
  'polder.limits.requestBody': 'The longest body that a request to the hub may have.',
  'polder.limits.tokensPerUser': 'How many API tokens a user may make; 0: no limit.',
  'polder.limits.failedLogins.window': 'Seconds for which a failed login counts.',
  'polder.limits.failedLogins.perUser':
    'After so many failures of one name from one address, that name waits there; ten times as many close it everywhere.',
  'polder.limits.failedLogins.perAddress':
    'After so many failures from one address, people whom the course knows have one failure each there, and others wait: a whole classroom may be behind one.',
  'polder.logins':
    'More places to log in at, by name: each has a class, its traits, and whom it lets in. Names of its people begin with prefix, by default the name and a colon.',
  'polder.letIn':
    'Where users and groups are both named: whether one of the two is enough (any), or both are needed, as up to chart 2 (all).',
  azure:
    'The cluster in Azure and what belongs to it. Polder’s own; what is left out is derived from the course.',
  'azure.subscription':
    'The id of the subscription; without it, the one that is chosen where the command runs.',
  'azure.resourceGroup': 'The group that everything is made in. Derived from the name of the course.',
  'azure.location': 'The region, such as westeurope, which it is by itself.',
  'azure.cluster.name': 'The name of the cluster. Derived from the name of the course.',
  'azure.cluster.version': 'The version of Kubernetes, in quotes; without it, the one that Azure takes.',
  'azure.cluster.networkPolicy': 'What enforces network policies; cilium by itself.',
  'azure.cluster.upgrades':
    'How the cluster is kept up to date, in the night before Monday; patch by itself.',
  'azure.cluster.administrators':
    'Ids of groups in Entra that administer the cluster; without them, its own account does.',
  'azure.cluster.pools':
    'Groups of machines. By themselves one for the system, and one for students of a size and number derived from `course.students` and what `singleuser` guarantees.',
  'azure.cluster.pools[].name': 'By itself what the pool is for.',
  'azure.cluster.pools[].purpose': 'Whether it carries the cluster’s own programs or students’ servers.',
  'azure.cluster.pools[].vmSize': 'The size of a machine, such as Standard_E8s_v5.',
  'azure.cluster.pools[].min': 'How many machines there always are.',
  'azure.cluster.pools[].max': 'How many there are when the class is full.',
  'azure.cluster.pools[].zones': 'Zones of the region, 1 to 3.',
  'azure.cluster.pools[].spot': 'Whether machines may be taken away at any time, and cost less.',
  'azure.registry.name': 'Where images are kept: unique in the world. Derived from the name of the course.',
  'azure.registry.sku': 'Basic by itself.',
  'azure.storage.account': 'Where shares are: unique in the world. Derived from the name of the course.',
  'azure.storage.sku': 'Standard_LRS by itself.',
  'azure.storage.shares': 'File shares beside those that `notebooks.shares` needs.',
  'azure.storage.shares[].name': 'The name of the share.',
  'azure.storage.shares[].sizeGB': 'How large it may become; 100 by itself.',
  'azure.database': 'A PostgreSQL, for several hubs; without this key none is made, `{}` is enough.',
  'azure.database.name': 'Unique in the world. Derived from the name of the course.',
  'azure.database.sku': 'Standard_B1ms by itself.',
  'azure.database.sizeGB': '32 by itself.',
  'azure.keyVault': 'A vault for secrets; without this key none is made, `{}` is enough.',
  'azure.keyVault.name': 'Unique in the world. Derived from the name of the course.',
  'azure.logs': 'A workspace for the cluster’s logs; without this key none is made, `{}` is enough.',
  'azure.logs.name': 'Derived from the name of the course.',
  'azure.logs.days': 'How long they are kept; 30 by itself.',
  'azure.budget.amount': 'A month, in the currency of the subscription.',
  'azure.budget.contacts': 'Addresses that are written to when it is nearly used up.',
  image: 'The course’s own image: from a Dockerfile, or from a base and what is added to it. Polder’s own.',
  'image.dockerfile': 'Path from the folder of this file.',
  'image.base': 'The image that the rest is added to, with its tag.',
  'image.packages': 'Packages of Debian.',
  'image.requirements': 'For pip: the path of a file of requirements, or a list of them.',
  'image.archives': 'Models and data that are unpacked into the image.',
  'image.archives[].url': 'Where it is fetched from; then its sha256 is needed.',
  'image.archives[].file': 'Or its path from the folder of this file.',
  'image.archives[].sha256': 'What its bytes must come to.',
  'image.archives[].target': 'The folder that it is unpacked into, outside the home; /opt by itself.',
  'image.environment': 'Environment variables of the image, such as LD_LIBRARY_PATH.',
  notebooks: 'Where the course’s notebooks come from. Polder’s own.',
  'notebooks.git': 'Repositories of the course, of which the mirror keeps a copy each.',
  'notebooks.git[].source': 'The address of the repository.',
  'notebooks.git[].branch': 'Without it, the repository’s own choice.',
  'notebooks.git[].target': 'The folder below the home; the name of the repository by itself.',
  'notebooks.git[].when':
    'Whether later changes are brought in at every start, which they are by itself, or not.',
  'notebooks.git[].username': 'Who fetches it, for a source on the web; git by itself, which suits most.',
  'notebooks.git[].token':
    'What opens a private repository on the web. The mirror alone has it; students never see it.',
  'notebooks.git[].deployKey':
    'The private key that opens a private repository by SSH; the mirror alone has it.',
  'notebooks.git[].knownHosts':
    'Lines as in ssh’s known_hosts; without them, who answers first is believed from then on.',
  'notebooks.git[].existingSecret':
    'A Secret of yours with `token`, `deployKey`, `username` or `knownHosts`, in place of the keys of that name.',
  'notebooks.shares': 'Folders of files that every student sees or gets a copy of.',
  'notebooks.shares[].source': 'The folder, from that of this file, which is brought to the share.',
  'notebooks.shares[].share': 'The name of the share; notebooks by itself.',
  'notebooks.shares[].target': 'The folder below the home; the name of the share by itself.',
  'notebooks.shares[].mode':
    'Seen by all and changed by none (read-only, which it is by itself), or copied for each.',
  'notebooks.shares[].when': 'For copies: at the first start, which it is by itself, or at every start.',
  hub: 'The hub: pages, logins and the starting of servers.',
  'hub.baseUrl': 'The path below which everything is served.',
  'hub.config':
    'Settings of JupyterHub’s classes, by class and trait. They come before the keys that set the same.',
  'hub.config.JupyterHub.authenticator_class': 'How people log in.',
  'hub.config.JupyterHub.subdomain_host':
    'Where browsers find the hub, such as `https://hub.example.org`: each user and each service then has a domain below it, apart from all others (docs/isolation.md).',
  'hub.config.JupyterHub.subdomain_hook': 'How those domains are named: as `idna` does.',
  'hub.config.JupyterHub.load_roles': 'Roles: who may do what, as a list.',
  'hub.config.JupyterHub.load_groups': 'Groups, with their members.',
  'hub.config.JupyterHub.custom_scopes': 'Rights of your own, for services.',
  'hub.config.JupyterHub.trusted_downstream_ips':
    'Addresses and networks of proxies before Polder’s own: what they say of where a request came from is believed.',
  'hub.config.JupyterHub.cookie_max_age_days': 'How long a login lasts, in days.',
  'hub.config.JupyterHub.spawn_throttle_retry_range':
    'When programs that find all places taken are told to come back: between these two times, in seconds.',
  'hub.config.Authenticator.admin_users': 'Who may see and stop everybody’s servers. They are let in.',
  'hub.config.Authenticator.allowed_users': 'Who is let in.',
  'hub.config.Authenticator.allow_all': 'Let everyone in who can log in.',
  'hub.config.Authenticator.blocked_users': 'Who is kept out, whatever else is said.',
  'hub.config.Authenticator.username_pattern':
    'A regular expression that names must match from their beginning; others are kept out.',
  'hub.config.Authenticator.username_map': 'Names that become others here.',
  'hub.config.Authenticator.allow_existing_users': 'Let in whoever has an account already.',
  'hub.config.Authenticator.auto_login': 'Pass over the login page where one logs in at another place.',
  'hub.config.GenericOAuthenticator.issuer':
    'The address of a service that speaks OpenID Connect: it says itself where all the rest is. Polder’s own.',
  'hub.config.GenericOAuthenticator.username_claim':
    'Which claim names people: a name, or a path such as profile.name.',
  'hub.config.Authenticator.auth_refresh_age':
    'After how many seconds a login service is asked again about somebody who is at work; 0: never.',
  'hub.config.Authenticator.enable_auth_state':
    'Whether the tokens of a login and what the service said are kept, encrypted, for programs.',
  'hub.config.CryptKeeper.keys':
    'What is kept of logins is encrypted with the first and read with all of them. The hub has one of its own.',
  'hub.config.GenericOAuthenticator.auth_state_groups_key':
    'Which claim lists groups, such as oauth_user.groups.',
  'hub.config.GenericOAuthenticator.allowed_groups': 'Let in members of these groups.',
  'hub.config.GenericOAuthenticator.admin_groups':
    'Members of these administer; who is no member (any more) does not.',
  'hub.config.FirstUseAuthenticator':
    'Whoever is the first to log in under a name chooses its password by that.',
  'hub.config.FirstUseAuthenticator.create_users':
    'Whether a first login makes an account, or only people who have one already choose a password.',
  'hub.config.FirstUseAuthenticator.min_password_length': 'How short a password may be.',
  'hub.config.NativeAuthenticator': 'People sign up at a page, and somebody approves.',
  'hub.config.NativeAuthenticator.enable_signup': 'Whether there is a page to sign up at.',
  'hub.config.NativeAuthenticator.open_signup': 'Whether whoever signs up is let in at once.',
  'hub.config.NativeAuthenticator.ask_email_on_signup': 'Whether they are asked for a mail address.',
  'hub.config.NativeAuthenticator.minimum_password_length': 'How short a password may be.',
  'hub.config.NativeAuthenticator.allowed_failed_logins':
    'After so many failures of one name from one address, that name waits there, in place of `polder.limits.failedLogins.perUser`.',
  'hub.config.NativeAuthenticator.seconds_before_next_try':
    'For how long a failure counts, in place of `polder.limits.failedLogins.window`.',
  'hub.config.DummyAuthenticator.password': 'The password that everybody logs in with.',
  'hub.config.SharedPasswordAuthenticator.user_password': 'The password of all users.',
  'hub.config.SharedPasswordAuthenticator.admin_password': 'The password of all administrators.',
  'hub.cookieSecret': 'Key of cookies: 32 random bytes in hexadecimal. Made and kept where it is left out.',
  'hub.concurrentSpawnLimit': 'How many servers may start at once; others wait in a queue. 0: no limit.',
  'hub.activeServerLimit':
    'How many servers may be active at once; others wait until one stops. 0: no limit.',
  'hub.allowNamedServers': 'Whether users may have servers beside their first one.',
  'hub.namedServerLimitPerUser': 'How many servers a user may have beside the first; 0: no limit.',
  'hub.shutdownOnLogout': 'Whether logging out stops the user’s servers.',
  'hub.redirectToServer': 'Whether `/` leads to the user’s running server.',
  'hub.extraFiles': 'Files for the hub’s pod, as `singleuser.extraFiles` has them.',
  'hub.extraEnv': 'Environment of the hub’s own process.',
  'hub.db': 'Where the hub keeps its state.',
  'hub.db.type':
    'A file of the hub’s own (sqlite-pvc), or a PostgreSQL server, which several hubs may share.',
  'hub.db.url': 'With postgres: `postgresql://user@host:5432/database`.',
  'hub.db.password': 'The password that belongs to it.',
  'hub.extraConfig':
    'Python for JupyterHub. Assignments of plain values are translated; anything else cannot run here.',
  'hub.services': 'Programs that work with the hub’s API.',
  'hub.loadRoles': 'Roles: who may do what.',
  proxy: 'The proxy: how the course is reached.',
  'proxy.secretToken': 'What hub and proxy show each other. Made and kept where it is left out.',
  'proxy.https': 'Encryption between browsers and the proxy.',
  'proxy.https.enabled': 'Whether pages are served over https.',
  'proxy.https.type': 'Where the certificate comes from.',
  'proxy.https.hosts': 'The domains of the course.',
  'proxy.service': 'How a cluster opens the proxy to the outside.',
  'proxy.chp': 'The pod of the proxy.',
  singleuser: 'The server that each user gets.',
  'singleuser.image': 'The container image of servers.',
  'singleuser.image.name': 'Its name, with the registry.',
  'singleuser.image.tag': 'Its version.',
  'singleuser.memory.limit': 'No server gets more memory than this.',
  'singleuser.memory.guarantee': 'Every server has this much memory.',
  'singleuser.cpu.limit': 'No server gets more cores than this.',
  'singleuser.cpu.guarantee': 'Every server has this many cores.',
  'singleuser.storage': 'Where the work of users is kept.',
  'singleuser.storage.type':
    'A volume for each user, a folder of one volume, or nothing that outlives a server.',
  'singleuser.storage.capacity': 'The size of each user’s volume.',
  'singleuser.storage.homeMountPath': 'Where the volume is in the server.',
  'singleuser.storage.dynamic.pvcNameTemplate': 'The name of each user’s volume claim.',
  'singleuser.lifecycleHooks': 'Commands around the life of a server.',
  'singleuser.lifecycleHooks.postStart.exec.command':
    'Runs when a server has started, before its user gets in.',
  'singleuser.extraFiles':
    'Files for every server: where each is mounted, what is in it (`data`, `stringData` or `binaryData`), and its `mode`.',
  'singleuser.extraEnv': 'Environment of every server.',
  'singleuser.cmd': 'The command that starts a server; null: the image’s own.',
  'singleuser.defaultUrl': 'The page of the server that opens first, such as `/lab`.',
  'singleuser.startTimeout': 'How long a start may take, in seconds.',
  'singleuser.profileList': 'A choice of environments.',
  'singleuser.networkPolicy': 'What servers may reach, and who may reach them.',
  'singleuser.cloudMetadata': 'Whether servers are kept from asking the cloud who they are.',
  cull: 'Stopping servers that nobody uses.',
  'cull.enabled': 'Whether unused servers are stopped.',
  'cull.timeout': 'After how many seconds without use.',
  'cull.every': 'How often to look, in seconds.',
  'cull.maxAge': 'Stop servers this many seconds after their start, used or not; 0: never.',
  'cull.users':
    'Whether users are removed too who have been away for the timeout and have no server. Their files stay.',
  'cull.adminUsers': 'Whether servers of administrators are stopped too.',
  'cull.removeNamedServers': 'Whether named servers are deleted when they are stopped.',
  'debug.enabled': 'Log more.',
  scheduling: 'Where pods run.',
  'scheduling.userScheduler': 'Packs users’ pods onto few nodes.',
  'scheduling.userPlaceholder': 'Pods that keep room for users who are yet to come.',
  'scheduling.podPriority': 'Lets users’ pods take the room of placeholders.',
  prePuller: 'Fetches images onto nodes before users need them.',
  'prePuller.hook': 'At each upgrade.',
  'prePuller.continuous': 'On each new node.',
  ingress: 'An Ingress that leads to the proxy.',
  httpRoute: 'An HTTPRoute of the Gateway API that leads to the proxy.',
  rbac: 'Rights of the pods in the cluster.',
  imagePullSecret: 'An account of a registry, for pulling images.',
  imagePullSecrets: 'Secrets of the cluster, for pulling images.',
  custom: 'Values for Python in `hub.extraConfig`.',
  fullnameOverride: 'What the names of resources begin with.',
  nameOverride: 'The name of the chart in names of resources.',
};
