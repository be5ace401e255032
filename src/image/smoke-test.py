"""Runs in a container of a course's image, as a student: does what the hub asks of a server come true there?

It comes on the standard input, with a call of `main` after it, which says: command (of the single-user server), programs
(that must be there), distributions (that pip was asked for), environment. Prints one line of JSON for each thing it looked
at: {"what": ..., "failure": null or words}. Needs nothing but Python 3.6.
"""
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

PATIENCE_SECONDS = 120


def main(encoded):
    asked = json.loads(base64.b64decode(encoded).decode())
    for program in asked["programs"]:
        failure = None if shutil.which(program) else "there is no %s on PATH" % program
        say("%s is there" % program, failure)
    for name, value in asked["environment"].items():
        there = os.environ.get(name)
        # What refers to another variable has been filled in.
        wrong = there is None or ("$" not in value and there != value)
        say("%s is set" % name, "it is not, or to something else" if wrong else None)
    for name in asked["distributions"]:
        say("%s is installed" % name, missing(name))
    say("the server answers as user %d" % os.getuid(), start_server(asked["command"]))


def say(what, failure):
    print(json.dumps({"what": what, "failure": failure}), flush=True)


def missing(name):
    """None where a distribution is there and can be read."""
    try:
        from importlib import metadata
    except ImportError:
        return None  # Before Python 3.8 nobody knows without pip.
    try:
        metadata.version(name)
        return None
    except metadata.PackageNotFoundError:
        return "python3 does not find it"


class Hub(BaseHTTPRequestHandler):
    """As much of a hub as a single-user server asks while it starts."""

    def do_GET(self):
        self.answer({"version": "4.0.0"})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer({})

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start_server(command):
    """None where it answers; why not, otherwise."""
    if shutil.which(command[0]) is None:
        return (
            "there is no %s in the image: JupyterHub and JupyterLab are missing, as `jupyterhub` and `jupyterlab` "
            "among the requirements" % command[0]
        )
    hub = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    port = free_port()
    home = os.environ.get("HOME") or ""
    environment = dict(os.environ, **server_environment(port, hub.server_port))
    server = subprocess.Popen(
        command,
        env=environment,
        cwd=home if os.access(home, os.X_OK) else "/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(server.stdout), daemon=True)
    reader.start()
    try:
        if answers("http://127.0.0.1:%d/user/smoke-test/api" % port, server):
            return None
        ended = server.poll()
        how = "it does not answer in %d s" % PATIENCE_SECONDS if ended is None else "it ends with %d" % ended
    finally:
        try:
            os.killpg(server.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        server.wait()
        hub.shutdown()
    reader.join(5)
    last = [line.decode(errors="replace").rstrip() for line in lines[-8:]]
    return "\n    ".join([how] + last)


def server_environment(port, hub_port):
    """What the hub gives a server: JupyterHub's names."""
    prefix = "/user/smoke-test/"
    api = "http://127.0.0.1:%d/hub/api" % hub_port
    return {
        "JUPYTERHUB_API_TOKEN": "smoke-test",
        "JPY_API_TOKEN": "smoke-test",
        "JUPYTERHUB_API_URL": api,
        "JUPYTERHUB_ACTIVITY_URL": api + "/users/smoke-test/activity",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_CLIENT_ID": "jupyterhub-user-smoke-test",
        "JUPYTERHUB_HOST": "",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": prefix + "oauth_callback",
        "JUPYTERHUB_OAUTH_SCOPES": "[]",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": "[]",
        "JUPYTERHUB_SERVER_NAME": "",
        "JUPYTERHUB_SERVICE_PREFIX": prefix,
        "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:%d%s" % (port, prefix),
        "JUPYTERHUB_USER": "smoke-test",
    }


def answers(url, server):
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return True
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
