"""Requests that are passed on to other servers: what they hear and what the client hears, in each framing and both protocols; what
must not cross; what happens when one of them dies, hangs, or says nonsense."""
import base64
import hashlib
import json
import os
import socket
import struct
import subprocess
import threading
import time

import h2_wire
import http_client
import postern
import upstream
from http_client import Conn
from postern import Postern
from upstream import Upstream

ALONE = True    # it measures

BIG = bytes(range(256)) * 8000     # 2 MB


def server(lines, redirect="no", **more):
    site = [("names", "localhost"), ("certificate", "self-signed"), ("redirect_http", redirect), *lines]
    s = Postern({"localhost": {}}, **more)
    s.write_ini(postern.ini_text([*s.sections.items(), ("site localhost", site)]))
    return s


def connection(s, **more):
    return Conn(s.https_port, sni="localhost", **more)


def told(r):
    assert r.status == 200, r
    return json.loads(r.body)


class Curled:
    def __init__(self, status, body, code):
        self.status, self.body, self.code = status, body, code

    def __repr__(self):
        return f"<{self.status} {self.body[:80]!r} curl {self.code}>"


def over_h2(s, path, body=b""):
    """By curl, over HTTP/2."""
    more = ["--data-binary", "@-", "-H", "Expect:"] if body else []
    ran = subprocess.run(["curl", "-sk", "--http2", "-m", "20", "--path-as-is", "-w", "\n%{http_version} %{http_code}", *more,
                          f"https://localhost:{s.https_port}{path}"], input=body, capture_output=True)
    text, _, last = ran.stdout.rpartition(b"\n")
    version, status = last.decode().split(" ")
    assert version == "2", (version, ran)
    return Curled(int(status), text, ran.returncode)


def test_what_the_upstream_hears():
    with Upstream() as u, server([("proxy", f"/app http://127.0.0.1:{u.port}/base"), ("proxy", f"/raw http://127.0.0.1:{u.port}")]) as s:
        rows = [("/app", "/base"), ("/app/", "/base/"), ("/app/x?y=1&z", "/base/x?y=1&z"), ("/app/a%20b%2fc", "/base/a%20b%2fc"), ("/app//x/./y", "/base/x/y"),
                ("/raw/x", "/raw/x"), ("/%61pp/x", "/base/x"), ("/app/?", "/base/?")]
        for path, heard in rows:
            for get in (s.get, s.get_plain):
                assert told(get(path))["line"] == f"GET {heard} HTTP/1.1", path
        missing = ["/application", "/app/../x", "/app/%2e%2e/x", "/x/../../app/x", "/../app/x", "/app/..%2fx", "/app/..%5cx", "/app/x%2f..%2f..%2fy", "/APP/x", "/app/..;/x"]
        for path in missing:
            r = s.get(path)
            assert r.status in (400, 404), f"{path}: {r}"
        fields = [("X-Forwarded-For", "9.9.9.9"), ("X_Forwarded-For", "9.9.9.9"), ("Forwarded", "for=9.9.9.9"), ("X-Real-IP", "9.9.9.9"), ("Connection", "X-Hop"),
                  ("X-Hop", "1"), ("TE", "trailers"), ("Keep-Alive", "x"), ("Proxy-Authorization", "Basic x"), ("Upgrade", "h2c"), ("Cookie", "a=b")]
        heard = told(s.get("/raw/f", fields=fields))["fields"]
        assert heard == [["Host", "localhost"], ["Cookie", "a=b"], ["X-Forwarded-For", "127.0.0.1"], ["X-Forwarded-Proto", "https"],
                         ["X-Forwarded-Host", "localhost"], ["Via", "1.1 postern"]], heard
        assert ["X-Forwarded-Proto", "http"] in told(s.get_plain("/raw/f"))["fields"]
        assert s.get("/other").status == 404      # the site's own
    return f"{len(rows)} paths, {len(missing)} that are not passed on"


