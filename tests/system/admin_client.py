"""A browser at the admin page, as far as a server can tell: one session, the right Origin, JSON.
Every answer of the API is judged by its description."""
import json

import http_client
import openapi

PASSWORD = "a well-kept secret"
# of PASSWORD, with few rounds: `passwd --print` takes 200,000
HASH = "pbkdf2-sha256$1000$cG9zdGVybidzIHRlc3Rpbg$nkFedTk3hOkSENv_i11o6_SadxAnM075ne5MsMbr5Dg"
COOKIE = "__Host-postern"


class Admin:
    described = True    # what it asks is what the description of the API speaks of

    def __init__(self, server, password=PASSWORD, source=None, address="127.0.0.1"):
        """password: None does not log in.  source: the address to come from.  address: the one to ask at."""
        self.source = source
        self.address, self.port = address, server.admin_port
        self.host = f"[{address}]:{self.port}" if ":" in address else f"{address}:{self.port}"
        self.cookie = None
        if password is not None:
            reply = self.log_in(password)
            assert reply.status == 200, f"login: {reply}"

    def log_in(self, password):
        return self.post("/api/v1/session", {"password": password})

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more)

    def put(self, path, body, **more):
        return self.ask("PUT", path, body, **more)

    def ask(self, method, path, body=None, fields=(), origin=True, kind="application/json", host=None):
        """body: bytes as they are, else JSON.  origin: False sends none, a text that one.  Remembers a cookie that is set."""
        sent = list(fields)
        if self.cookie:
            sent.append(("Cookie", f"{COOKIE}={self.cookie}"))
        if origin and method not in ("GET", "HEAD"):
            sent.append(("Origin", f"https://{self.host}" if origin is True else origin))
        if kind and method not in ("GET", "HEAD", "DELETE"):
            sent.append(("Content-Type", kind))
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        reply = http_client.fetch(self.port, path, host or self.host, sni="", source=self.source, timeout=20.0, at=self.address,
                                   method=method, fields=sent, body=data)
        if self.described:
            openapi.judge(method, path, reply, data)
        found = reply.field("Set-Cookie") or ""
        if found.startswith(COOKIE + "="):
            self.cookie = found.split(";")[0].split("=", 1)[1] or None
        return reply

    def json(self, path):
        reply = self.get(path)
        assert reply.status == 200, f"{path}: {reply}"
        return json.loads(reply.body)
