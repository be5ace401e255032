import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { spawnerConformance } from '../conformance.ts';
import { ProcessSpawner } from './process-spawner.ts';

const python = '/usr/bin/python3';
const silent = pino({ level: 'silent' });

const steadyServer = `
import http.server, os, sys, urllib.parse
for line in ("first", "second", "third"):
    print(line, flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args):
        pass
port = urllib.parse.urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]).port
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
`;

spawnerConformance('the process spawner', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'polder-process-'));
  // Students must get through to their homes.
  await chmod(directory, 0o755);
  return {
    open: () => ProcessSpawner.open({ python, directory, logger: silent }),
    steady: { command: [python, '-c', steadyServer] },
    ending: { command: ['/bin/sh', '-c', 'echo goodbye; exit 3'] },
    impossible: { command: ['no-such-command-anywhere'] },
    slow: { command: [python, '-c', steadyServer] },
    hook: (output, exitCode) => ({ postStart: ['/bin/sh', '-c', `echo ${output}; exit ${exitCode}`] }),
    endlessHook: { postStart: ['sleep', '1000'] },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
});
