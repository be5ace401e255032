"""Starts one run of a single-user server, or stays and starts many quickly.

    python -I -S prepared_parent.py launch      one run: becomes the command of the request
    python -I -S prepared_parent.py hook        one command beside a run: waits for it and writes how it ended
    python -I -B prepared_parent.py prepare     imports what a single-user server imports, then forks one per request

Almost all of the time that a single-user server needs to start goes into importing Python modules. The prepared parent
has them imported, and a fork of it runs the ordinary, unmodified start.

Requests come on descriptor 0: four bytes of length (big-endian), then JSON. Answers go to descriptor 3, one JSON object
a line. The parent never reads a request: the child that serves it does, after the fork. So nothing secret of one user is
ever in the parent's memory, which every later child has a copy of.

It runs with the rights of the hub, often root's, until `drop_rights`. Up to there only the standard library, and modules
from paths that nobody else can write to, are imported.
"""

import ctypes
import errno
import gc
import json
import os
import resource
import select
import signal
import stat
import struct
import sys
import time

REQUESTS = 0
ANSWERS = 3

# The child's exit status where it ended before it became a server; the reason was answered.
NOT_STARTED = 125


def main():
    mode = sys.argv[1]
    os.umask(0o077)
    if mode == "launch":
        launch(read_request())
    elif mode == "hook":
        supervise_hook(read_request())
    elif mode == "prepare":
        start = prepare()
        if start is not None:
            # Here the stack is as empty as at the beginning of an ordinary start.
            sys.exit(start())
    else:
        sys.exit("prepared_parent.py: launch, hook or prepare")


# ---- requests and answers ----


def read_request():
    """The next request, or None where the hub has closed the channel."""
    head = read_exactly(4)
    if head is None:
        return None
    body = read_exactly(struct.unpack(">I", head)[0])
    return None if body is None else json.loads(body.decode("utf-8"))


def read_exactly(count):
    parts = []
    while count > 0:
        part = os.read(REQUESTS, min(count, 65536))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def answer(message):
    data = (json.dumps(message) + "\n").encode("utf-8")
    while data:
        data = data[os.write(ANSWERS, data) :]


# ---- one run ----


def launch(request):
    """Becomes the command of the request, with everything of a run around it."""
    if request is None:
        return
    try:
        enter(request, "plain")
        program = find_program(request)
        answer({"launched": os.getpid(), "startTime": start_time(os.getpid()), "notes": NOTES})
    except AlreadyLaunched:
        answer({"exists": True})
        os._exit(NOT_STARTED)
    except BaseException as error:
        answer({"error": describe(error)})
        os._exit(NOT_STARTED)
    execute(program, request)


def execute(program, request):
    close_inherited(3)
    reset_signals()
    for number in IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execve(program, request["argv"], request["environment"])
    except OSError as error:
        os.write(2, ("%s: %s\n" % (program, error.strerror)).encode("utf-8", "replace"))
        os._exit(126)


def supervise_hook(request):
    """Runs the command as a child and writes its exit status to `ended`, so that a hub that comes later finds it."""
    if request is None:
        return
    child = os.fork()
    if child == 0:
        try:
            enter(request, "plain")
            program = find_program(request)
            answer({"launched": os.getpid(), "startTime": start_time(os.getpid()), "notes": NOTES})
        except AlreadyLaunched:
            answer({"exists": True})
            os._exit(NOT_STARTED)
        except BaseException as error:
            answer({"error": describe(error)})
            os._exit(NOT_STARTED)
        execute(program, request)
    # Nothing but the wait is left to do here; the hub may go meanwhile.
    status = os.waitpid(child, 0)[1]
    write_whole(request["ended"], json.dumps({"exitCode": exit_code(status)}))


class AlreadyLaunched(Exception):
    """Another call for the same run came first, and its process lives."""


# What could not be done though the run could start: told to the hub.
NOTES = []


