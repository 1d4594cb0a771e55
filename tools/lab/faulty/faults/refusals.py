"""Faults that answer in the place of the CA, which is not asked."""
import time
from email.utils import formatdate

from ..answer import PROBLEM, Answer
from ..fault import Fault, fault


@fault("problem", on="new-order", type="serverInternal", status=500, detail="injected by faulty-ca",
       retry_after="", nonce=1)
class _(Fault):
    """The CA is not asked; an ACME problem document comes back (retry_after: seconds,
    +N for an HTTP date in N seconds, or any text as it stands)."""

    def request(self, proxy, ex):
        kind = self.type if ":" in self.type else PROBLEM + self.type
        a = Answer(self.status, [("Content-Type", "application/problem+json")])
        a.put_json({"type": kind, "detail": self.detail, "status": self.status})
        if self.nonce:
            a.set("Replay-Nonce", proxy.fresh_nonce(ex))
        if self.retry_after:
            value = self.retry_after
            if value.startswith("+"):
                value = formatdate(time.time() + float(value[1:]), usegmt=True)
            a.set("Retry-After", value)
        return a


@fault("bad-nonce", on="new-account+account+new-order+order+finalize+authz+challenge+cert+revoke+key-change",
       nonce=1)
class _(Fault):
    """400 badNonce; with a good new nonce in the answer unless nonce=0."""

    def request(self, proxy, ex):
        a = Answer(400, [("Content-Type", "application/problem+json")])
        a.put_json({"type": PROBLEM + "badNonce", "detail": "injected by faulty-ca", "status": 400})
        if self.nonce:
            a.set("Replay-Nonce", proxy.fresh_nonce(ex))
        return a


@fault("http-error", status=503, body="<html><body>bad gateway</body></html>", type="text/html", retry_after="")
class _(Fault):
    """The CA is not asked; a plain HTTP error with an HTML body, as a load balancer sends."""

    def request(self, proxy, ex):
        a = Answer(self.status, [("Content-Type", self.type)], self.body.encode())
        if self.retry_after:
            a.set("Retry-After", self.retry_after)
        return a


@fault("portal", status=200)
class _(Fault):
    """A captive portal: 200 and an HTML page in place of every answer."""

    def request(self, proxy, ex):
        return Answer(self.status, [("Content-Type", "text/html")], b"<!doctype html><title>Log in to WiFi</title>")
