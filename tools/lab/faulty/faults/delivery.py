"""Faults of the way on which an answer comes: its pace, its length, its framing."""
import time

from ..answer import Answer
from ..fault import Fault, fault


@fault("delay", seconds=2.0, before=1)
class _(Fault):
    """Wait; before=0 waits between the CA's answer and ours."""

    def request(self, proxy, ex):
        if self.before:
            time.sleep(self.seconds)

    def answer(self, proxy, ex, a):
        if not self.before:
            time.sleep(self.seconds)


@fault("stall", seconds=3600.0)
class _(Fault):
    """Take the request and never answer."""

    def request(self, proxy, ex):
        proxy.stopping.wait(self.seconds)
        a = Answer(504)
        a.raw, a.reset = b"", True
        return a


@fault("drip", bytes=1, ms=50.0)
class _(Fault):
    """Send the answer a few bytes at a time (a slow-loris of a CA)."""

    def answer(self, proxy, ex, a):
        a.drip = (self.bytes, self.ms / 1000)


@fault("reset", when="headers", at=20)
class _(Fault):
    """TCP reset.  when=before: the CA is never asked; headers: it was, the answer is lost;
    body: after `at` bytes of the body."""

    def request(self, proxy, ex):
        if self.when == "before":
            a = Answer(500)
            a.raw, a.reset = b"", True
            return a

    def answer(self, proxy, ex, a):
        a.reset = True
        if self.when == "headers":
            a.raw = b""
        else:
            a.cut = self.at


@fault("truncate", on="order+authz+new-order+cert+directory", at=40, how="length")
class _(Fault):
    """Cut the body after `at` bytes.  how=length: Content-Length honest, the JSON is not whole;
    close: Content-Length of the whole, then end of connection; chunked: no last chunk;
    eof: no length at all, the end of the connection ends the body."""

    def answer(self, proxy, ex, a):
        if self.how == "length":
            a.body = a.body[:self.at]
        elif self.how == "close":
            a.cut, a.close = self.at, True
        elif self.how == "chunked":
            a.framing, a.cut, a.close = "chunked", self.at, True
        else:
            a.framing, a.body = "close", a.body[:self.at]


@fault("oversize", on="order", mb=64.0, where="body")
class _(Fault):
    """An endless answer.  where=body: that many MB of JSON string; header: one header line;
    headers: many header lines; length: only the claim of such a Content-Length."""

    def answer(self, proxy, ex, a):
        size = int(self.mb * 1e6)
        if self.where == "body":
            a.body = b'{"status":"' + b"x" * size + b'"}'
        elif self.where == "header":
            a.set("X-Filler", "x" * size)
        elif self.where == "headers":
            a.headers += [(f"X-Filler-{i}", "y" * 100) for i in range(size // 120)]
        else:
            a.claim, a.close = size, True


@fault("framing", how="chunked")
class _(Fault):
    """Legal but rarer framings: chunked, close (HTTP/1.1 without a length), http10; and illegal
    ones: bad-chunk, both (length and chunked), two-lengths, no-reason, bad-status, early-hints."""

    def answer(self, proxy, ex, a):
        if self.how in ("chunked", "close"):
            a.framing = self.how
        elif self.how == "http10":
            a.version, a.framing = "HTTP/1.0", "close"
        elif self.how == "bad-chunk":
            a.raw = a.head().replace(b"Content-Length", b"X-Length").replace(
                b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n", 1) + b"zz\r\n" + a.body + b"\r\n0\r\n\r\n"
        elif self.how == "both":
            a.headers.append(("Transfer-Encoding", "chunked"))
        elif self.how == "two-lengths":
            a.headers.append(("Content-Length", "5"))
        elif self.how == "no-reason":
            a.reason = ""
        elif self.how == "bad-status":
            a.raw = b"HTTP/1.1 twohundred OK\r\n\r\n"
        elif self.how == "early-hints":
            a.raw = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + a.head() + a.body
        else:
            raise ValueError(self.how)