def enter(request, mode):
    """Makes this process the run: session, record, limits, log, rights, folder. Order matters: see each step."""
    if os.getpid() != os.getsid(0):
        os.setsid()
    request["cgroups"] = enter_cgroups(request["cgroups"])
    # Before the rights are dropped, so that a hub that crashes now still finds the run.
    write_record(request, mode)
    prefer_for_out_of_memory()
    redirect(request["log"], request["user"])
    # No core files in homes: they hold the server's secrets and fill the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if request["user"] is not None:
        limit_processes(request["user"]["processes"])
        drop_rights(request["user"]["uid"], request["user"]["gid"])
    forbid_new_rights()
    os.umask(0o077)
    os.chdir(request["home"])


def enter_cgroups(folders):
    entered = []
    for folder in folders:
        try:
            with open(os.path.join(folder, "cgroup.procs"), "w") as procs:
                procs.write(str(os.getpid()))
            entered.append(folder)
        except OSError as error:
            NOTES.append("a limit is not in force: %s: %s" % (folder, error.strerror))
    return entered


def write_record(request, mode):
    """The record names the process; making it fails where a living process has it already: one run, one process."""
    record = dict(
        request["record"],
        pid=os.getpid(),
        startTime=start_time(os.getpid()),
        bootId=boot_id(),
        mode=mode,
        cgroups=request["cgroups"],
    )
    path = request["recordFile"]
    fresh = "%s.%d.new" % (path, os.getpid())
    with open(fresh, "w") as file:
        json.dump(record, file)
    try:
        for _ in range(3):
            try:
                os.link(fresh, path)
                return
            except FileExistsError:
                if describes_living_process(path):
                    raise AlreadyLaunched()
                remove(path)
        raise AlreadyLaunched()
    finally:
        remove(fresh)


def describes_living_process(path):
    try:
        with open(path) as file:
            record = json.load(file)
        return start_time(record["pid"]) == record["startTime"] and boot_id() == record["bootId"]
    except (OSError, ValueError, KeyError):
        return False


def start_time(pid):
    """When a process began, in the kernel's own words: with the pid it names one process. None where there is none."""
    if sys.platform.startswith("linux"):
        try:
            with open("/proc/%d/stat" % pid) as file:
                # The second field is the name in parentheses and may hold anything; the state is the third.
                fields = file.read().rpartition(")")[2].split()
        except (OSError, IndexError):
            return None
        return None if fields[0] in "ZX" else fields[19]
    import subprocess

    environment = {"PATH": "/bin:/usr/bin", "LC_ALL": "C", "TZ": "UTC"}
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    found = subprocess.run(command, stdout=subprocess.PIPE, env=environment).stdout.decode().strip()
    return found or None


def boot_id():
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return ""


def prefer_for_out_of_memory():
    """When the whole machine is out of memory, a student's server goes before the hub does."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    except OSError:
        pass


def redirect(log, user):
    """Nothing to read, and everything written goes to the log."""
    null = os.open(os.devnull, os.O_RDWR)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if user is not None:
        # Programs that open /dev/stderr open this file anew. The folder around it stays closed to the user.
        os.fchown(output, user["uid"], user["gid"])
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for descriptor in (null, output):
        if descriptor > ANSWERS:
            os.close(descriptor)


def limit_processes(most):
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def drop_rights(uid, gid):
    os.setgroups([])
    # As root these set the real, the effective and the saved one.
    os.setgid(gid)
    os.setuid(uid)
    kept = (os.getuid(), os.geteuid(), os.getgid(), os.getegid()) != (uid, uid, gid, gid) or os.getgroups()
    try:
        os.setuid(0)
    except PermissionError:
        pass
    else:
        kept = True
    if kept:
        raise PermissionError(errno.EPERM, "the rights of the hub could not be dropped")


def forbid_new_rights():
    """No set-uid program gives rights to this process or to what it starts."""
    if not sys.platform.startswith("linux"):
        return
    if prctl(PR_SET_NO_NEW_PRIVS, 1) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")


PR_SET_DUMPABLE, PR_SET_NAME, PR_SET_NO_NEW_PRIVS = 4, 15, 38


def prctl(option, value):
    """prctl(2) of Linux, which Python has no word for."""
    return ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def find_program(request):
    """The file that the command means, as its user finds it. Raises FileNotFoundError with the name."""
    name = request["argv"][0]
    if "/" in name:
        candidates = [name]
    else:
        path = request["environment"].get("PATH", os.defpath)
        candidates = [os.path.join(folder, name) for folder in path.split(os.pathsep) if folder]
    for candidate in candidates:
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError(errno.ENOENT, "command not found", name)


# Python ignores these for itself; a program that is started expects the default.
IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


def reset_signals():
    for number in range(1, signal.NSIG):
        try:
            if number not in IGNORED_BY_PYTHON and number != signal.SIGINT:
                signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):
            pass  # SIGKILL, SIGSTOP and those of the C library
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def close_inherited(first):
    try:
        highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    except OSError:
        highest = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65536)
    os.closerange(first, highest + 1)


def describe(error):
    if isinstance(error, OSError) and error.strerror:
        return "%s: %s" % (error.filename, error.strerror) if error.filename else error.strerror
    return "%s: %s" % (type(error).__name__, error)


def exit_code(status):
    """As a shell counts: 128 and the signal where a signal ended it."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def write_whole(path, text):
    fresh = path + ".new"
    try:
        with open(fresh, "w") as file:
            file.write(text)
        os.rename(fresh, path)
    except OSError:
        remove(fresh)


