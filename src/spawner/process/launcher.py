"""Starts one process: a run of a server, or a command beside a run.

    python -I -S launcher.py launch      one run: becomes the command of the request
    python -I -S launcher.py hook        one command beside a run: waits for it and writes how it ended

Requests come on descriptor 0: four bytes of length (big-endian), then JSON. Answers go to descriptor 3, one JSON object
a line. What they hold stands in `launcher.ts`. `prepared_parent.py` uses the same steps.

It runs with the rights of the hub, often root's, until `drop_rights`, and needs nothing but the standard library.
"""

import ctypes
import errno
import json
import os
import resource
import signal
import struct
import sys

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
    else:
        sys.exit("launcher.py: launch or hook")


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
    """One run: this process becomes the command of the request."""
    if request is not None:
        become(request)


def become(request):
    """Becomes the command of the request, with everything of a run around it; answers that it did, or why it could not."""
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
        become(request)
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


if __name__ == "__main__":
    main()
