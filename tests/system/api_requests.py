"""Requests to the admin API made up at random, near the description and far from it: the same ones for the same seed."""
import json
import random
import re
from collections import namedtuple

import openapi
from admin_client import COOKIE

# odd: it is no request as HTTP knows them, or over a limit; what it gets may be a page.
Request = namedtuple("Request", "method path host fields body odd")

NUMBERS = ["0", "-0", "1", "-1", "60", "3600", "3601", "1.5", "1e3", "1E+400", "-1e-400", "2147483648", "9223372036854775807", "9223372036854775808",
           "18446744073709551616", "1" + "0" * 400, "0" * 40 + "1", "01", "+1", "1.", ".5", "0x10", "NaN", "Infinity", "- 1"]
STRINGS = ['""', '"localhost"', '"true"', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"ル\U0001f511"', '"\\x"', '"\\u12"', '"a\tb"', "'a'",
           '"../../etc/passwd"', '"%s%n%x"', '"<script>"', '"\r\nSet-Cookie: a=b"', '"' + "a" * 300 + '"', '"keyCompromise"', '"superseded"']
BYTES = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x00", b"\xfe\xff", b"\xe3\x83", b"\x80", b"\xef\xbb\xbf"]
MEMBERS = ["force", "reason", "delete", "text", "seconds", "password", "old", "new", "token", "file", "device", "inode", "", "x", "__proto__", "a" * 200]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
ODD_METHODS = ["FOO", "get", "TRACE", "CONNECT", "G\tT", "", "POST" * 20, "GET/"]
NAMES = ["localhost", "1", "2", "999999999999999999999", "-1", "none", "..", ".", "%2e%2e%2fadmin.json", "%00", "a%0d%0ab", "*", "%", "%zz", "%c3%28", "a" * 300,
         "localhost%20", "LOCALHOST", "$(id)", "%E3%83%AB"]
QUERIES = ["", "?", "?span=hour", "?span=day", "?span=", "?span=hour&span=day", "?x=%zz", "?" + "a=b&" * 300, "?=", "?span[]=hour"]
KINDS = ["application/json; charset=utf-8", "application/json;", "APPLICATION/JSON", "text/plain", "text/json", "application/problem+json", "", "multipart/form-data",
         "application/x-www-form-urlencoded", "*/*", "a" * 500]
EXTRA = [("Accept", "text/html"), ("Accept", "application/xml;q=1"), ("Accept-Encoding", "identity"), ("Accept-Encoding", "gzip;q=0"), ("Range", "bytes=0-10"),
         ("Expect", "202-accepted"), ("If-None-Match", "*"), ("If-Modified-Since", "yesterday"), ("Last-Event-ID", "-1"), ("Last-Event-ID", "9" * 40),
         ("Authorization", "Basic !!!"), ("Authorization", "Bearer"), ("X-Forwarded-For", "10.0.0.1"), ("X-HTTP-Method-Override", "DELETE"), ("Upgrade", "websocket"),
         ("Forwarded", "for=unknown"), ("Transfer-Encoding", "gzip"), ("Cookie", "a=b; " * 40), ("Cookie", '="'), ("Sec-Fetch-Site", "cross-site"), ("TE", "trailers"),
         ("Accept-Language", "ja;q=2, *;q=-1"), ("Content-Language", "\xe9"), ("X-" + "a" * 200, "b" * 2000), ("Connection", "close"), ("Content-Encoding", "gzip")]
ODD_FIELDS = {"Expect", "Transfer-Encoding", "Content-Language"}
PLAIN = re.compile(r"[\w/.~!$&'()*+,;=:@?-]*", re.A)     # of an address: what needs no escape (RFC 3986 section 3.3)


