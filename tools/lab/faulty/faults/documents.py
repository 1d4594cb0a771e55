"""Faults of the JSON in an answer: of any document, of orders, of authorizations and their challenges."""
import json

from ..answer import PROBLEM
from ..fault import Fault, fault


@fault("json", on="order+authz+new-order+finalize+challenge", how="empty")
class _(Fault):
    """Another body, the status kept.  how: empty array null text wrong-types deep nul bom
    invalid-utf8 duplicate huge-number extra trailing."""

    def answer(self, proxy, ex, a):
        good = a.body
        doc = a.json()
        doc = doc if isinstance(doc, dict) else {}
        a.body = {
            "empty": lambda: b"", "array": lambda: b"[]", "null": lambda: b"null",
            "text": lambda: b"hello, world", "deep": lambda: b"[" * 200000,
            "nul": lambda: good.replace(b'"', b'"\\u0000', 1), "bom": lambda: b"\xef\xbb\xbf" + good,
            "invalid-utf8": lambda: good.replace(b'"', b'"\xff\xfe', 1),
            "duplicate": lambda: b'{"status":"valid","status":"pending",' + good.lstrip()[1:],
            "huge-number": lambda: b'{"status":1' + b"0" * 5000 + b"}",
            "extra": lambda: json.dumps({"x-unknown": [{"deep": [[[[]]]]}], **doc}).encode(),
            "trailing": lambda: good + b"}]garbage",
            "wrong-types": lambda: json.dumps({k: (7 if isinstance(v, str) else "x") for k, v in doc.items()}).encode(),
        }[self.how]()


@fault("field", on="order", member="status", value="", drop=0)
class _(Fault):
    """Set a member of the JSON answer (the value as JSON, or else as text), or drop it."""

    def answer(self, proxy, ex, a):
        doc = a.json()
        if not isinstance(doc, dict):
            return
        if self.drop:
            doc.pop(self.member, None)
        else:
            try:
                doc[self.member] = json.loads(self.value)
            except ValueError:
                doc[self.member] = self.value
        a.put_json(doc)


@fault("order", on="order+finalize", status="invalid", type="rejectedIdentifier", retry_after="")
class _(Fault):
    """The order shows this status whatever the CA thinks (invalid carries an error;
    processing never ends)."""

    def answer(self, proxy, ex, a):
        doc = a.json()
        if a.status == 200 and isinstance(doc, dict) and "authorizations" in doc:
            doc["status"] = self.status
            doc.pop("certificate", None)
            if self.status == "invalid":
                doc["error"] = {"type": PROBLEM + self.type, "detail": "injected by faulty-ca", "status": 403}
            if self.retry_after:
                a.set("Retry-After", self.retry_after)
            a.put_json(doc)


@fault("authz", on="authz+challenge", status="pending", type="connection")
class _(Fault):
    """Authorization and challenges show this status (pending: for ever; invalid: with an error;
    expired deactivated revoked)."""

    def answer(self, proxy, ex, a):
        doc = a.json()
        if a.status != 200 or not isinstance(doc, dict):
            return
        error = {"type": PROBLEM + self.type, "detail": "injected by faulty-ca: no connection", "status": 400}
        chal = self.status if self.status in ("pending", "processing", "invalid", "valid") else "invalid"
        for item in doc.get("challenges", [doc] if "token" in doc else []):
            item["status"] = chal
            item.pop("validated", None)
            if chal == "invalid":
                item["error"] = error
        if "challenges" in doc:
            doc["status"] = self.status
        a.put_json(doc)


@fault("challenges", on="authz", how="no-http-01", token="../../../../etc/passwd")
class _(Fault):
    """Change what is offered.  how: no-http-01; none; unknown (first one of a type nobody
    knows, without a token: legal); malformed (first ones that are no challenges); token (every
    token replaced by `token`); no-token; duplicate."""

    def answer(self, proxy, ex, a):
        doc = a.json()
        if not isinstance(doc, dict) or "challenges" not in doc:
            return
        old = doc["challenges"]
        if self.how == "no-http-01":
            old = [c for c in old if c.get("type") != "http-01"]
        elif self.how == "none":
            old = []
        elif self.how == "unknown":
            old = [{"type": "quantum-42", "url": old[0]["url"], "status": "pending"}] + old
        elif self.how == "malformed":
            old = [{"type": 5}, {}, "challenge"] + old
        elif self.how == "token":
            old = [{**c, "token": self.token} for c in old]
        elif self.how == "no-token":
            old = [{k: v for k, v in c.items() if k != "token"} for c in old]
        elif self.how == "duplicate":
            old = old + old
        doc["challenges"] = old
        a.put_json(doc)
