"""
Fills a student's folders from the mirror, and runs the course's own command afterwards. Runs as the student, where the
server runs, with Python's standard library and git alone: python3 fill_notebooks.py [COMMAND...]

A student's work is never lost. The rules are nbgitpuller's: files that a student deleted come back; what a student changed
stays, line by line, where the course changed it too; files of the student's own that are in the way are renamed. Beyond
them: a history that was written anew is followed, and a notebook that would be torn by two changes stays the student's.

POLDER_NOTEBOOKS says where the mirror is and what goes where. The last line says what was done, as JSON.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from urllib.parse import quote, urlsplit

REPORT = "polder-notebooks: "
# A first fetch of a large repository takes the mirror a while.
PATIENCE_SECONDS = 600
# Whoever holds git's lock longer than this has been killed: nbgitpuller's figure.
STALE_LOCK_SECONDS = 600
# Names of files that are told.
MOST_NAMES = 100
AUTHOR = ["-c", "user.name=Polder", "-c", "user.email=polder@localhost", "-c", "commit.gpgSign=false"]


class Problem(Exception):
    """What keeps a folder from being filled: a word for the page, and a sentence for the log."""

    def __init__(self, word, sentence=""):
        super().__init__(sentence or word)
        self.word = word


def main(command):
    told = json.loads(os.environ["POLDER_NOTEBOOKS"])
    mirror = Mirror(told["mirror"], told["token"])
    results = [fill(folder, mirror) for folder in told["folders"]]
    code = subprocess.call(command) if command else 0
    print(REPORT + json.dumps([shortened(result) for result in results]), flush=True)
    return code or int(any(result["outcome"] == "failed" for result in results))


def shortened(result):
    return {key: value[:MOST_NAMES] if isinstance(value, list) else value for key, value in result.items()}


def fill(folder, mirror):
    """Brings one folder up to date. Returns what was done; never throws for what may happen."""
    path = os.path.join(os.path.expanduser("~"), folder["target"])
    result = {"folder": folder["target"], "outcome": "unchanged"}
    is_there = os.path.exists(os.path.join(path, ".git", "index"))
    if is_there and folder["when"] == "first-start":
        return result
    try:
        there = mirror.what_there_is(folder)
        if not there["reachable"]:
            result["asOf"] = there["asOf"]
        if is_there:
            update(Repository(path, mirror), folder, there, result)
        else:
            begin(path, folder, there, mirror, result)
        tell_placeholders(path, result)
    except Problem as problem:
        print("{}: {}".format(folder["target"], problem), flush=True)
        result["problem"] = problem.word
        # With yesterday's notebooks a student can work.
        if not (is_there and problem.word == "unreachable"):
            result["outcome"] = "failed"
    except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
        print("{}: the course's mirror ended in the middle: {}".format(folder["target"], error), flush=True)
        result.update(outcome="unchanged" if is_there else "failed", problem="unreachable")
    except OSError as error:
        print("{}: {}".format(folder["target"], error), flush=True)
        result.update(outcome="failed", problem="disk")
    return result


class Mirror:
    def __init__(self, url, token):
        self.url = url.rstrip("/")
        self.token = token

    def what_there_is(self, folder):
        path = "/copies/" + folder["name"]
        if folder["branch"] is not None:
            path += "?branch=" + quote(folder["branch"], safe="")
        with self.get(path) as response:
            body = response.read().decode("utf-8", "replace")
            if response.status == 404 and body.startswith("{"):
                raise Problem("no-branch", "There is no branch {branch}; there are {branches}.".format(**json.loads(body)))
            if response.status != 200:
                raise Problem("unreachable", body.strip())
            return json.loads(body)

    def get(self, path):
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname, place.port or 80, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path, headers={"authorization": "Bearer " + self.token, "connection": "close"})
            return connection.getresponse()
        except OSError as error:
            raise Problem("unreachable", "The course's mirror does not answer: {}".format(error))


class Repository:
    """A folder with a repository in it, whatever the student's own settings of git are."""

    def __init__(self, path, mirror):
        self.path = path
        self.mirror = mirror
        # Not on the command line, which everybody on the machine may read.
        settings = "'http.proxy=' 'http.extraHeader=Authorization: Bearer {}'".format(mirror.token)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.environment.update(LANG="C", LC_ALL="C", GIT_TERMINAL_PROMPT="0", GIT_CONFIG_PARAMETERS=settings)

    def run(self, *arguments):
        """Returns exit code, what was written, and git's words."""
        command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "safe.directory=*"]
        try:
            done = subprocess.run(
                command + list(arguments),
                cwd=self.path,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError:
            raise Problem("no-git", "There is no git in the image of this server.")
        return done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "replace")

    def git(self, *arguments):
        code, written, words = self.run(*arguments)
        if code != 0:
            raise Problem("failed", words.strip() or "git {} ended with {}.".format(arguments[0], code))
        return written

    def succeeds(self, *arguments):
        return self.run(*arguments)[0] == 0

    def names(self, *arguments):
        return [name for name in self.git(*arguments).split("\0") if name]

    def commit_of(self, name):
        code, written, _ = self.run("rev-parse", "--quiet", "--verify", name + "^{commit}")
        return written.strip() if code == 0 else None

    def changes(self, before, after):
        """The letter of each file that differs: A, M, D or T."""
        fields = self.names("diff", "--no-renames", "--no-ext-diff", "--name-status", "-z", before, after, "--")
        return dict(zip(fields[1::2], fields[0::2]))

    def checkout(self, source, files):
        # Command lines have an end.
        for start in range(0, len(files), 200):
            self.git("--literal-pathspecs", "checkout", "--quiet", source, "--", *files[start : start + 200])

    def where(self, name):
        return os.path.join(self.path, name)

    def move_aside(self, name, result):
        """Nothing that is in the way is lost: it gets the time into its name, as nbgitpuller does it."""
        stem, suffix = os.path.splitext(name)
        new = stamped = stem + time.strftime("__%Y%m%d%H%M%S") + suffix
        count = 1
        while os.path.lexists(self.where(new)):
            count += 1
            new = "{}-{}".format(stamped, count)
        os.rename(self.where(name), self.where(new))
        result.setdefault("renamed", []).append([name, new])

    def is_file_above(self, name):
        """The first folder of a path that is no folder, but a file or a link."""
        parts = name.split("/")
        for end in range(1, len(parts)):
            above = "/".join(parts[:end])
            if os.path.lexists(self.where(above)) and (
                os.path.islink(self.where(above)) or not os.path.isdir(self.where(above))
            ):
                return above
        return None


