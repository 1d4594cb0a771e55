"""Behind balancers: whom they name is who asks, for who may see a site, how often, and in the log. Nobody else is believed."""
import json
import os
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

import http_client
import ports
import postern
import upstream
from postern import Postern

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
CACHE = os.environ.get("POSTERN_CACHE") or os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")) + "/postern"
HAPROXY = Path(CACHE) / "servers/haproxy/usr/sbin/haproxy"
BALANCER = "127.0.0.9"
NAME = "localhost"


def v1(source):
    six = ":" in source
    return f"PROXY TCP{6 if six else 4} {source} {'::1' if six else '127.0.0.1'} 4711 443\r\n".encode()


def v2(source, command=1, more=b""):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, "::1" if ":" in source else "127.0.0.1")
    said = ends + struct.pack("!HH", 4711, 443) + more
    return SIGNATURE + bytes([0x20 | command, 0x21 if ":" in source else 0x11]) + struct.pack("!H", len(said)) + said


def server(site=None, sections=None, **keys):
    s = Postern({NAME: {"redirect_http": "no", **(site or {})}, **(sections or {})})
    s.access = s.folder / "access.log"
    s.sections["server"].update({"loops": 1, "access_log": s.access, "access_log_format": "json", "trusted_proxies": BALANCER, **keys})
    s.write_ini()
    return s


def noted(s, count, what="peer"):
    """Of each of the first requests in the log."""
    def look():
        lines = s.access.read_text().splitlines() if s.access.exists() else []
        return lines if len(lines) >= count else None
    return [json.loads(line)[what] for line in http_client.until(look, 5, f"{count} lines in the log")[:count]]