def test_bodies_both_ways():
    answers = {"/chunked": upstream.in_chunks([b"a" * 10, b"b" * 70000, b"c"]), "/end": upstream.to_the_end(BIG), "/big": upstream.answer(BIG), "/small": upstream.answer(b"s" * 100),
               "/empty": upstream.answer(b""), "/none": b"HTTP/1.1 204 No Content\r\n\r\n"}
    wanted = {"/chunked": b"a" * 10 + b"b" * 70000 + b"c", "/end": BIG, "/big": BIG, "/small": b"s" * 100, "/empty": b"", "/none": b""}
    with Upstream(answers) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}")]) as s:
        for path, body in wanted.items():
            for get in (s.get, s.get_plain):
                assert get(path).body == body, path
            assert over_h2(s, path).body == body, path
        for size in (0, 1, 16384, 16385, 300_000, 3_000_000):
            body = os.urandom(size // 2).hex().encode().ljust(size, b"x")[:size]
            assert told(s.get("/echo", method="POST", body=body))["body"].encode() == body, size
            assert told(over_h2(s, "/echo", body=body))["body"].encode() == body, size
        with connection(s) as c:
            c.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
            assert c.response().status == 100
            c.send(b"5\r\nhello\r\n")
            time.sleep(0.1)
            c.send(b"6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\nGET /small HTTP/1.1\r\nHost: localhost\r\n\r\n")
            heard = told(c.response())
            assert heard["body"] == "hello world" and ["Transfer-Encoding", "chunked"] in heard["fields"]
            assert c.response().body == b"s" * 100
        r = s.get("/small", method="HEAD")
        assert r.field("Content-Length") == "100" and r.body == b""
        with connection(s) as c:      # 1.0: no chunks, the end is the end
            c.send(b"GET /chunked HTTP/1.0\r\nHost: localhost\r\n\r\n")
            assert c.everything().split(b"\r\n\r\n", 1)[1] == wanted["/chunked"]


def test_connections_are_kept_and_shared():
    with Upstream() as u, server([("proxy", f"/ http://127.0.0.1:{u.port}")], server={"loops": 1}) as s:
        with connection(s) as one, connection(s) as other:
            for _ in range(20):
                told(one.request("/a"))
                told(other.request("/b"))
        assert u.connections == 1, u.connections
        for _ in range(3):
            told(s.get("/p", method="POST", body=b"x"))      # not to be sent twice: each over a new one
        assert u.connections == 4, u.connections


def test_upstreams_that_fail():
    answers = {"/hang-up": upstream.hang_up, "/nonsense": b"SMTP 220 hello\r\n\r\n", "/both": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               "/twice": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "/fold": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
               "/switch": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", "/long": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20000,
               "/silent": upstream.silence}
    with Upstream(answers) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}"), ("timeout", "1s")]) as s:
        for path in answers:
            wanted = 504 if path == "/silent" else 502
            began = time.monotonic()
            r = s.get(path)
            assert r.status == wanted, f"{path}: {r}"
            assert "html" in r.field("Content-Type") and not r.field("X")
            assert time.monotonic() - began < 3
            assert over_h2(s, path).status == wanted, path
        assert told(s.get("/after"))
        assert "upstream_down" in s.log() and "upstream_up" in s.log()
    with server([("proxy", f"/ http://127.0.0.1:{postern.ports.one()}")]) as s:
        assert s.get("/").status == 502
    root = postern.scratch("root")
    (root / "sorry.html").write_text("sorry")
    postern.own(root)
    with server([("root", root), ("error_page_5xx", "/sorry.html"), ("proxy", f"/app http://127.0.0.1:{postern.ports.one()}")]) as s:
        r = s.get("/app")
        assert (r.status, r.body) == (502, b"sorry"), r


def test_answers_that_end_short_are_not_completed():
    def short(head):
        def send(c, _):
            c.sendall(head)
            time.sleep(0.2)
            return False
        return send
    answers = {"/length": short(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\npart"), "/chunked": short(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")}
    with Upstream(answers) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}")]) as s:
        for path in answers:
            with connection(s) as c:
                c.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                got = c.everything()
                assert got.endswith(b"part") or got.endswith(b"part\r\n"), got[-50:]
            r = over_h2(s, path)
            assert r.body == b"part" and r.code != 0, r


def test_nothing_follows_an_answer():
    """An upstream that says more than it was asked for answers nobody else with it."""
    extra = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    answers = {"/more": upstream.answer(b"fine") + extra, "/chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n" + extra,
               "/head": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nevil", "/next": upstream.answer(b"next")}
    with Upstream(answers) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}")], server={"loops": 1}) as s:
        for path in ("/more", "/chunk", "/head"):
            for pause in (0, 0.05):
                with connection(s) as c:
                    r = c.request(path)
                    assert r.body in (b"fine", b""), r
                    time.sleep(pause)
                    assert c.request("/next").body == b"next", path


