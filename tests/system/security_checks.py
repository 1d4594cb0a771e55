"""Checks of the admin page by the items of OWASP ASVS 5.0: the table's row, the server that they look at, and the count."""
import collections
import itertools
import json
import re
import secrets

import http_client
import postern

from admin_client import COOKIE, HASH, PASSWORD, Admin

Check = collections.namedtuple("Check", "item what function")

CHAPTERS = {"1": "encoding", "2": "validation", "3": "web frontend", "4": "API and HTTP", "5": "files", "6": "authentication",
            "7": "sessions", "8": "authorization", "11": "cryptography", "12": "TLS", "13": "configuration",
            "14": "data protection", "16": "logging and errors"}
METRICS_TOKEN = "kR3mzuq8Wv1yTnD5bXoJ"
NAME = "localhost"      # of the one certificate

# What changes something, or costs something: (method, path).  Beside these, the forms: /login, /logout, /setup.
CHANGES = [
    ("POST", "/api/v1/setup"), ("POST", "/api/v1/session"), ("DELETE", "/api/v1/session"), ("POST", "/api/v1/session/confirm"),
    ("POST", "/api/v1/password"), ("PUT", "/api/v1/config"), ("POST", "/api/v1/config/check"), ("POST", "/api/v1/config/previous"),
    ("POST", "/api/v1/preflight"), ("POST", "/api/v1/renew"), ("POST", "/api/v1/dry-run"), ("POST", "/api/v1/reload"),
    ("POST", "/api/v1/stop"), ("POST", "/api/v1/probes"), ("POST", "/api/v1/probes/abc/end"),
    ("POST", "/api/v1/first-site"), ("POST", "/api/v1/first-site/check"),
    *[("POST", f"/api/v1/certificates/{NAME}/{what}") for what in ("renew", "dry-run", "revoke", "delete")],
    ("PUT", f"/api/v1/certificates/{NAME}/upload"),
]
DESCRIPTION = "/api/v1/openapi.json"     # behind the login, and a file of the page nevertheless
READS = ["/api/v1/status", "/api/v1/history", "/api/v1/jobs/abc", "/api/v1/probes/abc", "/api/v1/session", "/api/v1/config",
         "/api/v1/log", "/api/v1/requests", "/api/v1/support-bundle", DESCRIPTION, "/api/v1/audit", "/api/v1/findings",
         "/api/v1/first-site",
         "/api/v1/events", f"/api/v1/certificates/{NAME}/chain.pem"]
STATIC = ["/style.css", "/app.js", "/icon.svg", "/words/en.json"]
FORM = "application/x-www-form-urlencoded"


class Red(AssertionError):
    """Checks that do not hold, at a server that runs."""


class Prober(Admin):
    """Asks for what no page would, and the description of the API says nothing of."""
    described = False


