"""HTTP and TLS at the admin page's listener, by OWASP ASVS 5.0 (V4, V12): hosts, methods, the end of a request, versions."""
import socket
import ssl
import warnings

import http_client

from admin_client import COOKIE, PASSWORD
from security_checks import READS, STATIC, Check, heads, is_problem, play


# -- which host is meant

def host_of_strangers(world):
    port = world.server.admin_port
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", f"localhost.evil.example:{port}", f"router.lan:{port}",
                 "192.0.2.1", f"0.0.0.0:{port}", f"2130706433:{port}", f"[2001:db8::1]:{port}", f"127.0.0.1.nip.io:{port}", f"localhostx:{port}"):
        for path in ("/", "/login", "/style.css", "/api/v1/status", "/metrics"):
            reply = world.owner.get(path, host=host)
            assert reply.status in (400, 421), (host, path, reply)
            assert not reply.field("Set-Cookie") and b"evil" not in reply.body
        assert world.nobody().post("/api/v1/session", {"password": PASSWORD}, host=host, origin=f"https://{host}").status in (400, 421), host


def host_of_ours(world):
    port = world.server.admin_port
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}", "localhost", f"127.0.0.2:{port}"):
        assert world.owner.get("/api/v1/status", host=host).status == 200, host


def host_with_a_dot(world):
    """A name with its last dot is another origin to a browser: whatever is answered, it is not another's name."""
    port = world.server.admin_port
    assert world.nobody().get("/login", host=f"evil.example.:{port}").status in (400, 421)
    assert world.nobody().get("/login", host=f"localhost.:{port}").status in (200, 400, 421)
    assert world.nobody().get("/login", host=f"localhost..:{port}").status in (400, 421)


def host_malformed(world):
    for host in ("", " ", "user@127.0.0.1", "127.0.0.1:99999", "127.0.0.1:x", "[::1", "127.0.0.1/", "127.0.0.1 evil.example", "a,b", "%31", "\xff",
                 "127.0.0.1#"):
        assert heads(world.raw(f"GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1")))[0] in (400, 421), host
    own = world.nobody().host
    assert heads(world.raw(b"GET /login HTTP/1.1\r\nConnection: close\r\n\r\n")) == [400], "without Host"
    assert heads(world.raw(f"GET /login HTTP/1.1\r\nHost: {own}\r\nHost: {own}\r\n\r\n".encode())) == [400], "two of them"
    for target in ("https://evil.example/login", "http://evil.example/login"):
        assert heads(world.raw(f"GET {target} HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n".encode())) == [421], "the target decides (RFC 9112 section 3.2.2)"


def forwarded_host_is_nothing(world):
    fields = [("X-Forwarded-Host", "evil.example"), ("X-Original-URL", "/api/v1/status"), ("X-Rewrite-URL", "/api/v1/status"),
              ("Forwarded", "host=evil.example")]
    reply = world.nobody().get("/", fields=fields)
    assert reply.status == 303 and reply.field("Location") == "/login"
    assert world.owner.post("/api/v1/renew", {}, origin="https://evil.example", fields=fields).status == 403


# -- methods

