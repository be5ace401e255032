/**
 * For tests: a Python environment whose `jupyterhub.singleuser` is small, starts at once, and tells about the process
 * that it runs in.
 *
 *     GET any path      facts (see `ProcessFacts`)
 *     GET …/exit?N      ends with exit code N
 *     GET …/take?N      takes N MiB of memory, and keeps them
 *     GET …/child?N     starts a process that leaves the session and its parent, and takes N MiB; answers its pid
 *
 * A named server may be called `slow`, which takes a third of a second to answer and another to end, or `broken`, which
 * ends at once with exit code 3.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly importedBy: number;
  readonly ids: readonly [uid: number, euid: number, gid: number, egid: number];
  readonly groups: readonly number[];
  readonly umask: number;
  readonly folder: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly noNewPrivileges: boolean;
  /** Masks of signals, as the kernel writes them. */
  readonly ignoredSignals: string;
  readonly blockedSignals: string;
  readonly interruptIsDefault: boolean;
  /** What is open: descriptor to target. */
  readonly descriptors: Readonly<Record<string, string>>;
  readonly random: number;
  readonly temporaryFolder: string;
  readonly coreLimit: number;
  readonly processLimit: number;
  readonly outOfMemoryScore: number;
  readonly readsOwnEnvironment: boolean;
  readonly collectsGarbage: boolean;
  readonly mainFile: string;
  readonly canBecomeRoot: boolean;
  /** What the modules took while they were imported. */
  readonly atImport: Readonly<Record<string, unknown>>;
}

const singleuser = `
import ctypes, gc, http.server, json, os, pathlib, random, resource, signal, subprocess, sys, tempfile, time, urllib.parse

IMPORTED_BY = os.getpid()
KEPT = []

HOME = os.path.expanduser("~/.settings")
CACHE = pathlib.Path.home() / ".cache"
BYTES = os.fsencode(HOME)
NESTED = {"places": [("data", os.path.join(HOME, "data"))], "plain": {"home": HOME}}


class Settings:
    folder = HOME

    def __init__(self):
        self.prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/") + "files"


SETTINGS = Settings()


def below_home(name, home=HOME, *, user=os.environ.get("USER")):
    return [home, user, (lambda: HOME)()]


def keep(home):
    return lambda: home


KEEPER = keep(os.environ.get("HOME"))


def facts():
    import stub_extension

    status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
    umask = os.umask(0o077)
    os.umask(umask)
    descriptors = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            descriptors[name] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass
    try:
        reads = open("/proc/self/environ").read() is not None
    except OSError:
        reads = False
    try:
        os.setuid(0)
        root = True
    except OSError:
        root = False
    return {
        "pid": os.getpid(), "parent": os.getppid(), "session": os.getsid(0), "importedBy": IMPORTED_BY,
        "ids": [os.getuid(), os.geteuid(), os.getgid(), os.getegid()], "groups": os.getgroups(), "umask": umask,
        "folder": os.getcwd(), "arguments": sys.argv, "environment": dict(os.environ),
        "noNewPrivileges": status["NoNewPrivs"] == "1",
        "ignoredSignals": status["SigIgn"], "blockedSignals": status["SigBlk"],
        "interruptIsDefault": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
        "descriptors": descriptors, "random": random.random(), "temporaryFolder": tempfile.gettempdir(),
        "coreLimit": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "processLimit": resource.getrlimit(resource.RLIMIT_NPROC)[0],
        "outOfMemoryScore": int(open("/proc/self/oom_score_adj").read()),
        "readsOwnEnvironment": reads, "collectsGarbage": gc.isenabled(),
        "atImport": {
            "home": HOME, "cache": str(CACHE), "bytes": BYTES.decode(), "nested": NESTED, "folder": Settings.folder,
            "prefix": SETTINGS.prefix, "defaults": below_home(""), "closure": KEEPER(), "dice": stub_extension.DICE,
        },
        "mainFile": getattr(sys.modules["__main__"], "__file__", ""), "canBecomeRoot": root,
    }


CHILD = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        kept = bytearray(int(sys.argv[1]) << 20)
        kept[:: 4096] = b"x" * len(kept[:: 4096])
        os.write(int(sys.argv[2]), str(os.getpid()).encode())
        os.close(int(sys.argv[2]))
        while True:
            time.sleep(100)
"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        word = parts.path.rpartition("/")[2]
        answer = {}
        if word == "exit":
            os._exit(int(parts.query))
        elif word == "take":
            KEPT.append(b"x" * (int(parts.query) << 20))
        elif word == "child":
            reader, writer = os.pipe()
            subprocess.run([sys.executable, "-c", CHILD, parts.query, str(writer)], pass_fds=[writer])
            os.close(writer)
            answer = int(os.read(reader, 100) or 0)
            os.close(reader)
        else:
            answer = facts()
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def main():
    for line in ("first", "second", "third"):
        print(line, flush=True)
    name = os.environ.get("JUPYTERHUB_SERVER_NAME")
    if name == "broken":
        sys.exit(3)
    if name == "slow":
        signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), os._exit(0)))
        time.sleep(0.3)
    port = urllib.parse.urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]).port
    http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
`;

export interface StubEnvironment extends AsyncDisposable {
  readonly python: string;
  /** Puts more code before that of `jupyterhub.singleuser`. */
  prepend(code: string): Promise<void>;
}

export async function makeStubEnvironment(): Promise<StubEnvironment> {
  const folder = await makeOpenFolder('polder-stub-');
  await promisify(execFile)(
    '/bin/sh',
    ['-c', 'umask 022; exec "$@"', 'sh', 'python3', '-m', 'venv', '--without-pip', folder],
    {
      env: { PATH: '/usr/bin:/bin:/usr/local/bin' },
    },
  );
  const lib = join(folder, 'lib');
  const [version] = await readdir(lib);
  const place = join(lib, version!, 'site-packages', 'jupyterhub');
  // Set-up looks for JupyterLab without importing it.
  for (const name of [place, join(place, '..', 'jupyterlab')]) {
    await mkdir(name);
    await writeFile(join(name, '__init__.py'), '');
  }
  // An extension that draws a random number when it is imported.
  const extension = join(folder, 'etc', 'jupyter', 'jupyter_server_config.d');
  await mkdir(extension, { recursive: true });
  const enabled = { ServerApp: { jpserver_extensions: { stub_extension: true } } };
  await writeFile(join(extension, 'stub.json'), JSON.stringify(enabled));
  await writeFile(join(place, '..', 'stub_extension.py'), 'import os\nDICE = os.urandom(8).hex()\n');
  await writeFile(join(place, 'singleuser.py'), singleuser);
  return {
    python: join(folder, 'bin', 'python3'),
    prepend: (code) => writeFile(join(place, 'singleuser.py'), `${code}\n${singleuser}`),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** A temporary folder that other users can go through. */
export async function makeOpenFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await chmod(folder, 0o755);
  return folder;
}
