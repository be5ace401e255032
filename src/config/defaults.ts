import type { Generation } from './config.ts';

const COMMON = {
  course: { name: 'Course' },
  hub: {
    baseUrl: '/',
    concurrentSpawnLimit: 64,
    allowNamedServers: false,
    shutdownOnLogout: false,
    redirectToServer: true,
    config: { JupyterHub: { authenticator_class: 'dummy', cookie_max_age_days: 14, admin_access: true } },
  },
  singleuser: {
    memory: { guarantee: '1G' },
    storage: {
      type: 'dynamic',
      capacity: '10Gi',
      homeMountPath: '/home/jovyan',
      static: { subPath: '{username}' },
    },
    cmd: 'jupyterhub-singleuser',
    startTimeout: 300,
  },
  cull: {
    enabled: true,
    users: false,
    adminUsers: true,
    removeNamedServers: false,
    timeout: 3600,
    every: 600,
    maxAge: 0,
  },
  debug: { enabled: false },
};

/** What the chart of each generation says where the file says nothing, in today's names: the keys that are used here. */
export const DEFAULTS: Readonly<Record<Generation, unknown>> = {
  // The old chart wanted https by default, and did nothing about it until `proxy.https.hosts` was filled in.
  '0.8.2': { ...COMMON, proxy: { https: { enabled: true, hosts: [] } } },
  current: { ...COMMON, proxy: { https: { enabled: false, hosts: [] } } },
};