class World:
    """A server to look at; what it takes to ask it."""

    def __init__(self, program=None, password=True, limits=(300, 1800, 43200), **admin):
        """password: False has the server wait for its set-up.  limits: of its sessions, in seconds."""
        more = {"password_hash": HASH} if password else {}
        self.server = postern.Postern(admin={**more, "metrics_token": METRICS_TOKEN, **admin}, program=program)
        self.server.start()
        self.program = program
        self.sources = (f"127.0.0.{last}" for last in itertools.count(2))
        self.confirmed_s, self.idle_s, self.life_s = limits     # of a session: typed, unused, at all
        self._owner = None
        self._answers = None

    @property
    def owner(self):
        """Who is logged in.  A check that ends this session takes log_in() instead."""
        if self._owner is None or self._owner.get("/api/v1/session").status != 200:
            self._owner = self.log_in()
        return self._owner

    def another(self, **more):
        """One more server of the same program, which the check stops itself."""
        return World(program=self.program, **more)

    def log_in(self):
        return Prober(self.server)

    def stranger(self):
        """Somebody without a session, at an address that nobody has come from."""
        return Prober(self.server, None, source=next(self.sources))

    def nobody(self):
        """Without a session, at the owner's address."""
        return Prober(self.server, None)

    def raw(self, data, seconds=5.0):
        """What the server sends for these bytes until it ends the connection."""
        with http_client.Conn(self.server.admin_port, "", timeout=seconds) as c:
            c.send(data)
            return c.everything(seconds)

    def request(self, path="/login", method="GET", fields=(), body=b"", host=None):
        """The bytes of a request that is right but for what is given."""
        return http_client.request_bytes(path, host or self.nobody().host, method, fields, body)

    def answers(self):
        """{what: reply}, of every kind that there is."""
        if self._answers is None:
            owner, nobody = self.owner, self.nobody()
            ask = {f"GET {path}": owner.get(path) for path in ["/", "/login", "/metrics", *STATIC, *READS] if path != "/api/v1/events"}
            ask["events"] = self.events_head()
            ask["redirect"] = nobody.get("/")
            ask["login redirect"] = self.log_in_by_form()
            ask["401"] = nobody.get("/api/v1/status")
            ask["401 of a password"] = self.stranger().log_in("wrong")
            ask["401 of a form"] = self.stranger().post("/login", b"password=wrong", kind=FORM)
            ask["403"] = owner.post("/api/v1/renew", {}, origin="https://evil.example")
            ask["404"] = owner.get("/api/v1/nothing")
            ask["404 of the page"] = owner.get("/nothing.html")
            ask["405"] = owner.post("/api/v1/status", {})
            ask["409"] = owner.post("/api/v1/setup", {"token": "x", "password": "yyyyyyyy"})
            ask["415"] = owner.post("/api/v1/renew", b"x", kind="text/plain")
            ask["421"] = nobody.get("/", host="evil.example")
            ask["422"] = owner.post("/api/v1/password", {"old": "x", "new": "short"})
            ask["428"] = owner.put("/api/v1/config", {"text": "x"})
            self._answers = ask
        return self._answers

    def log_in_by_form(self):
        return self.nobody().post("/login", b"password=" + PASSWORD.replace(" ", "+").encode(), kind=FORM)

    def events_head(self):
        with http_client.Conn(self.server.admin_port, "") as c:
            c.send(http_client.request_bytes("/api/v1/events", self.owner.host, fields=[("Cookie", f"{COOKIE}={self.owner.cookie}")]))
            return c.response("HEAD")   # the body has no end


def is_problem(reply, *status):
    """Asserts a problem document (RFC 9457) of one of these kinds; its detail."""
    assert reply.status in status, f"{reply.status}, not {status}: {reply}"
    assert reply.field("Content-Type") == "application/problem+json", reply
    document = json.loads(reply.body)
    assert document["status"] == reply.status and document["title"] and document["detail"], document
    return document["detail"]


def heads(data):
    """The status of each response in these bytes."""
    return [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d{3})", data, re.M)]


def cookie_attributes(reply):
    """(name, value, {attribute: value}) of the one cookie that is set, names of attributes in lower case."""
    pair, *rest = reply.field("Set-Cookie").split("; ")
    name, _, value = pair.partition("=")
    return name, value, {key.lower(): given for key, _, given in (one.partition("=") for one in rest)}


def anything():
    """A text that nobody has seen before."""
    return secrets.token_urlsafe(12)


def play(checks, **world):
    """Plays them all at one server.  Returns the count by chapter; raises with each one that does not hold."""
    here = World(**world)
    held, failed = collections.Counter(), []
    for check in checks:
        try:
            check.function(here)
            held[check.item.split(".")[0]] += 1
        except (AssertionError, OSError, KeyError, ValueError, TypeError, AttributeError) as fault:
            failed.append(f"ASVS {check.item}, {check.what} ({check.function.__name__}): {type(fault).__name__}: {fault}")
    if failed:
        raise Red(f"{len(failed)} of {len(checks)} checks do not hold:\n" + "\n".join(failed))
    chapters = ", ".join(f"V{chapter} {CHAPTERS[chapter]} {held[chapter]}" for chapter in sorted(held, key=int))
    return f"{len(checks)} checks held: {chapters}"