def begin(path, folder, there, mirror, result):
    """A folder that is not there yet, or that only holds files of the student's own, or that was left half-way."""
    if os.path.lexists(path) and not os.path.isdir(path):
        above = Repository(os.path.dirname(path), mirror)
        above.move_aside(os.path.basename(path), result)
    os.makedirs(path, exist_ok=True)
    repository = Repository(path, mirror)
    if not os.path.exists(os.path.join(path, ".git")):
        make_repository(os.path.join(path, ".git"), folder, there, mirror)
    elif repository.commit_of("HEAD") is None:
        raise Problem("other", "The folder holds a repository of its own, without a commit.")
    if set(os.listdir(path)) == {".git"}:
        repository.git("reset", "--hard", "--quiet")
    else:
        repository.git("read-tree", "HEAD")
        for name in repository.names("diff-files", "--name-only", "-z", "--no-ext-diff"):
            in_the_way = repository.is_file_above(name) or (name if os.path.lexists(repository.where(name)) else None)
            if in_the_way is not None:
                repository.move_aside(in_the_way, result)
        repository.git("checkout-index", "--force", "-u", "--all")
    result["outcome"] = "new"


def make_repository(path, folder, there, mirror):
    """The pack and its index as the mirror keeps them, with what makes a repository of them: nothing is worked out anew."""
    commit, branch = there["commit"], there["branch"]
    scratch = path + "-new"
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(os.path.join(scratch, "objects", "pack"))
    os.makedirs(os.path.join(scratch, "refs"))
    base = os.path.join(scratch, "objects", "pack", "pack-" + commit)
    with mirror.get("/copies/{}/{}".format(folder["name"], commit)) as response:
        if response.status != 200:
            raise Problem("unreachable", response.read().decode("utf-8", "replace").strip())
        sizes = json.loads(response.readline())
        for part in ("pack", "idx"):
            copy_bytes(response, base + "." + part, sizes[part])
    texts = {
        "HEAD": "ref: refs/heads/{}\n".format(branch),
        "shallow": commit + "\n",
        "packed-refs": "{0} refs/heads/{1}\n{0} refs/remotes/origin/{1}\n".format(commit, branch),
        "config": settings_of(folder["source"], branch, there["ref"], sha256=len(commit) == 64),
    }
    for name, text in texts.items():
        with open(os.path.join(scratch, name), "w", encoding="utf-8") as file:
            file.write(text)
    os.rename(scratch, path)


