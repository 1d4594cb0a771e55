"""What proxied servers answer, compressed on its way: the bytes, the fields, when they come, what is left alone, and what it takes."""
import gzip
import os
import socket
import subprocess
import threading
import time
import zlib

import postern
import upstream
from http_client import Conn, dial
from postern import Postern
from upstream import Upstream

HTML = "Content-Type: text/html"
ACCEPT = ("Accept-Encoding", "gzip")
TEXT = "".join(f"<p class='entry'>line {i * 7919 % 10007} of {i}</p>\n" for i in range(25_000)).encode()     # a megabyte
PLACES = 64        # limits::kPackedAnswers


def server(u, lines=(), loops=1):
    site = [("names", "localhost"), ("certificate", "self-signed"), ("redirect_http", "no"), ("proxy", f"/ http://127.0.0.1:{u.port}"),
            ("compress_proxied", "yes"), *lines]
    s = Postern({"localhost": {}}, server={"loops": loops})
    s.write_ini(postern.ini_text([*s.sections.items(), ("site localhost", site)]))
    return s


def chunked(pieces, fields=(HTML,), pause=0.0, end=True):
    def send(connection, asked):
        connection.sendall("\r\n".join(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *fields]).encode() + b"\r\n\r\n")
        if asked.line.startswith("HEAD"):
            return True
        for piece in pieces:
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(pause)
        if end:
            connection.sendall(b"0\r\n\r\n")
        return end
    return send


def known(body, fields=(HTML,), sent=None):
    """Of a length that is told; a HEAD gets the same without the body. sent: how much of it comes before the end of the connection."""
    def send(connection, asked):
        whole = upstream.answer(body, fields=fields)
        head = len(whole) - len(body)
        connection.sendall(whole[:head if asked.line.startswith("HEAD") else len(whole) if sent is None else head + sent])
        return sent is None
    return send


def over_h2(s, path, *more):
    """The status, the fields, the bytes as they came, and how curl ended."""
    ran = subprocess.run(["curl", "-sk", "--http2", "-m", "20", "-D", "-", *more, f"https://localhost:{s.https_port}{path}"], capture_output=True)
    head, _, body = ran.stdout.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    assert lines[0].startswith("HTTP/2 "), ran
    fields = {}
    for name, _, value in (line.partition(": ") for line in lines[1:]):
        assert name not in fields, (name, lines)
        fields[name] = value
    return int(lines[0].split(" ")[1]), fields, body, ran.returncode


def unpacked(body):
    """All that can be had of it, and whether its end is there."""
    unpack = zlib.decompressobj(31)
    text = unpack.decompress(body) + unpack.flush()
    assert not unpack.unused_data
    return text, unpack.eof


def test_the_same_text_by_all_ways():
    answers = {"/small": known(TEXT[:5000]), "/known": known(TEXT), "/chunked": chunked([TEXT[i:i + 3000] for i in range(0, len(TEXT), 3000)]),
               "/end": lambda c, _: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + TEXT), "/noise": known(os.urandom(200_000)), "/same": known(b"a" * 3_000_000)}
    sizes = {}
    with Upstream(answers) as u, server(u) as s:
        for path in answers:
            plain = s.get(path)
            assert plain.field("Content-Encoding") is None and plain.field("Vary") == "Accept-Encoding", plain
            for get in (s.get, s.get_plain):
                r = get(path, fields=[ACCEPT])
                assert r.field("Content-Encoding") == "gzip" and r.field("Vary") == "Accept-Encoding", r
                assert gzip.decompress(r.body) == plain.body, path
                assert (r.field("Content-Length") is not None) == (path == "/small"), r
            sizes[path] = len(r.body)
            status, fields, body, code = over_h2(s, path, "-H", "Accept-Encoding: gzip")
            assert (status, code, fields["content-encoding"], fields["vary"]) == (200, 0, "gzip", "Accept-Encoding"), fields
            assert gzip.decompress(body) == plain.body, path
            with Conn(s.http_port) as c:        # 1.0: no chunks, the end is the end
                c.send(b"GET %s HTTP/1.0\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n" % path.encode())
                assert gzip.decompress(c.everything().split(b"\r\n\r\n", 1)[1]) == plain.body, path
        assert u.asked[-1].field("Accept-Encoding") == "gzip"       # it may do it better
        assert sizes["/known"] < len(TEXT) // 3 and sizes["/same"] < 30_000 and sizes["/noise"] < 202_000, sizes
    return f"{len(TEXT)} bytes of text became {sizes['/known']}"


