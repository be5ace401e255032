"""What modules take from their surroundings while they are imported, and how a fork gets its own in its place.

A module that is imported reads `HOME` and makes a default of it, draws a random number, or asks as whom it runs. In a
process that was forked after the import, all of that is the parent's: settings would be looked for in the parent's home.
So while the parent imports,

* variables that differ from server to server have stand-ins as values. Wherever one is found in memory afterwards, the
  child puts the server's own value in its place.
* every other variable that is read is written down. A server whose environment says something else about one of them
  cannot be forked.
* modules that draw random numbers, or ask who or where they are, are written down. The parent forgets them again, and
  what was built on them, so that each child imports them itself.
"""

import gc
import os
import pathlib
import random
import sys
import types

# Variables that the hub gives to every server, each with another value. The stand-ins have the form of the real ones.
STAND_INS = {
    "HOME": "/%s",
    "USER": "%s",
    "LOGNAME": "%s",
    "PWD": "/%s",
    "JPY_API_TOKEN": "%s",
    "JUPYTERHUB_ACTIVITY_URL": "http://%s",
    "JUPYTERHUB_API_TOKEN": "%s",
    "JUPYTERHUB_API_URL": "http://%s",
    "JUPYTERHUB_BASE_URL": "/%s/",
    "JUPYTERHUB_CLIENT_ID": "%s",
    "JUPYTERHUB_OAUTH_CALLBACK_URL": "/%s/oauth_callback",
    "JUPYTERHUB_SERVICE_PREFIX": "/%s/",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:1/%s/",
    "JUPYTERHUB_USER": "%s",
}
BYTES_STAND_INS = {os.fsencode(name) for name in STAND_INS}
TOKEN = "polder-stand-in-"

# Read when a program is loaded, by the interpreter and the C library: too early for a fork to take over.
READ_AT_LOAD = ("PYTHON", "LD_", "GLIBC_", "MALLOC_", "OPENSSL_")
NOT_MISSED = {"PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONDONTWRITEBYTECODE"}

# Modules that take something, and for which `renew` gives back the child's own; forgetting them would forget everything.
RENEWED = {"jupyter_client.session", "multiprocessing.process", "send2trash.plat_other"}
# A module that asks for the time or its process id while it is imported is none the worse in a fork.
TAKING = ((os, "urandom"), (os, "getuid"), (os, "geteuid"), (os, "getgid"), (os, "getcwd"), (os, "getcwdb"))


class Surroundings:
    def __init__(self):
        self.environment = {}
        self.read = set()
        self.took = set()
        self.places = []

    def watch(self, imports):
        """Runs `imports` and writes down what is taken meanwhile; then finds it, or forgets who took it."""
        for name, form in STAND_INS.items():
            os.environ[name] = form % (TOKEN + name)
        self.environment = dict(os.environ)
        undo = [self._watch_environment()] + [self._watch_call(*one) for one in TAKING]
        state = random.getstate()
        try:
            imports()
        finally:
            for put_back in undo:
                put_back()
        # Numbers of Python's own generator: nobody says who drew them, and libraries that do draw theirs from it.
        random.setstate(state)
        for name in dependents(self.took - RENEWED):
            forget(name)
        gc.collect()
        self.places = find_places()

    def _watch_environment(self):
        kind = type(os.environ)
        original = kind.__getitem__

        def read(environment, name):
            # Who copies the whole environment is not after this variable.
            if sys._getframe(1).f_code.co_name not in ("copy", "__iter__"):
                self.read.add(os.fsdecode(name))
            return original(environment, name)

        kind.__getitem__ = read
        return lambda: setattr(kind, "__getitem__", original)

    def _watch_call(self, module, name):
        original = getattr(module, name)

        def call(*arguments):
            taker = importing_module()
            if taker is not None:
                self.took.add(taker)
            return original(*arguments)

        setattr(module, name, call)
        # A module may have kept the function itself under a name of its own.
        return lambda: replace_everywhere(module, name, call, original)

    def difference(self, environment):
        """The name of a variable because of which a server with this environment cannot be forked; None: it can."""
        for name in environment:
            if name.startswith(READ_AT_LOAD) and name not in NOT_MISSED:
                return name
        for name in self.read - set(STAND_INS):
            if (environment.get(name) or "") != (self.environment.get(name) or ""):
                return name
        # A stand-in that was kept needs something to put in its place; copies of the whole environment do not count.
        kept = [template for _, key, template in self.places if key not in STAND_INS and key not in BYTES_STAND_INS]
        for name in {name for template in kept for name in names_in(template)}:
            if not environment.get(name):
                return name
        return None

    def apply(self, environment):
        """Puts the server's own values where the stand-ins are, and renews what else was the parent's."""
        for put, key, template in self.places:
            try:
                put(key, fill(template, environment))
            except (AttributeError, TypeError):
                pass
        renew()


# ---- stand-ins in memory ----


def holds(value):
    kind = type(value)
    if kind is str:
        return TOKEN in value
    if kind is bytes:
        return TOKEN.encode() in value
    return isinstance(value, pathlib.PurePath) and TOKEN in str(value)