def copy_bytes(response, path, size):
    with open(path, "wb") as file:
        while size > 0:
            chunk = response.read(min(size, 1 << 20))
            if not chunk:
                raise Problem("unreachable", "The course's mirror ended in the middle.")
            file.write(chunk)
            size -= len(chunk)
    os.chmod(path, 0o444)


def settings_of(source, branch, ref, sha256):
    def quoted(text):
        return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))

    return "\n".join(
        [
            "[core]",
            "\trepositoryformatversion = {}".format(int(sha256)),
            "\tfilemode = true",
            "\tbare = false",
            "\tlogallrefupdates = true",
            *(["[extensions]", "\tobjectformat = sha256"] if sha256 else []),
            '[remote "origin"]',
            "\turl = " + quoted(source),
            "\tfetch = " + quoted("+{}:refs/remotes/origin/{}".format(ref, branch)),
            "[branch {}]".format(quoted(branch)),
            "\tremote = origin",
            "\tmerge = " + quoted(ref),
            "",
        ]
    )


def update(repository, folder, there, result):
    """Brings what is new into a folder in which a student has worked."""
    upstream = "refs/remotes/origin/" + there["branch"]
    head, base, new = repository.commit_of("HEAD"), repository.commit_of(upstream), there["commit"]
    if head is None:
        raise Problem("other", "The folder holds a repository of its own, without a commit.")
    ensure_unlocked(repository.path)
    if base != new:
        address = "{}/git/{}".format(repository.mirror.url, folder["name"])
        code, _, words = repository.run("fetch", "--quiet", "--no-tags", address, "+{}:{}".format(there["ref"], upstream))
        if code != 0:
            raise Problem("unreachable", words.strip())
        # Somebody may have published meanwhile.
        new = repository.commit_of(upstream)
    if base is None and not repository.succeeds("merge-base", head, new):
        raise Problem("other", "The folder holds another repository.")

    changed = repository.changes(head, new)
    clear_the_way(repository, changed, new, result)
    # What is staged would keep git from merging; in the files it stays.
    repository.run("reset", "--mixed", "--quiet")
    repository.run("update-index", "-q", "--refresh")
    restore_deleted(repository, changed, new, result)
    if not repository.succeeds("diff-files", "--quiet"):
        repository.git(*AUTHOR, "commit", "--all", "--quiet", "--no-verify", "--allow-empty", "--message=Automatic commit of your changes")
    head = repository.commit_of("HEAD")
    if repository.succeeds("merge-base", "--is-ancestor", new, head):
        return
    merge(repository, base, new)
    keep_whole(repository, head, new)

    after = repository.commit_of("HEAD")
    brought = repository.changes(head, after)
    since = repository.changes(base, new) if base is not None else repository.changes(head, new)
    theirs = repository.changes(after, new)
    result["updated"] = len(brought)
    result["kept"] = sorted(name for name in since if name in theirs)
    result["outcome"] = "updated"


def ensure_unlocked(path):
    lock = os.path.join(path, ".git", "index.lock")
    try:
        age = time.time() - os.path.getmtime(lock)
    except FileNotFoundError:
        return
    if age <= STALE_LOCK_SECONDS:
        raise Problem("busy", "Another git is at work in the folder (.git/index.lock).")
    os.remove(lock)