def test_what_is_left_alone():
    text = TEXT[:20_000]
    rows = {"/coded": [HTML, "Content-Encoding: br"], "/mine": [HTML, "Content-Encoding: gzip"], "/fixed": [HTML, "Cache-Control: public, no-transform"],
            "/events": ["Content-Type: text/event-stream"], "/picture": ["Content-Type: image/png"], "/nothing": [],
            "/part": [HTML, "Content-Range: bytes 0-19999/30000"], "/error": [HTML]}
    status = {"/part": 206, "/error": 500}
    answers = {path: upstream.answer(text, f"{status.get(path, 200)} X", fields) for path, fields in rows.items()}
    answers |= {"/short": upstream.answer(text[:1023], fields=[HTML]), "/post": upstream.answer(text, fields=[HTML])}
    with Upstream(answers) as u, server(u) as s:
        for path, fields in rows.items():
            r = s.get(path, fields=[ACCEPT, ("Range", "bytes=0-19999")])
            assert r.status == status.get(path, 200) and r.body == text, path
            assert r.field("Vary") is None and r.field("Content-Encoding") == next((f[18:] for f in fields if "Encoding" in f), None), r
            _, told, body, _ = over_h2(s, path, "-H", "Accept-Encoding: gzip")
            assert body == text and "vary" not in told, path
        assert s.get("/short", fields=[ACCEPT]).body == text[:1023]
        assert s.get("/post", method="POST", body=b"x", fields=[ACCEPT]).body == text
        assert gzip.decompress(s.get("/post", fields=[ACCEPT]).body) == text
        for wish in ("br", "gzip;q=0", "gzip;q=0.5, identity", "identity", ""):
            r = s.get("/post", fields=[("Accept-Encoding", wish)])
            assert r.body == text and r.field("Vary") == "Accept-Encoding" and u.asked[-1].field("Accept-Encoding") == wish, (wish, r)
        ini = s.ini_file.read_text()
        for line in ("compress_proxied = yes\ncompress_min = 20001", "compress_proxied = yes\ncompress_types = text/plain", "compress_proxied = no"):
            s.ini_file.write_text(ini.replace("compress_proxied = yes", line))
            assert s.command("reload").returncode == 0
            r = s.get("/post", fields=[ACCEPT])
            assert r.body == text and r.field("Vary") is None, (line, r)
    return f"{len(rows)} kinds"


def test_fields_of_both_forms():
    told = ['ETag: "x"', "Accept-Ranges: bytes", "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==", "Repr-Digest: sha-256=:x:", "Set-Cookie: a=b", "Vary: Cookie"]
    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
    answers = {"/known": known(TEXT, [HTML, *told]), "/chunked": chunked([TEXT], [HTML, *told]), "/small": known(TEXT[:3000], [HTML, *told]), "/304": unchanged}
    with Upstream(answers) as u, server(u) as s:
        for path in ("/known", "/chunked", "/small"):
            plain, packed = s.get(path), s.get(path, fields=[ACCEPT])
            assert [v for n, v in plain.fields if n == "Vary"] == [v for n, v in packed.fields if n == "Vary"] == ["Accept-Encoding", "Cookie"], packed
            assert plain.field("ETag") == '"x"' and plain.field("Repr-Digest") and plain.field("Accept-Ranges"), plain
            assert packed.field("ETag") == 'W/"x"' and packed.field("Set-Cookie") == "a=b", packed
            for gone in ("Accept-Ranges", "Content-MD5", "Repr-Digest"):
                assert packed.field(gone) is None, packed
            head = s.get(path, method="HEAD", fields=[ACCEPT])
            want = [f for f in packed.fields if f[0] not in ("Date", "Content-Length", "Transfer-Encoding", "Connection")]
            assert [f for f in head.fields if f[0] not in ("Date", "Transfer-Encoding", "Connection")] == want, (head, packed)
            assert s.get(path, method="HEAD").field("Content-Length") == plain.field("Content-Length")
            with Conn(s.https_port, sni="localhost") as c:      # and the connection is where another answer begins
                for _ in range(2):
                    c.send(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode())
                    assert c.response("HEAD").field("Content-Encoding") == "gzip"
        for asked, tag in (('W/"x"', 'W/"x"'), ('"x"', '"x"')):
            r = s.get("/304", fields=[ACCEPT, ("If-None-Match", asked)])
            assert (r.status, r.field("ETag"), r.field("Vary")) == (304, tag, "Accept-Encoding"), r
            assert u.asked[-1].field("If-None-Match") == asked