def remove(path):
    try:
        os.unlink(path)
    except OSError:
        pass


# ---- the prepared parent ----

# What an ordinary start imports whatever is configured. Names that an environment does not have are passed over.
PRELOADED = (
    "jupyterlab.labapp",
    "IPython.display",
    "IPython.core.interactiveshell",
    "jinja2.ext",
    "httpcore",
    "jupyter_client.provisioning",
    "tornado.platform.asyncio",
)

# Packages whose request handlers are imported one by one when a server starts.
WITH_HANDLERS = ("jupyter_server", "jupyterlab", "jupyterlab_server", "notebook", "nbclassic")


def prepare():
    """Imports, then forks until the hub closes the channel. In a fork: returns what to do as the server; else None."""
    before = time.process_time()
    surroundings = load_surroundings()
    try:
        # Until the imports are done garbage is not worth looking for, and afterwards nothing of them ever is: a
        # collection in a child would write to, and so copy, every page that it shares with the others.
        gc.disable()
        surroundings.watch(preload)
        gc.freeze()
        # What is buffered would be written by every child again.
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as error:
        answer({"unfit": describe(error)})
        return None
    answer({"ready": len(sys.modules), "seconds": round(time.process_time() - before, 2)})
    woken = wake_on_child()
    wait = select.poll()
    wait.register(REQUESTS, select.POLLIN)
    wait.register(woken, select.POLLIN)
    while True:
        report_ended()
        ready = [descriptor for descriptor, _ in wait.poll()]
        if woken in ready:
            os.read(woken, 4096)
        if REQUESTS in ready:
            # A lock that another thread holds at the fork stays locked in the child for ever.
            if thread_count() > 1:
                answer({"unfit": "a module that was imported runs threads"})
                return None
            served, start = serve_next(surroundings)
            if start is not None or not served:
                return start


def preload():
    import importlib
    import pkgutil

    # An environment without this has no single-user server at all.
    importlib.import_module("jupyterhub.singleuser")
    for name in PRELOADED:
        attempt(importlib.import_module, name)
    extensions = enabled_extensions()
    for name in extensions:
        module = attempt(importlib.import_module, name)
        for points in ("_jupyter_server_extension_points", "_jupyter_server_extension_paths"):
            if module is not None and hasattr(module, points):
                for point in attempt(getattr(module, points)) or ():
                    attempt(importlib.import_module, str(point.get("module", name)))
                break
    for name in WITH_HANDLERS:
        package = sys.modules.get(name)
        for found in pkgutil.walk_packages(getattr(package, "__path__", ()), name + ".", onerror=lambda _: None):
            if found.name.rpartition(".")[2] == "handlers":
                attempt(importlib.import_module, found.name)


def attempt(function, *arguments):
    """Its result; None where it fails: the server meets the same failure later and says so in its own log."""
    try:
        return function(*arguments)
    except BaseException:
        return None


