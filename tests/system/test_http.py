"""What goes over the wire: malformed requests, static files, 404, conditions, pipelining, redirects, several sites."""
import hashlib
import os
import time
from pathlib import Path

import http_client
import postern
from http_client import Conn, request_bytes
from postern import Postern

BIG = bytes(range(256)) * 4096      # 1 MiB: far more than any buffer


def make_root():
    """A site with one of everything that may lie in a folder."""
    root = postern.scratch("root")
    for path, text in {
        "index.html": b"<!doctype html><title>front</title>\n", "a.txt": b"alpha\n", "empty.txt": b"",
        "big.bin": BIG, "style.css": b"body{}\n", "sub/index.html": b"<p>sub\n", "sub/x.js": b"1;\n",
        "sp ace.txt": b"space\n", "noindex/file.txt": b"file\n", ".secret": b"secret\n", ".git/config": b"secret\n",
        "sub/.hidden": b"secret\n", ".well-known/security.txt": b"Contact: mailto:a@example.test\n",
        ".well-known/.hidden": b"secret\n", "unreadable.txt": b"secret\n",
        ".well-known/acme-challenge/planted": b"a file here is no answer to a challenge\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text)
    outside = root.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "passwd").write_bytes(b"secret\n")
    (root / "link_in").symlink_to("a.txt")
    (root / "link_out").symlink_to(outside / "passwd")
    (root / "link_up").symlink_to("../outside/passwd")
    (root / "dir_out").symlink_to(outside)
    (root / "link_loop").symlink_to("link_loop")
    os.mkfifo(root / "fifo")
    postern.own(root)
    (root / "unreadable.txt").chmod(0)
    return root


def server(**more):
    return Postern({"localhost": {"names": "localhost", "root": make_root(), "redirect_http": "no"}}, **more)


# -- malformed requests: one answer, then the end of the connection ---------------------------------

