"""A service as its author would write it with jupyterhub.services.auth: who asks, by token and by browser."""

import json
import os
from urllib.parse import urlparse

from jupyterhub.services.auth import HubAuth, HubAuthenticated, HubOAuthCallbackHandler, HubOAuthenticated
from tornado import ioloop, web


# Of its own: the one that handlers share by default is that of whichever is asked first.
tokens = HubAuth()


class ByToken(HubAuthenticated, web.RequestHandler):
    def initialize(self):
        self.hub_auth = tokens

    @web.authenticated
    def get(self):
        self.write(json.dumps(self.get_current_user()))


class ByBrowser(HubOAuthenticated, web.RequestHandler):
    @web.authenticated
    def get(self):
        self.write("<h1>Hello %s</h1>" % self.get_current_user()["name"])


prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
url = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
app = web.Application(
    [
        (prefix + "token", ByToken),
        (prefix + "oauth_callback", HubOAuthCallbackHandler),
        (prefix, ByBrowser),
    ],
    cookie_secret=os.urandom(32),
)
app.listen(url.port, url.hostname)
print("listening on", url.netloc, flush=True)
ioloop.IOLoop.current().start()