class Announced:
    """A connection from the balancer that begins with `header`; what is then said over it is TLS, or not."""

    def __init__(self, port, header, tls=True, source=BALANCER, pieces=1):
        self.sock = http_client.dial(port, source=source)
        for at in range(0, len(header), max(1, len(header) // pieces)):
            self.sock.sendall(header[at:at + max(1, len(header) // pieces)])
        if tls:
            self.sock = http_client.context().wrap_socket(self.sock, server_hostname=NAME)

    def status(self, path="/", fields=""):
        self.sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n{fields}\r\n".encode())
        said = b""
        while more := self.sock.recv(65536):
            said += more
        return int(said.split(b" ")[1]) if said else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()


def ends_without_a_word(port, header, source=BALANCER):
    """What is no PROXY header is not answered, with TLS or without."""
    with http_client.dial(port, source=source) as sock:
        sock.sendall(header)
        try:
            return sock.recv(1) == b""
        except ConnectionResetError:
            return True


def test_proxy_header():
    with server(proxy_protocol="yes") as s:
        sources = ["192.0.2.1", "2001:db8::1"]
        for source in sources:
            for header in (v1(source), v2(source), v2(source, more=b"\x04\x00\x02hi")):
                for port, tls in ((s.https_port, True), (s.http_port, False)):
                    with Announced(port, header, tls, pieces=5) as c:
                        assert c.status() == 200, (header, tls)
        assert noted(s, 12) == [source for source in sources for _ in range(6)], noted(s, 12)
        for header in (b"PROXY UNKNOWN\r\n", v2("192.0.2.9", command=0)):
            with Announced(s.https_port, header) as c:
                assert c.status() == 200
        assert noted(s, 14)[12:] == [BALANCER, BALANCER]
        assert s.get("/", source="127.0.0.2").status == 200, "who is no balancer comes as ever"
        assert noted(s, 15)[14] == "127.0.0.2"


def test_curl_by_http2():
    """curl says version 1, from its own address."""
    with server(proxy_protocol="yes", trusted_proxies="127.0.0.0/29") as s:
        for version in ("--http2", "--http1.1"):
            done = subprocess.run(["curl", "-sk", "--haproxy-protocol", version, "--interface", "127.0.0.5", "-o", "/dev/null", "-w",
                                   "%{http_code}", "--resolve", f"{NAME}:{s.https_port}:127.0.0.1", f"https://{NAME}:{s.https_port}/"],
                                  capture_output=True, text=True, timeout=20, check=True)
            assert done.stdout == "200", done


def test_what_is_no_header():
    with server(proxy_protocol="yes") as s:
        for header in (b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00", b"PROXY TCP4 192.0.2.1\r\n", v1("192.0.2.1").replace(b"4711", b"99999"),
                       SIGNATURE + b"\x31\x11\x00\x0c", SIGNATURE + b"\x21\x11\xff\xff", b"PROXY UNKNOWN " + b"x" * 200):
            for port in (s.https_port, s.http_port):
                assert ends_without_a_word(port, header), header
        assert s.log().count("proxy_header_refused") == 1, "told once a minute"
        with http_client.dial(s.https_port, source="127.0.0.2") as sock:       # nobody asked him
            sock.sendall(v1("192.0.2.1"))
            sock.settimeout(5)
            assert b"HTTP/1.1 2" not in sock.recv(1000)
        with http_client.Conn(s.http_port, source="127.0.0.2") as c:
            c.send(v1("192.0.2.1"))
            assert c.response().status == 400
        assert s.alive()


def test_header_that_does_not_come():
    """It has the time of a handshake, and costs nobody else anything."""
    with server(proxy_protocol="yes") as s:
        held = [http_client.dial(s.https_port, source=BALANCER) for _ in range(50)]
        for i, sock in enumerate(held):
            sock.sendall(v2("192.0.2.1")[:i % 27])
        with Announced(s.https_port, v2("192.0.2.2")) as c:
            assert c.status() == 200
        for sock in held:
            sock.settimeout(15)
            assert sock.recv(1) == b""
            sock.close()


def test_forwarded_for():
    rules = {"allow": "192.0.2.0/24, 127.0.0.2", "rate": "1/m burst 2"}
    with server(rules) as s:
        ask = lambda said, source=BALANCER: s.get("/", source=source, fields=[("X-Forwarded-For", said)] if said else []).status
        assert ask("192.0.2.1") == 200
        assert ask("203.0.113.1") == 403
        assert ask("192.0.2.1, 203.0.113.1") == 403, "what stands before the last one anybody may write"
        assert ask(f"203.0.113.1, 192.0.2.1, {BALANCER}") == 200
        assert ask("192.0.2.1") == 429, "the rate is the client's"
        assert ask("192.0.2.2") == 200
        assert ask("") == 403, "the balancer itself"
        assert ask("192.0.2.3", source="127.0.0.3") == 403, "nobody else is believed"
        assert ask("203.0.113.1", source="127.0.0.2") == 200
        assert noted(s, 9) == ["192.0.2.1", "203.0.113.1", "203.0.113.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", BALANCER, "127.0.0.3", "127.0.0.2"]


def test_connections_count_for_whom_they_are():
    with server(proxy_protocol="yes", max_per_client=2) as s:
        held = [Announced(s.https_port, v2(source)) for source in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.3")]
        assert ends_without_a_word(s.http_port, v2("192.0.2.1") + b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "the third of one client"
        for connection in held:
            assert connection.status() == 200
            connection.sock.close()
        with Announced(s.https_port, v2("192.0.2.1")) as c:
            assert c.status() == 200


def test_silent_ones_count_as_well():
    """Behind the header nothing: over TLS too the cap is reached before the handshake is."""
    with server(proxy_protocol="yes", max_per_client=3) as s:
        held = [http_client.dial(s.https_port, source=BALANCER) for _ in range(10)]
        for sock in held:
            sock.sendall(v2("192.0.2.1"))
        def ended(sock):
            sock.settimeout(0.5)
            try:
                return sock.recv(1) == b""
            except ConnectionResetError:
                return True
            except TimeoutError:
                return False
        assert sum(map(ended, held)) == 7
        with Announced(s.https_port, v2("192.0.2.2")) as c:
            assert c.status() == 200


def test_half_a_header_costs_nothing():
    with server(proxy_protocol="yes") as s, http_client.dial(s.https_port, source=BALANCER) as one, http_client.dial(s.http_port, source=BALANCER) as two:
        one.sendall(b"PROX")
        two.sendall(SIGNATURE)
        time.sleep(0.3)
        ticks = lambda: sum(map(int, Path(f"/proc/{s.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        before = ticks()
        time.sleep(2)
        assert ticks() - before <= 5, "hundredths of a second of CPU in two seconds"


def test_who_is_not_named_is_not_believed():
    said = "X-Forwarded-For: 192.0.2.77\r\n"
    with server({"allow": "192.0.2.77"}, proxy_protocol="yes") as s:
        for header in (b"PROXY UNKNOWN\r\n", v2("192.0.2.77", command=0), SIGNATURE + b"\x21\x00\x00\x00", v2("192.0.2.1")):
            with Announced(s.https_port, header) as c:
                assert c.status("/", said) == 403, header
        with Announced(s.https_port, v2("192.0.2.77")) as c:
            assert c.status() == 200


def test_upstream_hears_of_all():
    with upstream.Upstream() as u, server({"proxy": f"/ http://127.0.0.1:{u.port}"}) as s:
        said = [("X-Forwarded-For", "203.0.113.1, 192.0.2.1"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "a.example")]
        s.get("/", source=BALANCER, fields=said)
        s.get("/", source="127.0.0.2", fields=said)
        ours, strangers = u.asked
        assert ours.all("X-Forwarded-For") == [f"203.0.113.1, 192.0.2.1, {BALANCER}"], ours
        assert (ours.all("X-Forwarded-Proto"), ours.all("X-Forwarded-Host")) == (["http"], ["a.example"]), ours
        assert strangers.all("X-Forwarded-For") == ["127.0.0.2"], strangers
        assert (strangers.all("X-Forwarded-Proto"), strangers.all("X-Forwarded-Host")) == (["https"], [NAME]), strangers


def test_reload():
    with server() as s:
        said = [("X-Forwarded-For", "192.0.2.1")]
        s.get("/", source=BALANCER, fields=said)
        s.sections["server"].update({"trusted_proxies": "10.0.0.1"})
        s.write_ini()
        s.signal(signal.SIGHUP)
        s.wait_for("reloaded")
        s.get("/", source=BALANCER, fields=said)
        assert noted(s, 2) == ["192.0.2.1", BALANCER]


def haproxy_ini(s, fronts):
    text = ["global", "  maxconn 100", "defaults", "  timeout connect 5s", "  timeout client 10s", "  timeout server 10s"]
    for name, (port, mode, more) in fronts.items():
        text += [f"listen {name}", f"  mode {mode}", f"  bind 127.0.0.1:{port}"]
        text += ["  option forwardfor"] * (mode == "http")
        text.append(f"  server s 127.0.0.1:{s.http_port if mode == 'http' else s.https_port} source {BALANCER} {more}")
    path = s.folder / "haproxy.cfg"
    path.write_text("\n".join(text) + "\n")
    return path


def test_haproxy():
    """The protocol's authors' own program in front: both versions over TLS, and X-Forwarded-For in clear."""
    assert HAPROXY.exists(), "run tools/setup test"
    for protocol, fronts in (("yes", {"v1": ("tcp", "send-proxy"), "v2": ("tcp", "send-proxy-v2 check-send-proxy check inter 100ms")}),
                             ("no", {"forwarded": ("http", "")})):
        with server(proxy_protocol=protocol) as s:
            begin = ports.block(len(fronts))
            placed = {name: (begin + i, mode, more) for i, (name, (mode, more)) in enumerate(fronts.items())}
            running = subprocess.Popen([HAPROXY, "-db", "-f", haproxy_ini(s, placed)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                for i, (name, (port, mode, _)) in enumerate(placed.items()):
                    http_client.until(lambda: not postern.port_is_free(port), 5, f"haproxy on {port}")
                    source = f"127.0.0.{20 + i}"
                    got = http_client.fetch(port, sni=NAME if mode == "tcp" else None, source=source)
                    assert got.status == 200, (name, got)
                    assert source in noted(s, i + 1), (name, noted(s, i + 1))
            finally:
                running.terminate()
                running.wait(5)
            assert "proxy_header_refused" not in s.log(), s.log()


def named(connection, asked):
    connection.sendall(upstream.answer("x", fields=["X-Request-ID: upstream's own"]))
    return True


def test_request_ids():
    with upstream.Upstream({"/up/own": named}) as u, server({"proxy": f"/up http://127.0.0.1:{u.port}"}, request_id="yes") as s:
        mine = [("X-Request-Id", "mine")]
        got = [s.get("/", source="127.0.0.2", fields=mine), s.get("/up", source="127.0.0.2", fields=mine),
               s.get("/up", source=BALANCER, fields=mine), s.get("/none", source=BALANCER, fields=mine)]
        ids = [response.field("X-Request-Id") for response in got]
        assert len(set(ids[:3])) == 3 and [len(i) for i in ids[:2]] == [32, 32] and ids[2:] == ["mine", "mine"], ids
        assert [asked.all("X-Request-Id") for asked in u.asked] == [[ids[1]], ["mine"]], u.asked
        assert noted(s, 4, "id") == ids
        assert s.get("/up/own").raw_head.lower().count(b"x-request-id:") == 1, "the upstream's own stays behind"
        by_h2 = subprocess.run(["curl", "-sk", "--http2", "-D", "-", "-o", "/dev/null", "--resolve", f"{NAME}:{s.https_port}:127.0.0.1",
                                f"https://{NAME}:{s.https_port}/up"], capture_output=True, text=True, timeout=20, check=True)
        assert f"x-request-id: {u.asked[-1].field('X-Request-Id')}" in by_h2.stdout, by_h2
        assert noted(s, 6, "id")[5] == u.asked[-1].field("X-Request-Id")
