"""An HTTP answer on its way to the client: what it says, and how its delivery may go wrong."""
import http.client
import json

PROBLEM = "urn:ietf:params:acme:error:"


class Answer:
    """An HTTP answer, with the ways in which its delivery may go wrong."""

    def __init__(self, status, headers=(), body=b"", reason=None):
        self.status = status
        self.reason = reason or http.client.responses.get(status, "Unknown")
        self.headers = [(k, v) for k, v in headers]
        self.body = body
        self.framing = "length"     # or chunked, close, none
        self.version = "HTTP/1.1"
        self.claim = None           # a Content-Length that is not the body's
        self.cut = None             # send this many bytes of the body, then end
        self.reset = False          # end with RST
        self.drip = None            # (bytes, seconds)
        self.raw = None             # bytes that replace all of it
        self.close = False

    def get(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def drop(self, name):
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()]

    def set(self, name, value):
        self.drop(name)
        self.headers.append((name, value))

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def put_json(self, value):
        self.body = json.dumps(value).encode()

    def head(self):
        lines = [f"{self.version} {self.status} {self.reason}"]
        lines += [f"{k}: {v}" for k, v in self.headers]
        if self.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif self.framing == "length" and self.status not in (204, 304):
            lines.append(f"Content-Length: {len(self.body) if self.claim is None else self.claim}")
        if self.close or self.framing == "close":
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