def test_one_of_two_is_killed_under_load():
    """No idempotent request is lost, and no client waits long."""
    slow = lambda c, a: (time.sleep(0.002), c.sendall(upstream.answer(b"x" * 1000)))[1] is None
    lost, done, longest, stop = [], [0], [0.0], threading.Event()
    with Upstream({"*": slow}) as first, Upstream({"*": slow}) as second, \
            server([("proxy", f"/ http://127.0.0.1:{first.port} http://127.0.0.1:{second.port}")]) as s:
        def ask():
            with connection(s, timeout=20) as c:
                while not stop.is_set():
                    began = time.monotonic()
                    r = c.request("/x")
                    longest[0] = max(longest[0], time.monotonic() - began)
                    done[0] += 1
                    if r.status != 200 or len(r.body) != 1000:
                        lost.append(r)
        clients = [threading.Thread(target=ask) for _ in range(16)]
        for client in clients:
            client.start()
        time.sleep(0.7)
        first.kill()
        time.sleep(0.7)
        again = Upstream({"*": slow}, port=first.port)
        time.sleep(0.3)
        stop.set()
        for client in clients:
            client.join(20)
        shares = len(first.asked), len(second.asked)
        again.kill()
    assert not lost, (len(lost), lost[:3])
    assert min(shares) > 50, shares
    assert longest[0] < 2, longest
    return f"{done[0]} requests, 0 lost, the longest {longest[0] * 1000:.0f} ms, {shares[0]} before the kill by the one that died"


def frame(text, opcode=1):
    mask = os.urandom(4)
    body = bytes(b ^ mask[i % 4] for i, b in enumerate(text))
    size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return bytes([0x80 | opcode]) + size + mask + body


