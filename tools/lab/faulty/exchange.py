"""A request as it came, its JWS decoded."""
import base64
import json


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Exchange:
    """One request as it came."""

    def __init__(self, number, method, path, headers, body):
        self.number, self.method, self.path, self.headers, self.body = number, method, path, headers, body
        self.kind = "other"
        self.protected = self.payload = None
        try:
            jws = json.loads(body) if body else None
            if isinstance(jws, dict) and "protected" in jws:
                self.protected = json.loads(unb64(jws["protected"]))
                text = unb64(jws.get("payload", ""))
                self.payload = json.loads(text) if text else ""
        except ValueError:
            pass