def methods_refused(world):
    for method in ("OPTIONS", "PATCH", "PUT", "DELETE", "TRACE", "PROPFIND", "FOO", "get", "Post"):
        for path in ("/", "/login", "/style.css", "/api/v1/status", "/api/v1/nothing", "/metrics"):
            reply = world.owner.ask(method, path)
            assert reply.status in (403, 404, 405, 415, 501), (method, path, reply)
            if reply.status == 405:
                assert reply.field("Allow") and method not in reply.field("Allow").split(", "), (method, path, reply)
    assert heads(world.raw(b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n"))[0] in (400, 405, 501)
    assert heads(world.raw(f"OPTIONS * HTTP/1.1\r\nHost: {world.owner.host}\r\nConnection: close\r\n\r\n".encode()))[0] in (204, 303, 401, 403, 405)


def trace_echoes_nothing(world):
    for path in ("/", "/login", "/api/v1/status"):
        reply = world.owner.ask("TRACE", path, fields=[("X-Echo", "come-back-to-me")])
        assert reply.status >= 400 and b"come-back" not in reply.body and world.owner.cookie.encode() not in reply.body, reply


def allow_is_told(world):
    for method, path, allow in (("POST", "/api/v1/status", "GET, HEAD"), ("GET", "/api/v1/renew", "POST"), ("DELETE", "/", "GET, HEAD"),
                                ("DELETE", "/api/v1/config", "GET, HEAD, PUT"), ("PUT", "/login", "GET, HEAD, POST"),
                                ("POST", "/style.css", "GET, HEAD")):
        reply = world.owner.ask(method, path, {} if path != "/login" else b"", kind="application/json")
        assert (reply.status, reply.field("Allow")) == (405, allow), (method, path, reply)


def head_is_get_without_body(world):
    for path in ["/", "/login", "/metrics", *STATIC, *[p for p in READS if p != "/api/v1/events"]]:
        with http_client.Conn(world.owner.port, "") as c:
            cookie = [("Cookie", f"{COOKIE}={world.owner.cookie}")]
            get = c.request(path, world.owner.host, fields=cookie)
            head = c.request(path, world.owner.host, method="HEAD", fields=cookie)
            names = [k for k, _ in get.fields]
            assert (head.status, [k for k, _ in head.fields]) == (get.status, names), path
            assert c.request("/login", world.owner.host).status == 200, "nothing of a body stands between them"


# -- where a request ends

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


def ends_of_messages(world):
    own = world.nobody().host.encode()
    head = b"POST /login HTTP/1.1\r\nHost: " + own + b"\r\nOrigin: https://" + own + b"\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    for framing, body in [
            (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
            (b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", b"0\r\n\r\n"),
            (b"Content-Length: 4\r\nContent-Length: 40\r\n", b"x=yz"), (b"Content-Length: 4\r\nContent-Length: 4\r\n", b"x=yz"),
            (b"Content-Length: 4, 40\r\n", b"x=yz"), (b"Content-Length: +4\r\n", b"x=yz"), (b"Content-Length: -1\r\n", b""),
            (b"Content-Length: 0x4\r\n", b"x=yz"), (b"Content-Length: 99999999999999999999\r\n", b""), (b"Content-Length: \r\n", b""),
            (b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"), (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
            (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n"), (b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
            (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"), (b"Transfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n"),
            (b"X: y\r\n Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"), (b"Content-Length: 4\n", b"x=yz"), (b"X: a\0b\r\n", b""),
            (b"X: a\rb\r\n", b""),
            (b"Transfer-Encoding: chunked\r\n", b"1;\r\nx\r\n-1\r\n\r\n"), (b"Transfer-Encoding: chunked\r\n", b"4\nx=yz\n0\n\n"),
            (b"Transfer-Encoding: chunked\r\n", b"FFFFFFFFFFFFFFFFF\r\n"), (b": x\r\n", b""), (b"A B: x\r\n", b"")]:
        told = world.raw(head + framing + b"\r\n" + body + SMUGGLED)
        assert len(heads(told)) == 1 and heads(told)[0] in (400, 413, 501), (framing, told[:200])
        assert b"smuggled" not in told
    assert world.nobody().get("/login").status == 200


def line_ends_of_requests(world):
    own = world.nobody().host.encode()
    for data in (b"GET /login\r\nHost: " + own + b"\r\n\r\n", b"GET  /login HTTP/1.1\r\nHost: " + own + b"\r\n\r\n",
                 b"GET /login HTTP/1.1\nHost: " + own + b"\n\n",
                 b"GET /login HTTP/2.0\r\nHost: " + own + b"\r\n\r\n", b"GET /lo\0gin HTTP/1.1\r\nHost: " + own + b"\r\n\r\n",
                 b"GET login HTTP/1.1\r\nHost: " + own + b"\r\n\r\n",
                 b"\x16\x03\x01 HTTP/1.1\r\n\r\n"):
        told = heads(world.raw(data + SMUGGLED))
        assert len(told) == 1 and told[0] in (400, 505), (data, told)


def what_is_no_request(world):
    """A program that asks the API is answered as it expects, also where no handler has seen what it sent."""
    own = world.nobody().host
    path, end = "/api/v1/config", f" HTTP/1.1\r\nHost: {own}\r\n"
    for status, text in ((413, f"PUT {path}{end}Content-Length: 9999999\r\n\r\n"), (400, f"GET {path}{end}bad field: x\r\n\r\n"),
                         (400, f"PUT {path}{end}Transfer-Encoding: chunked\r\n\r\nno size\r\n"), (417, f"PUT {path}{end}Expect: rain\r\n\r\n"),
                         (414, f"GET {path}?{'x' * 9000}{end}\r\n"), (431, f"GET {path}{end}X: {'x' * 20000}\r\n\r\n"),
                         (505, f"GET {path} HTTP/3.1\r\nHost: {own}\r\n\r\n")):
        for line, kind in ((text, "application/problem+json"), (text.replace(path, "/login"), "text/html; charset=utf-8")):
            with http_client.Conn(world.server.admin_port, "") as c:
                c.send(line.encode())
                reply = c.response()
                assert reply.status == status and reply.field("Content-Type") == kind and c.ended(), (status, line[:60], reply)
            if kind.endswith("json"):
                assert is_problem(reply, status) and reply.field("X-Content-Type-Options") == "nosniff" and reply.field("Cache-Control") == "no-store", reply


def body_is_no_request(world):
    """A chunked body that looks like a request is a body."""
    own = world.nobody().host.encode()
    head = b"POST /login HTTP/1.1\r\nHost: " + own + b"\r\nOrigin: https://" + own + b"\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    after = b"GET /login HTTP/1.1\r\nHost: " + own + b"\r\nConnection: close\r\n\r\n"
    told = world.raw(head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n" + after, 10)
    assert heads(told) == [400, 200], told[:300]


# -- TLS

def versions_of_tls(world):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
            tls.set_ciphers("ALL:@SECLEVEL=0")
            tls.minimum_version = tls.maximum_version = version
            assert not speaks(world, tls), version
    assert speaks(world, http_client.context(version="1.2")) == "TLSv1.2" and speaks(world, http_client.context()) == "TLSv1.3"


def speaks(world, tls):
    try:
        with http_client.Conn(world.server.admin_port, "", tls) as c:
            return c.sock.version()
    except (ssl.SSLError, ConnectionError):
        return None


def suites_of_tls(world):
    for suites in ("AES128-SHA", "AES256-SHA", "AES128-GCM-SHA256", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA",
                   "ECDHE-ECDSA-AES256-SHA384",
                   "DHE-RSA-AES128-SHA", "aNULL", "eNULL"):
        tls = http_client.context(version="1.2")
        tls.set_ciphers(suites + ":@SECLEVEL=0")
        assert not speaks(world, tls), suites
    with http_client.Conn(world.server.admin_port, "", http_client.context(version="1.2")) as c:
        name, _, bits = c.sock.cipher()
        assert name.startswith("ECDHE-") and ("GCM" in name or "POLY1305" in name) and bits >= 128, name


def plain_http_gets_nothing(world):
    for data in (world.request("/"), world.request("/api/v1/status"), b"GET / HTTP/1.0\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", world.server.admin_port), 5) as s:
            s.sendall(data)
            told = b""
            try:
                while more := s.recv(4096):
                    told += more
            except ConnectionResetError:
                pass
        assert b"Postern" not in told and b"200 OK" not in told and b"Set-Cookie" not in told and b"Location" not in told, told


CHECKS = [
    Check("4.1.3", "a request for another host is 421", host_of_strangers),
    Check("4.1.3", "a request for us is answered, however our name is written", host_of_ours),
    Check("4.1.3", "a dot at the end makes no other name ours", host_with_a_dot),
    Check("4.1.3", "a Host that is none is refused", host_malformed),
    Check("4.1.3", "no field changes which host or path is meant", forwarded_host_is_nothing),
    Check("4.1.4", "methods that nobody needs are refused", methods_refused),
    Check("4.1.4", "405 says what is allowed", allow_is_told),
    Check("4.1.4", "HEAD answers as GET without a body", head_is_get_without_body),
    Check("13.4.4", "TRACE echoes nothing", trace_echoes_nothing),
    Check("4.2.1", "a request whose end is in doubt is refused, and nothing after it read", ends_of_messages),
    Check("4.2.1", "a request line that is none is refused", line_ends_of_requests),
    Check("4.1.1", "what is no request gets a problem document at the API, a page elsewhere", what_is_no_request),
    Check("4.2.2", "a body that looks like a request is a body", body_is_no_request),
    Check("12.1.1", "TLS 1.2 and 1.3, and 1.3 first", versions_of_tls),
    Check("12.1.2", "suites with forward secrecy and authenticated encryption alone", suites_of_tls),
    Check("12.2.1", "plain HTTP gets nothing here", plain_http_gets_nothing),
]


def test_requests():
    return play(CHECKS)