def web_socket(connection, asked):
    """Accepts, says a word unasked, and sends back whatever it is sent, byte by byte."""
    key = base64.b64encode(hashlib.sha1((asked.field("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    connection.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n\r\n".encode() + b"\x81\x05hello")
    while got := connection.recv(65536):
        connection.sendall(got)
    return False


UPGRADE = [("Connection", "keep-alive, Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]


def test_web_sockets():
    with Upstream({"/ws": web_socket}) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}")]) as s:
        for plain in (False, True):
            c = Conn(s.http_port) if plain else connection(s)
            with c:
                r = c.request("/ws", fields=UPGRADE)
                assert r.status == 101 and r.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", r
                assert r.field("Connection").lower() == "upgrade"
                c.send(frame(b"ping me") + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                wanted = 7 + len(frame(b"ping me")) + 27
                big = os.urandom(400_000)
                got = c.read(wanted)
                assert got.startswith(b"\x81\x05hello") and got.endswith(b"\r\n\r\n"), got[:60]
                sender = threading.Thread(target=c.send, args=(big,))
                sender.start()
                assert c.read(len(big)) == big
                sender.join()
        assert u.asked[0].field("Connection") == "Upgrade" and u.asked[0].field("Upgrade") == "websocket"
        refused = [("Upgrade", "h2c"), ("Connection", "Upgrade, HTTP2-Settings"), ("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA")]
        heard = told(s.get("/echo", fields=refused))["fields"]
        assert not [f for f in heard if f[0].lower() in ("upgrade", "http2-settings", "connection")], heard
        with connection(s) as c:      # the upstream's end is the client's, and the other way round
            assert c.request("/ws", fields=UPGRADE).status == 101
            assert c.read(7) == b"\x81\x05hello"
            u.kill()
            assert c.ended(3)


def test_a_stop_does_not_wait_for_tunnels_but_for_answers():
    with Upstream({"/ws": web_socket, "/slow": upstream.in_chunks([b"x" * 1000] * 10, 0.1)}) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}")]) as s:
        with connection(s) as tunnel, connection(s) as answer:
            assert tunnel.request("/ws", fields=UPGRADE).status == 101
            got = []
            reader = threading.Thread(target=lambda: got.append(answer.request("/slow")))
            reader.start()
            time.sleep(0.3)
            began = time.monotonic()
            s.signal(15)
            reader.join(10)
            assert got and got[0].body == b"x" * 10000, got
            s.process.wait(10)
            assert time.monotonic() - began < 4


def test_a_reload_leaves_what_is_under_way():
    with Upstream({"/slow": upstream.in_chunks([b"x" * 1000] * 10, 0.1)}) as u, Upstream() as other, server([("proxy", f"/ http://127.0.0.1:{u.port}")]) as s:
        with connection(s) as c:
            got = []
            reader = threading.Thread(target=lambda: got.append(c.request("/slow")))
            reader.start()
            time.sleep(0.3)
            text = s.ini_file.read_text().replace(f"127.0.0.1:{u.port}", f"127.0.0.1:{other.port}")
            s.write_ini(text)
            s.signal()
            s.wait_for("reloaded")
            assert told(s.get("/new"))
            assert [a.line for a in other.asked] == ["GET /new HTTP/1.1"]
            reader.join(10)
            assert got[0].body == b"x" * 10000


def cpu_of(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_of(pid):
    return int([l for l in open(f"/proc/{pid}/status") if l.startswith("VmRSS")][0].split()[1])


def test_who_does_not_take_it_holds_nothing_but_his_own():
    """A client that does not read, an upstream that does not: a gigabyte waits where it is, and the loop sleeps."""
    def endless(c, _):
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        piece = bytes(65536)
        for _ in range(15000):
            c.sendall(piece)
        return False

    def unread(c, asked, reader):
        time.sleep(8)
        return False
    with socket.create_server(("127.0.0.1", 0)) as deaf, Upstream({"/endless": endless}) as u, \
            server([("proxy", f"/down http://127.0.0.1:{u.port}/endless"), ("proxy", f"/up http://127.0.0.1:{deaf.getsockname()[1]}")]) as s:
        s.get("/nothing")
        before = rss_of(s.pid)
        with connection(s, timeout=30) as down, connection(s, timeout=30) as up:
            down.send(b"GET /down HTTP/1.1\r\nHost: localhost\r\n\r\n")
            up.send(b"POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
            up.sock.settimeout(0.5)
            sent = 0
            try:
                while sent < 100_000_000:
                    sent += up.sock.send(bytes(65536))
            except (TimeoutError, OSError):
                pass
            assert sent < 50_000_000, sent
            time.sleep(0.5)
            began, cpu = time.monotonic(), cpu_of(s.pid)
            time.sleep(1.5)
            spent = (cpu_of(s.pid) - cpu) / (time.monotonic() - began)
            grown = rss_of(s.pid) - before
            began = time.monotonic()
            assert s.get("/nothing").status == 404
            waited = time.monotonic() - began
    assert spent < 0.05, spent
    assert grown < 1000, grown
    assert waited < 0.5, waited
    return f"{grown} kB more, {spent * 100:.0f} % of a CPU, another waits {waited * 1000:.0f} ms"


def test_a_body_that_is_too_long():
    with Upstream() as u, server([("proxy", f"/ http://127.0.0.1:{u.port}"), ("max_body", "64k")]) as s:
        assert told(s.get("/p", method="POST", body=b"x" * 65536))
        assert s.get("/p", method="POST", body=b"x" * 65537).status == 413
        with h2_wire.Wire(s.https_port, "localhost") as wire:      # curl 7.88 loses an answer that comes before its body is out
            wire.send(h2_wire.headers(1, h2_wire.request("/p", "POST", "localhost", more=[("content-length", "70000")]), h2_wire.END_HEADERS))
            assert wire.until(lambda f: f.kind == h2_wire.HEADERS) and wire.status(1) == 413
        with connection(s) as c:
            c.send(b"POST /p HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n" + b"x" * 16384 + b"\r\n")
            for _ in range(5):
                c.send(b"4000\r\n" + b"x" * 16384 + b"\r\n")
            assert c.response().status == 413
        assert [len(a.body) for a in u.asked] == [65536]


def test_a_request_leaves_nothing_to_the_next():
    """A loop has one place for the request at hand: lengths and versions of an earlier one once stayed in it."""
    with Upstream({"/ws": web_socket}) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}"), ("max_body", "100k")], server={"loops": 1}) as s:
        with connection(s) as c:
            c.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n")
        for path in ("/a", "/b"):
            assert told(s.get(path))["line"] == f"GET {path} HTTP/1.1"
        assert over_h2(s, "/h2").status == 200
        with connection(s) as c:
            assert c.request("/ws", fields=UPGRADE).status == 101
        assert ["Via", "1.1 postern"] in told(s.get("/v"))["fields"]


def test_an_empty_body_of_http2_ends_behind_its_head():
    with Upstream() as u, server([("proxy", f"/ http://127.0.0.1:{u.port}")]) as s:
        for _ in range(5):
            with h2_wire.Wire(s.https_port, "localhost") as wire:
                wire.send(h2_wire.headers(1, h2_wire.request("/p", "POST", "localhost"), h2_wire.END_HEADERS) + h2_wire.frame(h2_wire.DATA, h2_wire.END_STREAM, 1))
                assert wire.until(lambda f: f.kind == h2_wire.HEADERS) and wire.status(1) == 200
        assert [a.line for a in u.asked] == ["POST /p HTTP/1.1"] * 5, u.asked


def test_an_upstream_that_floods_stops_nobody_else():
    def flood(c, _):
        until = time.monotonic() + 5
        while time.monotonic() < until:
            c.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)
        return False
    with Upstream({"/flood": flood, "/fine": upstream.answer("fine")}) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}")], server={"loops": 1}) as s:
        assert s.get("/flood").status == 502
        with connection(s) as c:
            c.send(b"GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n")
            began = time.monotonic()
            assert s.get("/fine").body == b"fine"
            assert time.monotonic() - began < 0.5


def test_when_the_client_goes_the_upstream_is_let_go():
    gone = []

    def wait(c, asked):
        if asked.line.startswith("GET /begun"):
            c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        c.settimeout(10)
        try:
            while c.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        gone.append(asked.line)
        return False
    with Upstream({"*": wait}) as u, server([("proxy", f"/ http://127.0.0.1:{u.port}"), ("timeout", "1h")]) as s:
        for reset in (False, True):
            for path in ("/waits", "/begun"):
                for plain in (False, True):
                    c = Conn(s.http_port) if plain else connection(s)
                    c.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                    http_client.until(lambda: len(u.asked) == len(gone) + 1, 5, "the upstream hears it")
                    time.sleep(0.05)
                    if reset:
                        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    c.close()
                    http_client.until(lambda: len(u.asked) == len(gone), 5, f"{path} is let go")
        with h2_wire.Wire(s.https_port, "localhost") as wire:
            wire.send(h2_wire.headers(1, h2_wire.request("/waits", "GET", "localhost")))
            http_client.until(lambda: len(u.asked) == len(gone) + 1, 5, "the upstream hears it")
            wire.send(h2_wire.frame(h2_wire.RST_STREAM, 0, 1, (8).to_bytes(4, "big")))
            http_client.until(lambda: len(u.asked) == len(gone), 5, "a reset stream is let go")


def test_a_guarded_site_passes_nothing_on_before_it_knows_who_asks():
    users = postern.scratch("users") / "users"
    users.write_text("ada:" + subprocess.run(["openssl", "passwd", "-6", "-stdin"], input="lovelace", capture_output=True, text=True, check=True).stdout)
    postern.own(users.parent)
    right, wrong = (base64.b64encode(f"ada:{word}".encode()).decode() for word in ("lovelace", "byron"))
    with Upstream() as u, server([("proxy", f"/ http://127.0.0.1:{u.port}"), ("basic_auth", users), ("header", "X-Mine: 1"), ("hsts", "1h")],
                                 redirect="yes") as s:
        for size in (10, 16384, 300_000):
            for word in (None, wrong):
                with connection(s) as c:
                    try:
                        r = c.request("/p", method="POST", body=b"x" * size, fields=[("Authorization", f"Basic {word}")] if word else [])
                    except OSError:     # it was told before the body was out
                        r = c.response()
                    assert r.status == 401, r
            assert not u.asked, u.asked
            r = s.get("/p", method="POST", body=b"x" * size, fields=[("Authorization", f"Basic {right}")])
            assert told(r)["body"] == "x" * size
            assert r.field("X-Mine") == "1" and r.field("Strict-Transport-Security") == "max-age=3600", r
            assert len(u.asked) == 1
            u.asked.clear()
        curled = subprocess.run(["curl", "-sk", "--http2", "-m", "20", "-u", "ada:lovelace", "--data-binary", "@-", "-H", "Expect:", f"https://localhost:{s.https_port}/p"],
                                input=b"y" * 300_000, capture_output=True)
        assert json.loads(curled.stdout)["body"] == "y" * 300_000