def names_in(value):
    if isinstance(value, tuple):
        return [name for one in value if holds(one) for name in names_in(one)]
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return [name for name in STAND_INS if TOKEN + name in text]


def fill(value, environment):
    if isinstance(value, bytes):
        return os.fsencode(fill(os.fsdecode(value), environment))
    if isinstance(value, pathlib.PurePath):
        return type(value)(fill(str(value), environment))
    if isinstance(value, tuple):
        return tuple(fill(one, environment) if holds(one) else one for one in value)
    # Longer names first: one may begin with another.
    for name in sorted(names_in(value), key=len, reverse=True):
        whole = STAND_INS[name] % (TOKEN + name)
        own = environment.get(name, "")
        # Some take the slashes off first.
        value = value.replace(whole, own).replace(TOKEN + name, own.strip("/"))
    return value


def find_places():
    """(function that puts a value there, its key, the value with stand-ins in it), for every place in memory."""
    places = []
    ours = {id(STAND_INS), id(globals())}
    for holder in gc.get_objects():
        if id(holder) in ours or holder is places or isinstance(holder, types.FrameType):
            continue
        if isinstance(holder, pathlib.PurePath):
            continue  # replaced where it is held
        for value in gc.get_referents(holder):
            # Lists, dictionaries and tuples of plain values are not in the collector's books themselves.
            if holds(value):
                places.extend(places_in(holder))
                break
            if type(value) is dict and not gc.is_tracked(value):
                places.extend(places_in(value))
            elif type(value) is tuple and any(holds(one) for one in value):
                places.extend(places_in(holder))
                break
    return places


def places_in(holder):
    """All places of one object."""
    kind = type(holder)
    if kind is dict:
        return [(holder.__setitem__, key, value) for key, value in holder.items() if worth(value)]
    if kind is list:
        return [(holder.__setitem__, index, value) for index, value in enumerate(holder) if worth(value)]
    if kind is types.CellType:
        return [(setter(holder), "cell_contents", holder.cell_contents)]
    if kind is types.FunctionType:
        found = [(setter(holder), "__defaults__", holder.__defaults__)] if worth(holder.__defaults__) else []
        return found + places_in(holder.__kwdefaults__ or {})
    try:
        attributes = dict(vars(holder))
    except TypeError:
        attributes = {}
    for one in kind.__mro__:
        for name in getattr(one, "__slots__", ()) if isinstance(getattr(one, "__slots__", ()), (list, tuple)) else ():
            if hasattr(holder, name):
                attributes[name] = getattr(holder, name)
    return [(setter(holder), name, value) for name, value in attributes.items() if worth(value)]


def worth(value):
    return holds(value) or (type(value) is tuple and any(holds(one) for one in value))


def setter(holder):
    return lambda name, value: setattr(holder, name, value)


# ---- modules that are forgotten ----


def importing_module():
    """The name of the module whose code is being imported now: the innermost one on the stack."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            return frame.f_globals.get("__name__")
        frame = frame.f_back
    return None


def dependents(names):
    """These modules and all that hold something of them, over any number of steps."""
    found = {name for name in names if name in sys.modules and name != "__main__"}
    while True:
        more = {
            name
            for name, module in list(sys.modules.items())
            if name not in found and name != "__main__" and holds_of(module, found)
        }
        if not more:
            return found
        found |= more


def holds_of(module, names):
    for value in list(getattr(module, "__dict__", {}).values()):
        if isinstance(value, types.ModuleType):
            origin = value.__name__
        elif isinstance(value, (type, types.FunctionType)):
            origin = value.__module__
        else:
            origin = type(value).__module__
        if origin in names:
            return True
    return False


def forget(name):
    sys.modules.pop(name, None)
    package, _, last = name.rpartition(".")
    # `from package import last` would find the old one there.
    if package in sys.modules:
        vars(sys.modules[package]).pop(last, None)


def replace_everywhere(module, name, old, new):
    setattr(module, name, new)
    for one in list(sys.modules.values()):
        for key, value in list(getattr(one, "__dict__", {}).items()):
            if value is old:
                vars(one)[key] = new


# ---- what is the child's own ----


def renew():
    # Every child would throw the same dice. What comes from the kernel (secrets, uuid4, OpenSSL) is fresh anyway.
    random.seed()
    modules = sys.modules
    if "numpy.random" in modules:
        modules["numpy.random"].seed()
    if "multiprocessing.process" in modules:
        process = modules["multiprocessing.process"]
        process.ORIGINAL_DIR = os.getcwd()
        process.current_process().authkey = os.urandom(32)
    if "jupyter_client.session" in modules:
        session = modules["jupyter_client.session"]
        session.session_flags["secure"][0]["Session"]["key"] = session.new_id_bytes()
    if "send2trash.plat_other" in modules:
        trash = modules["send2trash.plat_other"]
        trash.uid = os.getuid()
        trash.TOPDIR_FALLBACK = b".Trash-" + str(trash.uid).encode()
