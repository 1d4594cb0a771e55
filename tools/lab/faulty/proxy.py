"""The proxy: tells the CA's resources apart, passes each request on, lets the faults in force act, and notes all of it."""
import http.client
import json
import ssl
import sys
import threading
import time
import urllib.parse
from pathlib import Path

from .answer import PROBLEM, Answer
from .exchange import unb64
from .fault import Fault
from .forge import Forge
from .own_tls import make_context


class Proxy:
    DIRECTORY = {"newNonce": "nonce", "newAccount": "new-account", "newOrder": "new-order",
                 "revokeCert": "revoke", "keyChange": "key-change"}

    def __init__(self, opts):
        self.opts = opts
        self.dir = Path(opts.dir).resolve()
        self.dir.mkdir(parents=True, exist_ok=True)
        url = urllib.parse.urlsplit(opts.upstream)
        self.host, self.port, self.directory = url.hostname, url.port or 443, url.path
        self.upstream_tls = ssl.create_default_context(cafile=opts.upstream_ca)
        self.forge = Forge(self.dir, opts.management, opts.upstream_ca)
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.paths = {self.directory: "directory"}
        self.prefix = None              # of renewalInfo
        self.nonce_path = None
        self.csr = None
        self.faults = []
        self.log = []
        self.contexts = {}
        self.count = 0
        self.started = time.time()
        self.logfile = open(self.dir / "requests.jsonl", "a", buffering=1)

    # -- TLS of our own side

    def context(self, how="good"):
        with self.lock:
            if how not in self.contexts:
                self.contexts[how] = make_context(self.dir, self.opts, how)
            return self.contexts[how]

    # -- the CA's side

    def ask(self, method, path, headers, body):
        link = http.client.HTTPSConnection(self.host, self.port, context=self.upstream_tls, timeout=60)
        try:
            link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for key, value in headers:
                if key.lower() not in ("connection", "transfer-encoding", "content-length", "expect"):
                    link.putheader(key, value)
            if body or method == "POST":
                link.putheader("Content-Length", str(len(body)))
            link.endheaders(body if body else None)
            reply = link.getresponse()
            data = reply.read()
            skip = ("connection", "transfer-encoding", "content-length", "keep-alive")
            return Answer(reply.status, [(k, v) for k, v in reply.getheaders() if k.lower() not in skip], data,
                          reply.reason)
        finally:
            link.close()

    def fresh_nonce(self, ex):
        if not self.nonce_path:
            self.learn_directory(self.ask("GET", self.directory, [("Host", "localhost"), ("User-Agent", "faulty-ca")], b""))
        host = ex.headers.get("Host", "localhost")
        a = self.ask("HEAD", self.nonce_path, [("Host", host), ("User-Agent", "faulty-ca")], b"")
        return a.get("Replay-Nonce") or ""

    # -- which request is which: learnt from the CA's own answers, so any CA will do

    def path_of(self, url):
        return urllib.parse.urlsplit(url).path if isinstance(url, str) else None

    def learn_directory(self, a):
        doc = a.json() or {}
        for key, kind in self.DIRECTORY.items():
            if key in doc:
                self.paths[self.path_of(doc[key])] = kind
        self.nonce_path = self.path_of(doc.get("newNonce")) or self.nonce_path
        if doc.get("renewalInfo"):
            self.prefix = self.path_of(doc["renewalInfo"]).rstrip("/") + "/"

    def learn(self, ex, a):
        note = self.paths.__setitem__
        if ex.kind == "directory":
            self.learn_directory(a)
        where = self.path_of(a.get("Location")) if a.get("Location") else None
        if where and ex.kind in ("new-account", "new-order"):
            note(where, "account" if ex.kind == "new-account" else "order")
        doc = a.json() if ex.kind in ("new-order", "order", "finalize", "authz", "challenge") else None
        if isinstance(doc, dict):
            for url in doc.get("authorizations") or []:
                note(self.path_of(url), "authz")
            for key, kind in (("finalize", "finalize"), ("certificate", "cert")):
                if doc.get(key):
                    note(self.path_of(doc[key]), kind)
            for chal in doc.get("challenges") or []:
                if chal.get("url"):
                    note(self.path_of(chal["url"]), "challenge")
        if ex.kind == "finalize" and isinstance(ex.payload, dict) and "csr" in ex.payload:
            self.csr = unb64(ex.payload["csr"])

    def note(self, entry):
        with self.lock:
            self.log.append(entry)
            del self.log[:-5000]
        self.logfile.write(json.dumps(entry) + "\n")

    def kind(self, path):
        path = urllib.parse.urlsplit(path).path
        if self.prefix and path.startswith(self.prefix):
            return "ari"
        return self.paths.get(path, "other")

    # -- one exchange

    def handle(self, ex, info):
        ex.kind = self.kind(ex.path)
        started = time.time()
        active = [f for f in self.faults if type(f).connect is Fault.connect and f.applies(ex.kind)]
        a = None
        for f in active:
            a = f.request(self, ex) or a
        entry = {
            "n": ex.number, "t": round(started - self.started, 4), "kind": ex.kind, "method": ex.method, "path": ex.path,
            "faults": [f.name for f in active], "user_agent": ex.headers.get("User-Agent"),
            "content_type": ex.headers.get("Content-Type"), "protected": ex.protected, "payload": ex.payload, **info,
        }
        if a is None:
            try:
                a = self.ask(ex.method, ex.path, ex.headers.items(), ex.body)
            except OSError as error:
                a = Answer(502, [("Content-Type", "text/plain")], f"upstream: {error}\n".encode())
            self.learn(ex, a)
            entry["ca_status"] = a.status
            entry["ca_seconds"] = round(time.time() - started, 4)
            try:
                for f in active:
                    f.answer(self, ex, a)
            except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
                # the proxy's own failing must not look like an injected fault
                entry["proxy_error"] = repr(error)
                print("faulty-ca:", repr(error), file=sys.stderr, flush=True)
                a = Answer(599, [("Content-Type", "text/plain")], f"faulty-ca failed: {error!r}\n".encode())
        problem = a.json() if b"urn:ietf:params:acme:error" in a.body[:2000] else None
        entry.update(status=a.status, seconds=round(time.time() - started, 4),
                     error=problem.get("type", "")[len(PROBLEM):] if isinstance(problem, dict) else None)
        self.note(entry)
        return a