def test_what_is_there_comes_at_once():
    go = threading.Event()

    def slow(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        go.wait(10)
        connection.sendall(b"5\r\n last\r\n0\r\n\r\n")
        return True
    with Upstream({"/": slow}) as u, server(u) as s:
        waited = []
        for h2 in (False, True):
            go.clear()
            began, unpack, text = time.monotonic(), zlib.decompressobj(31), b""
            version = "--http2" if h2 else "--http1.1"
            with subprocess.Popen(["curl", "-skN", version, "-m", "20", "-H", "Accept-Encoding: gzip", f"https://localhost:{s.https_port}/"], stdout=subprocess.PIPE) as curl:
                while text != b"first":
                    piece = os.read(curl.stdout.fileno(), 65536)
                    assert piece, f"it ended behind {text}"
                    text += unpack.decompress(piece)
                waited.append(time.monotonic() - began)
                assert waited[-1] < 0.5, waited
                go.set()
                assert unpack.decompress(curl.stdout.read()) == b" last" and unpack.eof
                assert curl.wait() == 0
    return f"after {max(waited):.3f} s"


def test_a_cut_answer_stays_cut():
    half = len(TEXT) // 2
    answers = {"/known": known(TEXT, sent=half), "/chunked": chunked([TEXT[:half]], end=False)}
    with Upstream(answers) as u, server(u) as s:
        for path in answers:
            _, fields, body, code = over_h2(s, path, "-H", "Accept-Encoding: gzip")
            text, ended = unpacked(body)
            assert fields["content-encoding"] == "gzip" and code != 0 and not ended, (path, code, ended)
            assert TEXT[:half].startswith(text) and len(text) > half // 2, (path, len(text))     # a reset overtakes what is on its way
            for minor in (0, 1):
                with Conn(s.http_port) as c:
                    c.send(f"GET {path} HTTP/1.{minor}\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode())
                    raw = c.everything().split(b"\r\n\r\n", 1)[1]
                assert not raw.endswith(b"\r\n0\r\n\r\n"), (path, minor)
                if minor == 0:
                    text, ended = unpacked(raw)
                    assert not ended and text == TEXT[:half], (path, ended, len(text))


def rss(s):
    with open(f"/proc/{s.pid}/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1])


def test_two_hundred_at_once():
    """Each stops in the middle: the compressors are bounded, and no client that does not read has an answer held for it."""
    go, at = threading.Event(), threading.Semaphore(0)

    def paused(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(TEXT) + TEXT[:50_000])
        at.release()
        go.wait(30)
        connection.sendall(TEXT[50_000:])
        return True
    with Upstream({"/": paused, "/warm": known(TEXT)}) as u, server(u, loops=1) as s:
        s.get("/warm", fields=[ACCEPT])
        before = rss(s)
        clients = []
        for i in range(200):
            c = dial(s.http_port, source=f"127.0.1.{1 + i // 16}", timeout=30)
            c.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n")
            clients.append(c)
        for _ in clients:
            assert at.acquire(timeout=10)
        time.sleep(0.5)
        during = rss(s)
        go.set()
        packed = 0
        for c in clients:
            c.settimeout(20)
            raw = b""
            while piece := c.recv(1 << 20):
                raw += piece
            head, _, body = raw.partition(b"\r\n\r\n")
            if b"Content-Encoding: gzip" in head:
                packed += 1
                text = b""
                while size := int(body.split(b"\r\n", 1)[0], 16):
                    begin = body.index(b"\r\n") + 2
                    text, body = text + body[begin:begin + size], body[begin + size + 2:]
                assert gzip.decompress(text) == TEXT
            else:
                assert body == TEXT
            assert b"Vary: Accept-Encoding" in head
            c.close()
        assert packed == PLACES, packed
        assert during - before < 200 * 20 + PLACES * 48, (before, during)
        r = s.get("/warm", fields=[ACCEPT])     # the places are free again
        assert r.field("Content-Encoding") == "gzip"
    return f"{packed} compressed; {during - before} kB for 200 answers under way"


def test_a_client_that_does_not_read():
    """The upstream is not read either then, and the server does not spin."""
    sent = [0]

    def endless(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
        piece = os.urandom(16384)
        for _ in range(4000):
            connection.sendall(piece)
            sent[0] += len(piece)
        return False
    with Upstream({"/": endless}) as u, server(u) as s:
        with socket.socket() as c:
            c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            c.connect(("127.0.0.1", s.http_port))
            c.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n")
            time.sleep(1)
            stuck, cpu, memory = sent[0], ticks(s), rss(s)
            time.sleep(1)
            assert sent[0] == stuck and ticks(s) - cpu <= 2, (stuck, sent, cpu, ticks(s))
            assert rss(s) - memory < 100 and stuck < 12_000_000, (stuck, memory, rss(s))
    return f"{stuck} bytes were taken from the upstream, by all the kernel's buffers"


def ticks(s):
    with open(f"/proc/{s.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
