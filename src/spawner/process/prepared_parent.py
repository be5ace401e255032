"""Starts many single-user servers quickly.

    python -I -B prepared_parent.py      imports what a single-user server imports, then forks one per request

Almost all of the time that a single-user server needs to start goes into importing Python modules. This process has them
imported, and a fork of it runs the ordinary, unmodified start.

Requests and answers are those of `launcher.py`. The parent never reads a request: the child that serves it does, after
the fork. So nothing secret of one user is ever in the parent's memory, which every later child has a copy of. It ends
when the hub closes the channel; the servers run on.

It runs with the rights of the hub, often root's, and imports only from where nobody else can write: the hub sees to that.
"""

import gc
import json
import os
import select
import signal
import sys
import time


def load(name):
    """The file beside this one; isolated mode does not look there."""
    import importlib.util

    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    spec = importlib.util.spec_from_file_location("polder_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


launcher = load("launcher")
Surroundings = load("surroundings").Surroundings


def main():
    os.umask(0o077)
    start = prepare()
    if start is not None:
        # Here the stack is as empty as at the beginning of an ordinary start.
        sys.exit(start())


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
    surroundings = Surroundings()
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
        launcher.answer({"unfit": launcher.describe(error)})
        return None
    launcher.answer({"ready": len(sys.modules), "seconds": round(time.process_time() - before, 2)})
    woken = wake_on_child()
    wait = select.poll()
    wait.register(launcher.REQUESTS, select.POLLIN)
    wait.register(woken, select.POLLIN)
    while True:
        report_ended()
        ready = [descriptor for descriptor, _ in wait.poll()]
        if woken in ready:
            os.read(woken, 4096)
        if launcher.REQUESTS in ready:
            # A lock that another thread holds at the fork stays locked in the child for ever.
            if thread_count() > 1:
                launcher.answer({"unfit": "a module that was imported runs threads"})
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
        launcher.answer({"ended": pid, "exitCode": launcher.exit_code(status)})


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
        launcher.answer({"unfit": launcher.describe(error)})
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
    launcher.reset_signals()
    request = launcher.read_request()
    if request is None:
        os._exit(0)
    os.write(writer, b"r")
    try:
        # Where the parent cannot stand for it, the child starts plainly in its own place.
        plain = surroundings.difference(request["environment"])
        launcher.enter(request, "plain" if plain else "prepared")
        program = launcher.find_program(request) if plain else None
        if plain:
            launcher.NOTES.append("started plainly: its environment differs from the prepared parent's in %s" % plain)
        launched = {"launched": os.getpid(), "startTime": launcher.start_time(os.getpid()), "notes": launcher.NOTES}
        launcher.answer(dict(launched, id=request["id"]))
    except launcher.AlreadyLaunched:
        launcher.answer({"id": request["id"], "exists": True})
        os._exit(launcher.NOT_STARTED)
    except BaseException as error:
        launcher.answer({"id": request["id"], "error": launcher.describe(error)})
        os._exit(launcher.NOT_STARTED)
    if plain:
        launcher.execute(program, request)
    return lambda: ordinary_start(request, surroundings)


def ordinary_start(request, surroundings):
    """What the installed script `jupyterhub-singleuser` does, in a process as fresh as a fork can be."""
    import importlib

    launcher.close_inherited(3)
    # A process that changed its user cannot read its own /proc files until this is set again, and extensions that show
    # the memory in use do. Its memory holds nothing of others, and now it holds no way to the hub either.
    launcher.prctl(launcher.PR_SET_DUMPABLE, 1)
    surroundings.apply(request["environment"])
    os.environ.clear()
    os.environ.update(request["environment"])
    refresh_interpreter(request)
    gc.enable()
    return importlib.import_module("jupyterhub.singleuser").main()


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
    launcher.prctl(launcher.PR_SET_NAME, b"jupyterhub-sing")


if __name__ == "__main__":
    main()