class Maker:
    def __init__(self, seed, owner):
        """owner: an Admin who is logged in, or is again when asked for his cookie."""
        self.dice = random.Random(seed)
        self.owner = owner
        self.etag = '""'
        self.operations = openapi.operations()
        self.operations += [one for one in self.operations if one[2]["operationId"] in ("saveConfig", "getHistory")] * 2

    def chance(self, percent):
        return self.dice.random() * 100 < percent

    # -- JSON

    def value(self, depth):
        kind = self.dice.randrange(8 if depth else 6)
        if kind < 2:
            return self.dice.choice(NUMBERS).encode()
        if kind < 4:
            return self.dice.choice(STRINGS).encode("utf-8", "surrogatepass")
        if kind == 4:
            return self.dice.choice([b"null", b"true", b"false", b"True", b"nul", b"undefined"])
        if kind == 5:
            return b'"' + self.dice.choice(BYTES) + b'"'
        inside = [self.value(depth - 1) for _ in range(self.dice.randrange(5))]
        if kind == 6:
            return b"[" + b",".join(inside) + b"]"
        return b"{" + b",".join(json.dumps(self.dice.choice(MEMBERS)).encode() + b":" + one for one in inside) + b"}"

    def nested(self):
        deep = self.dice.choice([2, 15, 16, 17, 100, 5000, 100000])
        head, tail = self.dice.choice([(b"[", b"]"), (b'{"text":', b"}"), (b'[{"a":', b"}]")])
        return head * deep + b"1" + tail * self.dice.choice([0, deep - 1, deep])

    def wide(self):
        many = self.dice.choice([255, 257, 20001])
        if self.chance(50):
            return b'{"text":[' + b",".join([b"1"] * many) + b"]}"
        return b"{" + b",".join(b'"%d":%d' % (i, i) for i in range(many)) + b"}"

    def of_schema(self, schema):
        """A value that the schema describes, as bytes."""
        schema = openapi.json_schema.resolve(openapi.document, schema)
        if "enum" in schema:
            return json.dumps(self.dice.choice(schema["enum"])).encode()
        kind = schema.get("type")
        if kind == "object":
            names = [n for n in schema["properties"] if n in schema.get("required", []) or self.chance(60)]
            return b"{" + b",".join(json.dumps(n).encode() + b":" + self.of_schema(schema["properties"][n]) for n in names) + b"}"
        if kind == "boolean":
            return self.dice.choice([b"true", b"false"])
        if kind == "integer":
            return str(self.dice.randint(schema.get("minimum", 0), schema.get("maximum", 1 << 40))).encode()
        return json.dumps(self.dice.choice(["", "no such password", "[server]\nhtp = 1\n", "x" * 600, "\U0001f511"])).encode()

    def body(self, operation):
        """(bytes, whether it is over what HTTP takes here)."""
        wanted = operation.get("requestBody")
        dice = self.dice.random()
        near = self.of_schema(wanted["content"]["application/json"]["schema"]) if wanted else b"{}"
        if dice < 0.30:
            return near, False
        if dice < 0.45:     # with a member more, often one that is there already
            more = json.dumps(self.dice.choice(MEMBERS)).encode() + b":" + self.value(2)
            return near[:-1] + (b"," if len(near) > 2 else b"") + more + b"}", False
        if dice < 0.55:
            cut = self.dice.randrange(len(near) + 1)
            return near[:cut] + self.dice.choice([b"", *BYTES]) + near[cut + self.dice.randrange(3):], False
        if dice < 0.80:
            return self.value(5), False
        if dice < 0.88:
            return self.nested(), False
        if dice < 0.92:
            return self.wide(), False
        if dice < 0.98:
            return self.dice.choice([b"", b" ", b"\n" * 100, b"\x00" * 10, b"\xef\xbb\xbf{}", self.dice.randbytes(200), near + near]), False
        size = self.dice.choice([9000, 300000, 1100000, 3 << 20])
        return b'{"text":"' + b"= a\\n" * (size // 5) + b'"}', True

    # -- what it is asked with

    def path(self, template):
        parts = [self.dice.choice(NAMES) if part.startswith("{") else part for part in template.split("/")]
        path = "/".join(parts) + (self.dice.choice(QUERIES) if self.chance(15) else "")
        if self.chance(85):
            return path, False
        at = self.dice.randrange(1, len(path))
        return path[:at] + self.dice.choice(["/", "//", "%2f", "%00", "..", "/../", "x", "%", ";", "?", "A", "\\", "~", "%20"]) + path[at + self.dice.randrange(2):], True

    def fields(self, operation):
        fields = []
        dice = self.dice.random()
        if dice < 0.75:
            fields.append(("Cookie", f"{COOKIE}={self.owner.cookie}"))
        elif dice < 0.85:
            fields.append(("Cookie", self.dice.choice([f"{COOKIE}={'A' * 22}", f"{COOKIE}=", COOKIE, f"{COOKIE}={'A' * 3000}", f"lang=ja; {COOKIE}=x"])))
        if self.chance(85):
            fields.append(("Origin", f"https://{self.owner.host}"))
        elif self.chance(50):
            fields.append(("Origin", self.dice.choice(["null", "https://evil.example", "", "*", f"http://{self.owner.host}"])))
        if self.chance(85):
            fields.append(("Content-Type", "application/json"))
        elif self.chance(70):
            fields.append(("Content-Type", self.dice.choice(KINDS)))
        if self.chance(80 if "parameters" in operation else 10):
            fields.append(("If-Match", self.dice.choice([self.etag, self.etag, self.etag, "*", '""', "x", 'W/"x"', "a" * 500])))
        while self.chance(20):
            fields.append(self.dice.choice(EXTRA))
        self.dice.shuffle(fields)
        return fields

    def request(self):
        template, method, operation = self.dice.choice(self.operations)
        odd_method = self.chance(2)
        method = self.dice.choice(ODD_METHODS) if odd_method else self.dice.choice(METHODS) if self.chance(25) else method.upper()
        path, odd_path = self.path(template)
        fields = self.fields(operation)
        body, over = self.body(operation) if method not in ("GET", "HEAD") or self.chance(5) else (b"", False)
        if operation["operationId"] == "saveConfig":
            body = body.replace(b'""', b'"="')      # nothing at all is a good configuration
        plain = PLAIN.fullmatch(path) and not any(name in ODD_FIELDS for name, _ in fields)
        host = self.owner.host if self.chance(95) else self.dice.choice(["evil.example", "127.0.0.1", "[::1]", "localhost", "a" * 300, "", "a b", "127.0.0.1:99999"])
        return Request(method, path, host, fields, body, odd_method or odd_path or over or not plain or host != self.owner.host)
