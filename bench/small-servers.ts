/** Single-user servers that are one small process each, the same program for either hub, in a folder of its own. */

import { readlinkSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeStubEnvironment, type StubEnvironment } from '../src/spawner/process/stub-environment.ts';
import { processes } from './process-figures.ts';

const program = (delayFile: string) => `
import http.server, os, time, urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("X-JupyterHub-Version", "6.1.1")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass


def main():
    time.sleep(float(open(${JSON.stringify(delayFile)}).read()))
    port = urllib.parse.urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]).port
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
`;

export class SmallServers implements AsyncDisposable {
  readonly #environment: StubEnvironment;
  readonly #folder: string;

  private constructor(environment: StubEnvironment, folder: string) {
    this.#environment = environment;
    this.#folder = folder;
  }

  static async prepare(): Promise<SmallServers> {
    const folder = await mkdtemp(join(tmpdir(), 'polder-bench-servers-'));
    await chmod(folder, 0o755);
    const environment = await makeStubEnvironment();
    const servers = new SmallServers(environment, folder);
    await servers.answerAfter(0);
    const lib = join(dirname(dirname(environment.python)), 'lib');
    const [version] = await readdir(lib);
    const module = join(lib, version!, 'site-packages/jupyterhub/singleuser.py');
    await writeFile(module, program(join(folder, 'delay')));
    return servers;
  }

  /** Interpreter of the environment whose `jupyterhub.singleuser` they are. */
  get python(): string {
    return this.#environment.python;
  }

  /** Those that start from now on answer so many seconds after their start. */
  async answerAfter(seconds: number): Promise<void> {
    await writeFile(join(this.#folder, 'delay'), String(seconds), { mode: 0o644 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#environment[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }
}

/** Servers whose homes are below `folder`, where they are called by their owners' names. */
export function serversBelow(folder: string): readonly { readonly pid: number; readonly owner: string }[] {
  return processes().flatMap(({ pid }) => {
    try {
      const place = readlinkSync(`/proc/${pid}/cwd`);
      const isHome = place.startsWith(`${folder}/`) && basename(dirname(place)) === 'homes';
      return isHome ? [{ pid, owner: basename(place) }] : [];
    } catch {
      return [];
    }
  });
}