def enabled_extensions():
    """Server extensions that the environment's own configuration turns on."""
    found = {}
    for part, application, key in (
        ("jupyter_server_config.d", "ServerApp", "jpserver_extensions"),
        ("jupyter_notebook_config.d", "NotebookApp", "nbserver_extensions"),
    ):
        folder = os.path.join(sys.prefix, "etc", "jupyter", part)
        for name in sorted(os.listdir(folder) if os.path.isdir(folder) else ()):
            try:
                with open(os.path.join(folder, name)) as file:
                    found.update(json.load(file).get(application, {}).get(key, {}))
            except (OSError, ValueError, AttributeError):
                pass
    return [name for name, enabled in found.items() if enabled]


def wake_on_child():
    """A descriptor that can be read when a child has ended."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    os.set_blocking(reader, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader


def report_ended():
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        answer({"ended": pid, "exitCode": exit_code(status)})


def thread_count():
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        import threading

        return threading.active_count()


def serve_next(surroundings):
    """Forks a child that reads the next request. (whether to go on, what the child has to do: None in the parent)"""
    reader, writer = os.pipe()
    try:
        child = os.fork()
    except OSError as error:
        answer({"unfit": describe(error)})
        return False, None
    if child == 0:
        return True, become_server(writer, surroundings)
    os.close(writer)
    word = os.read(reader, 1)
    os.close(reader)
    # Without the word the child may have read half a request, and nobody can tell where the next one begins.
    return word == b"r", None


def become_server(writer, surroundings):
    signal.set_wakeup_fd(-1)
    reset_signals()
    request = read_request()
    if request is None:
        os._exit(0)
    os.write(writer, b"r")
    try:
        # Where the parent cannot stand for it, the child starts plainly in its own place.
        plain = surroundings.difference(request["environment"])
        enter(request, "plain" if plain else "prepared")
        program = find_program(request) if plain else None
        if plain:
            NOTES.append("started plainly: its environment differs from the prepared parent's in %s" % plain)
        launched = {"launched": os.getpid(), "startTime": start_time(os.getpid()), "notes": NOTES}
        answer(dict(launched, id=request["id"]))
    except AlreadyLaunched:
        answer({"id": request["id"], "exists": True})
        os._exit(NOT_STARTED)
    except BaseException as error:
        answer({"id": request["id"], "error": describe(error)})
        os._exit(NOT_STARTED)
    if plain:
        execute(program, request)
    return lambda: ordinary_start(request, surroundings)


def ordinary_start(request, surroundings):
    """What the installed script `jupyterhub-singleuser` does, in a process as fresh as a fork can be."""
    import importlib

    close_inherited(3)
    # A process that changed its user cannot read its own /proc files until this is set again, and extensions that show
    # the memory in use do. Its memory holds nothing of others, and now it holds no way to the hub either.
    prctl(PR_SET_DUMPABLE, 1)
    surroundings.apply(request["environment"])
    os.environ.clear()
    os.environ.update(request["environment"])
    refresh_interpreter(request)
    gc.enable()
    return importlib.import_module("jupyterhub.singleuser").main()


def load_surroundings():
    """The file beside this one, which isolated mode does not find."""
    import importlib.util

    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "surroundings.py")
    spec = importlib.util.spec_from_file_location("polder_surroundings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Surroundings()


def refresh_interpreter(request):
    """Everything that Python took from its surroundings when the parent started."""
    import locale
    import site
    import sysconfig
    import tempfile
    import types

    script = os.path.join(os.path.dirname(sys.executable), "jupyterhub-singleuser")
    sys.argv = [script] + request["arguments"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    sys.modules["__main__"].__file__ = script
    # An environment made by venv has no user site, an installation has; isolated mode turned it off.
    site.USER_BASE = site.USER_SITE = None
    if sys.prefix == sys.base_prefix:
        site.ENABLE_USER_SITE = True
        site.addusersitepackages(set(sys.path))
    tempfile.tempdir = None
    time.tzset()
    try:
        locale.setlocale(locale.LC_CTYPE, "")
    except locale.Error:
        pass
    # Holds paths below the home; it is made anew when somebody asks.
    sysconfig._CONFIG_VARS = None
    sysconfig._CONFIG_VARS_INITIALIZED = False
    # Only what is imported from now on is the user's.
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    # For ps and top: up to 15 characters.
    prctl(PR_SET_NAME, b"jupyterhub-sing")


if __name__ == "__main__":
    main()
