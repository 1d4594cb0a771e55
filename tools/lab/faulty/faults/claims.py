"""Faults of what the CA claims beside certificates: when to renew, what time it is, where to go next."""
import time
from email.utils import formatdate

from ..answer import Answer
from ..fault import Fault, fault


@fault("ari", on="ari", how="now")
class _(Fault):
    """renewalInfo.  how: now (a window of which seconds are left) past future inverted garbage no-window
    equal far not-found error."""

    def request(self, proxy, ex):
        def stamp(days):
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400))
        span = {"now": (-1, 0.0001), "past": (-10, -9), "future": (30, 31), "inverted": (5, -5), "equal": (1, 1),
                "far": (36500, 36501)}
        if self.how == "not-found":
            return Answer(404, [("Content-Type", "application/problem+json")], b'{"type":"about:blank"}')
        if self.how == "error":
            return Answer(500, [("Content-Type", "application/problem+json")], b"{}")
        a = Answer(200, [("Content-Type", "application/json"), ("Retry-After", "2")])
        if self.how == "garbage":
            a.body = b'{"suggestedWindow":{"start":"tomorrow","end":42}}'
        elif self.how == "no-window":
            a.body = b"{}"
        else:
            start, end = map(stamp, span[self.how])
            a.put_json({"suggestedWindow": {"start": start, "end": end}})
        return a


@fault("date", skew=0.0, drop=0)
class _(Fault):
    """The Date header is `skew` seconds off, as if one clock were wrong."""

    def answer(self, proxy, ex, a):
        a.drop("Date")
        if not self.drop:
            a.set("Date", formatdate(time.time() + self.skew, usegmt=True))


@fault("foreign-url", field="finalize", on="new-order+order", to="https://127.0.0.1:9/")
class _(Fault):
    """A URL in the answer (finalize, authorizations, certificate, newOrder... or Location)
    points elsewhere."""

    def answer(self, proxy, ex, a):
        if self.field.lower() == "location":
            a.set("Location", self.to)
            return
        doc = a.json()
        if isinstance(doc, dict) and self.field in doc:
            doc[self.field] = [self.to] if isinstance(doc[self.field], list) else self.to
            a.put_json(doc)
