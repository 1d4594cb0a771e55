"""Faults of an answer's headers."""
import re

from ..answer import Answer
from ..fault import Fault, fault


@fault("header-drop", header="Replay-Nonce")
class _(Fault):
    """Leave a header out (Replay-Nonce, Location, Retry-After, Content-Type, Link...)."""

    def answer(self, proxy, ex, a):
        a.drop(self.header)


@fault("header-set", header="Replay-Nonce", value="")
class _(Fault):
    """Give a header another value (nothing else is checked: malformed ones are the purpose)."""

    def answer(self, proxy, ex, a):
        a.set(self.header, self.value)


@fault("redirect", on="directory", to="self", status=302)
class _(Fault):
    """to=self: a loop; hops: an endless chain of new paths; http: the same in clear text;
    or any URL."""

    def request(self, proxy, ex):
        host = ex.headers.get("Host", "localhost")
        n = int((re.search(r"hop=(\d+)", ex.path) or [0, 0])[1])
        where = {"self": f"https://{host}{ex.path}", "http": f"http://{host}{ex.path}",
                 "hops": f"https://{host}{ex.path.split('?')[0]}?hop={n + 1}"}.get(self.to, self.to)
        return Answer(self.status, [("Location", where)])


@fault("gzip")
class _(Fault):
    """Content-Encoding: gzip although nobody asked for it."""

    def answer(self, proxy, ex, a):
        import gzip
        a.body = gzip.compress(a.body)
        a.set("Content-Encoding", "gzip")
