"""Connections that dawdle, 900 before their request, hundreds while they are answered: others are served all the same."""
import re
import resource
import select
import socket
import ssl
import statistics
import threading
import time

import http_client
from postern import Postern

ALONE = True    # it measures

EACH = 300              # silent connections, half ClientHellos, header drippers
SECONDS = 13.0          # longer than the deadlines for handshake and header (10 s)
SPREAD = 6.0            # seconds in which the crowd arrives, so that no deadline ends all of them at once
PAUSE = 0.3             # seconds between two bytes of a dripper
BOUND = 0.5             # seconds in which another client is answered
HELLO = http_client.client_hello(http_client.context(), "localhost")
TLS = http_client.context()
HEADER = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


class Dawdler:
    """One connection of a kind; opened again as soon as the server has ended it."""

    def __init__(self, kind, port, source, tls=False):
        self.kind, self.port, self.source, self.tls = kind, port, source, tls
        self.sock = None
        self.refused = 0

    def open(self):
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.bind((self.source, 0))
        self.sock.connect_ex(("127.0.0.1", self.port))
        self.step, self.shaken = 0, not self.tls

    def poke(self):
        """A few times a second: whatever little this kind sends; opens it again when the server has ended it."""
        if self.sock is None:
            return self.open()
        try:
            if self.shaken:
                self.look()
                self.say_little()
            else:
                self.shake()
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.sock.close()
            self.refused += 1
            self.open()

    def shake(self):
        if not isinstance(self.sock, ssl.SSLSocket):
            self.sock = TLS.wrap_socket(self.sock, server_hostname="localhost", do_handshake_on_connect=False)
        self.sock.do_handshake()
        self.shaken = True

    def look(self):
        try:
            if self.sock.recv(4096) == b"":
                raise ConnectionResetError
        except (BlockingIOError, ssl.SSLWantReadError):
            pass

    def say_little(self):
        if self.kind == "hello" and self.step == 0:
            self.sock.send(HELLO[:len(HELLO) // 2])
        elif self.kind == "dripper":
            self.sock.send(HEADER[self.step:self.step + 1] or b"x")
        self.step += 1

    def close(self):
        if self.sock:
            self.sock.close()


def held(ports):
    """Established connections that the kernel counts at the server's side of these ports."""
    wanted = {f"{p:04X}" for p in ports}
    count = 0
    with open("/proc/net/tcp") as f:
        for line in f.readlines()[1:]:
            _, local, _, state, *_ = line.split()
            count += state == "01" and local.split(":")[1] in wanted
    return count


def dawdle(server, sources):
    """Holds them all; what other clients saw meanwhile: (worst answer in seconds, how many, counts of held)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard < 0 else min(hard, 8192), hard))
    ports = (server.http_port, server.https_port)
    crowd = [Dawdler(kind, server.https_port if kind == "hello" else ports[i % 2], sources[i % len(sources)],
                     tls=kind == "dripper" and i % 2 == 1)
             for i in range(EACH) for kind in ("silent", "hello", "dripper")]
    counts, times = [], {"new TLS connection": [], "new plain connection": [], "kept connection": []}
    stop = threading.Event()

    def keep_dawdling():
        start = time.monotonic()
        while not stop.is_set():
            began = time.monotonic()
            for i, d in enumerate(crowd):
                if d.sock or began - start > SPREAD * i / len(crowd):
                    d.poke()
                if i % 50 == 0:
                    select.select([], [], [], 0.002)    # lets the measuring thread run
            stop.wait(max(0.05, PAUSE - (time.monotonic() - began)))

    def timed(kind, action):
        began = time.monotonic()
        response = action()
        times[kind].append(time.monotonic() - began)
        assert response.status == 200, response

    kept = http_client.Conn(server.https_port, "localhost")
    crowd_thread = threading.Thread(target=keep_dawdling)
    crowd_thread.start()
    try:
        http_client.until(lambda: held(ports) > len(crowd) * 0.95, 12, f"{len(crowd)} connections are held")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            timed("new TLS connection", lambda: server.get("/", timeout=10))
            timed("new plain connection", lambda: server.get_plain("/", timeout=10))
            timed("kept connection", lambda: kept.request("/"))
            counts.append(held(ports))
            time.sleep(0.05)
    finally:
        stop.set()
        crowd_thread.join()
        for d in crowd:
            d.close()
        kept.close()
    return times, counts, crowd


def report(server, sources):
    times, counts, crowd = dawdle(server, sources)
    worst = {kind: max(t) for kind, t in times.items()}
    ended = sum(d.refused for d in crowd)
    note = f"held {min(counts)} to {max(counts)} (median {statistics.median(counts):.0f}) of {len(crowd)} from " \
           f"{len(sources)} address(es) for {SECONDS:.0f} s; slowest answer " + \
           ", ".join(f"{kind} {s * 1000:.0f} ms of {len(times[kind])}" for kind, s in worst.items()) + \
           f"; ended by deadline {ended}"
    assert max(worst.values()) < BOUND, note
    # what a deadline ends is opened again within PAUSE
    assert min(counts) >= 0.9 * len(crowd), note
    assert ended >= EACH, f"the deadlines end hardly any: {note}"
    http_client.until(lambda: held((server.http_port, server.https_port)) == 0, 15, "all are let go")
    return note


def server_with(**keys):
    return Postern({"localhost": {"redirect_http": "no"}}, server=keys)


def test_from_one_address_with_the_cap_lifted():
    with server_with(max_per_client="off") as server:
        return report(server, ["127.0.0.1"])


def test_from_many_addresses_with_default_caps():
    with server_with() as server:
        return report(server, [f"127.0.0.{n}" for n in range(10, 16)])


def test_default_cap_holds_one_address_back():
    """The 257th connection of one address finds no room, and another address does not notice."""
    with server_with() as server:
        crowd = [Dawdler("silent", server.http_port, "127.0.0.9") for _ in range(400)]
        for d in crowd:
            d.open()
        time.sleep(0.5)
        assert server.get_plain("/").status == 200
        mine = sum(1 for line in open("/proc/net/tcp")
                   if re.match(rf"\s*\d+: \w+:{server.http_port:04X} 0900007F:\w+ 01 ", line))
        for d in crowd:
            d.close()
        assert 200 <= mine <= 256, f"{mine} connections of one address are held"
        return f"{mine} of 400 held"


def test_full_server_drops_the_oldest_idle():
    """max_connections reached: new clients take the places of the oldest idle ones."""
    with server_with(max_connections=64, max_per_client="off", loops=1) as server:
        idle, fresh = [], []
        for _ in range(64):
            idle.append(http_client.Conn(server.http_port))
            assert idle[-1].request("/").status == 200
        for _ in range(8):
            began = time.monotonic()
            fresh.append(http_client.Conn(server.http_port))
            assert fresh[-1].request("/").status == 200
            assert time.monotonic() - began < BOUND
        ended = [i for i, c in enumerate(idle) if c.ended(0.05)]
        for c in idle + fresh:
            c.close()
        assert len(ended) == 8, f"for eight new ones these were let go: {ended}"
        assert max(ended) < 32, f"not the oldest were let go: {ended}"
        return f"let go: {ended}"