def clear_the_way(repository, changed, new, result):
    """Renames files of the student's own where the course has added some of these names."""
    for name in sorted(name for name, letter in changed.items() if letter == "A"):
        above = repository.is_file_above(name)
        if above is not None:
            # A file of the course that becomes a folder is git's to replace.
            if not repository.succeeds("--literal-pathspecs", "ls-files", "--error-unmatch", "--", above):
                repository.move_aside(above, result)
        elif os.path.lexists(repository.where(name)):
            if is_same(repository, name, new):
                os.remove(repository.where(name))
            else:
                repository.move_aside(name, result)


def is_same(repository, name, commit):
    path = repository.where(name)
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    here = repository.git("hash-object", "--", path).strip()
    return here == repository.git("rev-parse", "{}:{}".format(commit, name)).strip()


def restore_deleted(repository, changed, new, result):
    """A student who deletes a file of the course wants it as new: it comes back."""
    deleted = repository.names("ls-files", "--deleted", "-z")
    gone = [name for name in deleted if changed.get(name) == "D"]
    back = [name for name in deleted if changed.get(name) != "D"]
    # git stumbles over what both sides have deleted; the merge takes it away again.
    repository.checkout("HEAD", gone)
    repository.checkout(new, back)
    if back:
        result["restored"] = back


def merge(repository, base, new):
    """Where both sides changed the same lines, the student's stay."""
    if base is not None and not repository.succeeds("merge-base", "--is-ancestor", base, new):
        # The history was written anew: what is new in it comes as a change to what the student has of it.
        tree = repository.git("rev-parse", new + "^{tree}").strip()
        new = repository.git(*AUTHOR, "commit-tree", tree, "-p", base, "-p", new, "-m", "A new history of the course").strip()
    words = "--message=Merge of what is new in the course"
    code, written, errors = repository.run(*AUTHOR, "merge", "--quiet", "--ff", "--no-edit", words, "-Xours", new)
    if code == 0:
        return
    stages = {}
    for entry in repository.names("ls-files", "--unmerged", "-z"):
        place, name = entry.split("\t", 1)
        stages.setdefault(name, set()).add(place.split(" ")[2])
    for name, found in stages.items():
        settle(repository, name, found)
    if not stages or not repository.succeeds(*AUTHOR, "commit", "--all", "--quiet", "--no-verify", "--no-edit"):
        repository.run("merge", "--abort")
        raise Problem("merge", (written + errors).strip())


def settle(repository, name, stages):
    if not stages & {"2", "3"}:
        repository.git("--literal-pathspecs", "rm", "--quiet", "--cached", "--", name)
        return
    if not os.path.lexists(repository.where(name)):
        repository.git("--literal-pathspecs", "checkout", "--ours" if "2" in stages else "--theirs", "--", name)
    repository.git("--literal-pathspecs", "add", "--force", "--", name)


def keep_whole(repository, before, new):
    """Two changes to one notebook can come to something that is no notebook any more: then the student's stays."""
    mixed = repository.changes(before, "HEAD")
    torn = [
        name
        for name in repository.changes("HEAD", new)
        if name.endswith(".ipynb") and name in mixed and not is_json(repository, "HEAD", name)
        and is_json(repository, before, name)
    ]
    if torn:
        repository.checkout(before, torn)
        repository.git(*AUTHOR, "commit", "--amend", "--quiet", "--no-verify", "--no-edit")


def is_json(repository, commit, name):
    code, text, _ = repository.run("cat-file", "blob", "{}:{}".format(commit, name))
    try:
        json.loads(text)
    except ValueError:
        return False
    return code == 0


def tell_placeholders(path, result):
    """Large files that git-lfs would fetch are said to be missing, since nobody else would say it."""
    try:
        with open(os.path.join(path, ".gitattributes"), encoding="utf-8", errors="replace") as file:
            if "filter=lfs" not in file.read():
                return
    except FileNotFoundError:
        return
    count = 0
    for place, folders, files in os.walk(path):
        folders[:] = [name for name in folders if name != ".git"]
        count += sum(is_placeholder(os.path.join(place, name)) for name in files)
    if count > 0:
        result["placeholders"] = count


def is_placeholder(path):
    if os.path.islink(path) or os.path.getsize(path) > 1024:
        return False
    with open(path, "rb") as file:
        return file.read(40).startswith(b"version https://git-lfs.github.com/spec/")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