H = b"Host: localhost\r\n"
MALFORMED = {   # what: (bytes, the statuses that are right)
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", {400}),
    "two Hosts": (b"GET / HTTP/1.1\r\n" + H + H + b"\r\n", {400}),
    "space in Host": (b"GET / HTTP/1.1\r\nHost: local host\r\n\r\n", {400}),
    "slash in Host": (b"GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n", {400}),
    "HTTP/0.9": (b"GET /\r\n\r\n", {400, 505}),
    "two spaces": (b"GET  / HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "a tab for a space": (b"GET\t/ HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "space after version": (b"GET / HTTP/1.1 \r\n" + H + b"\r\n", {400, 505}),
    "version in lower case": (b"GET / http/1.1\r\n" + H + b"\r\n", {400, 505}),
    "version 2.0": (b"GET / HTTP/2.0\r\n" + H + b"\r\n", {505}),
    "version 9.9": (b"GET / HTTP/9.9\r\n" + H + b"\r\n", {505}),
    "version of three digits": (b"GET / HTTP/1.11\r\n" + H + b"\r\n", {400, 505}),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    "no slash": (b"GET index.html HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "control character in target": (b"GET /a\x01b HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "NUL in target": (b"GET /a\x00b HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "encoded NUL": (b"GET /a%00b HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "bad escape": (b"GET /%zz HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "cut escape": (b"GET /a%2 HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "fragment": (b"GET /a#b HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "method with a bracket": (b"G(T / HTTP/1.1\r\n" + H + b"\r\n", {400}),
    "no colon": (b"GET / HTTP/1.1\r\n" + H + b"NoColon\r\n\r\n", {400}),
    "space before colon": (b"GET / HTTP/1.1\r\n" + H + b"X-A : b\r\n\r\n", {400}),
    "empty field name": (b"GET / HTTP/1.1\r\n" + H + b": b\r\n\r\n", {400}),
    "folded field": (b"GET / HTTP/1.1\r\n" + H + b"X-A: b\r\n c\r\n\r\n", {400}),
    "space before first field": (b"GET / HTTP/1.1\r\n X-A: b\r\n" + H + b"\r\n", {400}),
    "NUL in field": (b"GET / HTTP/1.1\r\n" + H + b"X-A: b\x00c\r\n\r\n", {400}),
    "bare CR in field": (b"GET / HTTP/1.1\r\n" + H + b"X-A: b\rc\r\n\r\n", {400}),
    "bare LF": (b"GET / HTTP/1.1\nHost: localhost\n\n", {400}),
    "lengths that differ": (b"GET / HTTP/1.1\r\n" + H + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", {400}),
    "length with a sign": (b"GET / HTTP/1.1\r\n" + H + b"Content-Length: +1\r\n\r\na", {400}),
    "length below zero": (b"GET / HTTP/1.1\r\n" + H + b"Content-Length: -1\r\n\r\n", {400}),
    "length in hex": (b"GET / HTTP/1.1\r\n" + H + b"Content-Length: 0x1\r\n\r\na", {400}),
    "length of 20 digits": (b"GET / HTTP/1.1\r\n" + H + b"Content-Length: 99999999999999999999\r\n\r\n", {400, 413}),
    "empty length": (b"GET / HTTP/1.1\r\n" + H + b"Content-Length:\r\n\r\n", {400}),
    "length and chunked": (
        b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "unknown coding": (b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", {400, 501}),
    "chunked not last": (b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked, gzip\r\n\r\n", {400, 501}),
    "chunked twice": (b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    "chunked in HTTP/1.0": (b"POST / HTTP/1.0\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "chunk size of letters": (b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", {400, 405}),
    "huge chunk size": (
        b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", {400, 405, 413}),
    "long request line": (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + H + b"\r\n", {414}),
    "long field": (b"GET / HTTP/1.1\r\n" + H + b"X-A: " + b"a" * 40000 + b"\r\n\r\n", {431}),
    "many fields": (b"GET / HTTP/1.1\r\n" + H + b"".join(b"X-%d: a\r\n" % i for i in range(500)) + b"\r\n", {431}),
    "a ClientHello in the clear": (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(160) + b"\r\n\r\n", {400}),
}
NEXT = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"     # must not be answered any more


def one_answer(port, sni, what, data, right):
    with Conn(port, sni) as c:
        c.send(data + NEXT)
        got = c.everything()
    assert got.startswith(b"HTTP/1.1 "), f"{what}: {got[:100]!r}"
    assert int(got[9:12]) in right, f"{what}: {got[:60]!r}, expected {right}"
    assert got.count(b"HTTP/1.1 ") == 1 and b"alpha" not in got, f"{what}: more than one answer: {got!r}"
    head = got.split(b"\r\n\r\n")[0].lower()
    assert b"connection: close" in head, f"{what}: does not say that it closes: {got!r}"


def test_malformed_requests():
    with server() as s:
        for port, sni in ((s.http_port, None), (s.https_port, "localhost")):
            for what, (data, right) in MALFORMED.items():
                one_answer(port, sni, what, data, right)
        with Conn(s.https_port) as c:       # plain HTTP on the TLS port: it ends, with or without a word
            c.send(NEXT)
            assert b"alpha" not in c.everything()
        assert s.alive() and s.get("/a.txt").body == b"alpha\n"
    return f"{len(MALFORMED)} malformed requests, each over HTTP and HTTPS"


# -- files -------------------------------------------------------------------------------------------

SERVED = {      # path: (body, beginning of Content-Type)
    "/": (b"<!doctype html><title>front</title>\n", "text/html"),
    "/index.html": (b"<!doctype html><title>front</title>\n", "text/html"),
    "/a.txt": (b"alpha\n", "text/plain"), "/a.txt?x=1&y": (b"alpha\n", "text/plain"),
    "/%61.txt": (b"alpha\n", "text/plain"), "/./a.txt": (b"alpha\n", "text/plain"),
    "/sub/../a.txt": (b"alpha\n", "text/plain"), "/sp%20ace.txt": (b"space\n", "text/plain"),
    "/empty.txt": (b"", "text/plain"), "/style.css": (b"body{}\n", "text/css"), "/sub/": (b"<p>sub\n", "text/html"),
    "/sub/x.js": (b"1;\n", "text/javascript"), "/big.bin": (BIG, "application/octet-stream"),
    "/link_in": (b"alpha\n", ""), "/.well-known/security.txt": (b"Contact: mailto:a@example.test\n", "text/plain"),
    "http://localhost/a.txt": (b"alpha\n", "text/plain"),
}
NOT_FOUND = [   # one and the same answer, whatever the reason
    "/nothing", "/a.txt/", "/a.txt/x", "/A.TXT", "/noindex/", "/.secret", "/.git", "/.git/", "/.git/config", "/sub/.hidden",
    "/%2esecret", "/.well-known/.hidden", "/.well-known/", "/link_out", "/link_up", "/dir_out/passwd", "/dir_out/",
    "/link_loop", "/fifo", "/unreadable.txt", "/../outside/passwd", "/../../../../../../etc/passwd",
    "/..%2foutside%2fpasswd", "/%2e%2e/outside/passwd", "/%2e%2e%2foutside/passwd", "/sub/%2e%2e/%2e%2e/outside/passwd",
    "/..%5coutside%5cpasswd", "/%252e%252e/outside/passwd", "//etc/passwd", "/sub//../..//outside/passwd", "/etc/passwd",
    "/.well-known/acme-challenge", "/.well-known/acme-challenge/", "/.well-known/acme-challenge/planted",
    "/.well-known/acme-challenge/unknown-token_42", "/.well-known/acme-challenge/../../a.txt",
    "/.well-known/acme-challenge/%2e%2e/security.txt", "/.well-known/acme-challenge/a/b", "/" + "long" * 500,
]


def undated(response):
    return [f for f in response.fields if f[0].lower() != "date"], response.status, response.body


def test_static_files():
    with server() as s:
        for get in (s.get, s.get_plain):
            for path, (body, kind) in SERVED.items():
                r = get(path)
                assert r.status == 200 and r.body == body, f"{path}: {r}"
                assert (r.field("Content-Type") or "").startswith(kind), f"{path}: {r.fields}"
                assert r.field("Date") and r.field("ETag") and r.field("Last-Modified"), f"{path}: {r.fields}"
                assert r.field("X-Content-Type-Options") in (None, "nosniff")
        r = s.get("/sub")
        assert r.status in (301, 308) and r.field("Location").endswith("/sub/"), r
        r = s.get("//sub")      # must not become a redirect to another host
        assert not (r.field("Location") or "").startswith("//"), r
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            r = s.get("/a.txt", method=method, body=b"x=1")
            assert r.status == 405 and {"GET", "HEAD"} <= set((r.field("Allow") or "").replace(",", " ").split()), r
        assert s.get("/a.txt", method="TRACE").status == 405 and s.get("/a.txt", method="BREW").status == 501
    return f"{len(SERVED)} paths, over HTTP and HTTPS"


def test_one_and_the_same_404():
    with server() as s:
        for get in (s.get, s.get_plain):
            expected = undated(get("/this-is-not-there"))
            assert expected[1] == 404
            for path in NOT_FOUND:
                got = undated(get(path))
                assert got == expected, f"{path}: {got}\nand not {expected}"
            head = get("/this-is-not-there", method="HEAD")
            for path in ("/.secret", "/.well-known/acme-challenge/", "/dir_out/passwd"):
                assert undated(get(path, method="HEAD")) == undated(head), path
        secret = [p for p in NOT_FOUND if b"secret" in s.get(p).body.replace(p.encode(), b"")]
        assert not secret, secret
    return f"{len(NOT_FOUND)} paths"


def test_conditions_and_head():
    with server() as s:
        full = s.get("/a.txt")
        tag, date = full.field("ETag"), full.field("Last-Modified")
        table = [   # fields, status
            ([("If-None-Match", tag)], 304), ([("If-None-Match", "W/" + tag.removeprefix("W/"))], 304),
            ([("If-None-Match", f'"x", {tag}')], 304), ([("If-None-Match", "*")], 304),
            ([("If-None-Match", '"other"')], 200), ([("If-Modified-Since", date)], 304),
            ([("If-Modified-Since", "Thu, 01 Jan 1998 00:00:00 GMT")], 200),
            ([("If-Modified-Since", "no date")], 200), ([("If-Modified-Since", "")], 200),
            ([("If-None-Match", '"other"'), ("If-Modified-Since", date)], 200),     # RFC 9110 13.1.3
        ]
        for fields, status in table:
            for method in ("GET", "HEAD"):
                r = s.get("/a.txt", fields=fields, method=method)
                assert r.status == status, f"{method} {fields}: {r}"
                assert r.field("ETag") == tag, f"{fields}: {r}"
                if status == 304:
                    assert r.field("Content-Length") in (None, "6"), r
        with Conn(s.https_port, "localhost") as c:      # HEAD: the fields of GET, no body, and the next answer is whole
            for path in ("/a.txt", "/big.bin", "/", "/nothing"):
                head, get = c.request(path, method="HEAD"), c.request(path)
                assert undated(head)[:2] == undated(get)[:2], path
                assert head.field("Content-Length") == str(len(get.body)), path
        root = Path(s.sites["localhost"]["root"])
        (root / "a.txt").write_bytes(b"beta, and longer\n")
        os.utime(root / "a.txt", (time.time() + 5, time.time() + 5))
        http_client.until(lambda: s.get("/a.txt").body == b"beta, and longer\n", 3, "a changed file is seen")
        # each loop looks at the file for itself, once a second
        http_client.until(lambda: s.get("/a.txt", fields=[("If-None-Match", tag)]).status == 200, 3, "the old tag is old")


def test_keep_alive_and_pipelining():
    with server() as s:
        for port, sni in ((s.http_port, None), (s.https_port, "localhost")):
            paths = (["/a.txt", "/", "/nothing", "/sub/", "/big.bin"] * 20)[:100]
            with Conn(port, sni, timeout=20) as c:
                c.send(b"".join(request_bytes(p) for p in paths))
                for p in paths:
                    r = c.response()
                    assert (r.status, r.body) == ((404, r.body) if p == "/nothing" else (200, SERVED[p][0])), p
                # a request in pieces of one byte, and a body of a request that nobody wants
                for byte in request_bytes("/a.txt"):
                    c.send(bytes([byte]))
                assert c.response().body == b"alpha\n"
                assert c.request("/a.txt", method="POST", body=b"GET / HTTP/1.1\r\n\r\n" * 20).status == 405
                assert c.request("/a.txt").body == b"alpha\n"
                c.send(b"POST /a.txt HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
                assert c.response().status == 405
                assert c.request("/a.txt", fields=[("Connection", "close")]).body == b"alpha\n"
                assert c.ended()
            with Conn(port, sni) as c:
                c.send(b"GET /a.txt HTTP/1.0\r\n\r\n")
                assert c.response().status in (200, 421) and c.ended()
            with Conn(port, sni) as c:
                c.send(b"GET /a.txt HTTP/1.0\r\n" + H + b"\r\n")
                assert c.response().body == b"alpha\n" and c.ended(), "HTTP/1.0 without keep-alive"


def test_slow_reader_gets_all():
    with server() as s:
        expected = hashlib.sha256(BIG).hexdigest()
        for port, sni in ((s.http_port, None), (s.https_port, "localhost")):
            with Conn(port, sni) as c:
                c.send(request_bytes("/big.bin") * 3)
                time.sleep(0.5)                 # the server's send buffer fills, and it must wait
                for _ in range(3):
                    assert hashlib.sha256(c.response().body).hexdigest() == expected


# -- redirects, hosts --------------------------------------------------------------------------------

def test_redirects():
    """Port 80 leads to HTTPS: path, query and a public port kept, to the canonical name in one hop."""
    root = make_root()
    sites = {"plain": {"names": "a.example.test, b.example.test", "root": root},
             "canon": {"names": "www.c.example.test, c.example.test", "canonical": "www.c.example.test", "root": root},
             "both": {"names": "d.example.test", "root": root, "redirect_http": "no"}}
    rows = [    # Host, method, target, status, Location ({p}: the public port as it is written)
        ("a.example.test", "GET", "/", 301, "https://a.example.test{p}/"),
        ("a.example.test", "HEAD", "/x?y=1", 301, "https://a.example.test{p}/x?y=1"),
        ("a.example.test", "POST", "/x", 308, "https://a.example.test{p}/x"),
        ("a.example.test:8080", "GET", "/x", 301, "https://a.example.test{p}/x"),
        ("A.Example.TEST", "GET", "/x", 301, "https://a.example.test{p}/x"),
        ("b.example.test", "GET", "/a%20b/%C3%A9?q=%20&r", 301, "https://b.example.test{p}/a%20b/%C3%A9?q=%20&r"),
        ("b.example.test", "GET", "//evil.example/x", 301, "https://b.example.test{p}//evil.example/x"),
        ("c.example.test", "GET", "/x?y", 301, "https://www.c.example.test{p}/x?y"),
        ("www.c.example.test", "PUT", "/", 308, "https://www.c.example.test{p}/"),
        ("d.example.test", "GET", "/a.txt", 200, None),
        ("a.example.test", "GET", "/.well-known/acme-challenge/x", 404, None),
        ("evil.example", "GET", "/", 421, None), ("127.0.0.1", "GET", "/", 421, None),
        ("a.example.test.evil.example", "GET", "/x", 421, None),
    ]
    for public in (None, 443, 8443):
        with Postern(sites, server={"public_https_port": public}) as s:
            port = public or s.https_port
            shown = "" if port == 443 else f":{port}"
            for host, method, target, status, location in rows:
                r = s.get_plain(target, host, method=method)
                assert r.status == status, f"{method} {host} {target}: {r}"
                assert r.field("Location") == (location.format(p=shown) if location else None), f"{host} {target}: {r}"
                if status == 421:
                    assert host.encode() not in r.raw_head + r.body, f"{host} is reflected: {r}"
            r = s.get("/x?y", "c.example.test")     # and over TLS to the canonical one as well
            assert (r.status, r.field("Location")) == (301, f"https://www.c.example.test{shown}/x?y"), r
            assert s.get("/a.txt", "www.c.example.test").body == b"alpha\n"
            with Conn(s.http_port) as c:
                c.send(b"GET http://a.example.test/q HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                r = c.response()
                assert r.field("Location") == f"https://a.example.test{shown}/q", f"the target's host counts: {r}"
    return f"{len(rows)} rows, three public ports"


def test_several_sites():
    """Each name has its own certificate by SNI and its own files by Host; nobody's name gets 421."""
    sites = {}
    for name in ("one", "two"):
        root = postern.scratch(name)
        (root / "index.html").write_text(name)
        postern.own(root)
        sites[name] = {"names": f"{name}.example.test, www.{name}.example.test", "root": root}
    sites["welcome.example.test"] = {}
    with Postern(sites) as s:
        seen = {}
        for name in ("one", "two"):
            for host in (f"{name}.example.test", f"www.{name}.example.test"):
                assert s.get("/", host).body == name.encode()
                der = s.der(host)
                seen.setdefault(name, der)
                assert seen[name] == der and f"DNS:{host}" in http_client.describe(der)
        assert seen["one"] != seen["two"]
        r = s.get("/", "welcome.example.test")      # without a root: the embedded page
        assert r.status == 200 and b"<html" in r.body.lower(), r
        for host in ("unknown.example.test", "127.0.0.1"):
            with Conn(s.https_port, "one.example.test") as c:
                r = c.request("/", host)
                assert r.status == 421 and host.encode() not in r.raw_head + r.body, r
