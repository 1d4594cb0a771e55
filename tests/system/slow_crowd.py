"""Hundreds of HTTP/2 connections that dawdle, each kind at another point of the protocol, driven by a process of its own: what the
tests measure meanwhile does not wait for them."""
import multiprocessing
import os
import resource
import select
import socket
import ssl
import statistics
import struct
import time
from collections import Counter

import http_client
from h2_wire import CONTINUATION, DATA, END_HEADERS, HEADERS, PING, PREFACE, SETTINGS, WINDOW_UPDATE, frame, headers, request, settings
from upstream import Upstream

ROUND = 1.0             # seconds between two things that one connection says
SLICE = 0.02
ARRIVALS = 300          # a second: as fast as a small machine makes handshakes
HOST = "localhost"
TLS = http_client.context()
TLS.set_alpn_protocols(["h2"])
OPEN = PREFACE + settings()
NO_WINDOW = PREFACE + settings((4, 0))
U32 = lambda n: struct.pack(">I", n)
ASK = lambda path: headers(1, request(path, authority=HOST))
POST = lambda path, size: headers(1, request(path, "POST", HOST, more=[("content-length", str(size))]), END_HEADERS)
HEAD = request("/", authority=HOST)
LONG_HEAD = HEAD + b"\0\x05x-pad\x7f\xff\x60"      # and a value of 12 kB to come
HELLO = http_client.client_hello(TLS, HOST)


def bytes_of(data):
    return lambda step: data[step:step + 1] or b"x"


# kind: (what it says first, what it says at each step from then on; or None)
KINDS = {
    "handshake": (b"", bytes_of(HELLO)),                                                    # a byte of a ClientHello each time
    "silent": (b"", None),                                                                  # TLS, and then nothing
    "preface": (OPEN[:12], lambda step: OPEN[12 + step:13 + step]),                         # and then no more
    "headers": (OPEN + frame(HEADERS, END_HEADERS, 1, LONG_HEAD, 13000), lambda step: b"y"),    # one long frame, byte by byte
    "continuation": (OPEN + frame(HEADERS, 0, 1, HEAD), lambda step: frame(CONTINUATION, 0, 1, HEAD[:0] if step % 2 else b"\0\1a\1b")),
    "upload": (OPEN + POST("/up", 1 << 20), lambda step: frame(DATA, 0, 1, b"u")),          # into the proxy
    "upload frame": (OPEN + POST("/up", 1 << 20) + frame(DATA, 0, 1, b"", 16384), lambda step: b"u"),
    "refused upload": (OPEN + POST("/", 60000), lambda step: frame(DATA, 0, 1, b"r")),      # what a 405 waits for
    "long refused upload": (OPEN + POST("/", 1 << 30), lambda step: frame(DATA, 0, 1, b"r")),   # what it does not wait for
    "no window": (NO_WINDOW + ASK("/large"), None),
    "window of one": (NO_WINDOW + ASK("/large"), lambda step: frame(WINDOW_UPDATE, 0, 1, U32(1))),
    "settings of one": (NO_WINDOW + ASK("/large"), lambda step: settings((4, step + 1))),   # the same for every stream
    "no window, proxied": (NO_WINDOW + ASK("/down"), None),
    "many stuck": (PREFACE + settings((4, 1)) + b"".join(headers(i, request("/large", authority=HOST)) for i in range(1, 161, 2)), None),
    "many stuck, proxied": (NO_WINDOW + b"".join(headers(i, request("/down", authority=HOST)) for i in range(1, 161, 2)), None),
    "unread": (PREFACE + settings((4, 1 << 30)) + frame(WINDOW_UPDATE, 0, 0, U32(1 << 30)) + ASK("/large"), None),   # of TCP, not of HTTP/2
    "ping": (OPEN, lambda step: frame(PING, 0, 0, b"slowping")),
    "settings": (OPEN, lambda step: settings((3, step))),
}
# not of every crowd
MORE = {
    "many stuck, by one way": (NO_WINDOW + b"".join(headers(i, request("/app/down", authority=HOST)) for i in range(1, 161, 2)), None),
}


class Dawdler:
    """One connection of a kind; opened again as soon as the server has ended it."""

    def __init__(self, kind, port, source):
        self.kind, self.port, self.source = kind, port, source
        self.first, self.more = (KINDS | MORE)[kind]
        self.sock, self.lives, self.answered = None, [], 0

    def open(self):
        self.sock = socket.socket()
        if self.kind == "unread":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.sock.setblocking(False)
        self.sock.bind((self.source, 0))
        self.sock.connect_ex(("127.0.0.1", self.port))
        self.address = self.sock.getsockname()
        self.step, self.shaken, self.since = 0, self.kind == "handshake", time.monotonic()

    def poke(self):
        """False: it is ended."""
        try:
            if not self.shaken:
                self.shake()
            if self.kind != "unread":
                self.look()
            if self.more:
                self.sock.send(self.more(self.step) or b"")
                self.step += 1
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            return False
        return True

    def ended(self):
        self.sock.close()
        self.lives.append(time.monotonic() - self.since)

    def shake(self):
        if not isinstance(self.sock, ssl.SSLSocket):
            self.sock = TLS.wrap_socket(self.sock, server_hostname=HOST, do_handshake_on_connect=False)
        self.sock.do_handshake()
        self.shaken = True
        self.sock.send(self.first)

    def look(self):
        try:
            while got := self.sock.recv(65536):
                self.answered += len(got)
            raise ConnectionResetError
        except (BlockingIOError, ssl.SSLWantReadError):
            pass


def held_by(port):
    """(address, port) of those to whom the kernel has a connection open at the server's side of this port."""
    wanted, out = f":{port:04X}", set()
    with open("/proc/net/tcp") as table:
        for line in table.readlines()[1:]:
            _, local, peer, state, *_ = line.split()
            if state == "01" and local.endswith(wanted):
                address, _, number = peer.partition(":")
                out.add((socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(number, 16)))
    return out


class Driver:
    """Keeps them all dawdling, a slice of them every SLICE seconds; those that were ended are opened again at once."""

    def __init__(self, port, sources, kinds, each):
        self.port, self.kinds, self.each = port, kinds, each
        self.crowd = [Dawdler(kind, port, sources[i % len(sources)]) for i in range(each) for kind in kinds]
        self.poll, self.by_fd = select.poll(), {}
        self.counts, self.filled = {kind: [] for kind in kinds}, False

    def open(self, dawdler):
        dawdler.open()
        self.by_fd[dawdler.sock.fileno()] = dawdler
        self.poll.register(dawdler.sock.fileno(), select.POLLRDHUP)

    def reopen(self, dawdler):
        dawdler.ended()
        self.open(dawdler)      # mostly with the same descriptor

    def run(self, full, stop):
        at, began, counted = 0, time.monotonic(), 0.0
        arrived = 0
        while not stop.is_set():
            turn = time.monotonic()
            while arrived < len(self.crowd) and arrived < (turn - began) * ARRIVALS:
                self.open(self.crowd[arrived])
                arrived += 1
            for _ in range(int(len(self.crowd) * SLICE / ROUND) + 1):
                dawdler, at = self.crowd[at], (at + 1) % len(self.crowd)
                if dawdler.sock and not dawdler.poke():
                    self.reopen(dawdler)
            for fd, _ in self.poll.poll(max(1, 1000 * (SLICE - (time.monotonic() - turn)))):
                self.reopen(self.by_fd[fd])
            if turn > counted + 1:
                counted = turn
                self.count(full)

    def count(self, full):
        there = held_by(self.port)
        now = Counter(d.kind for d in self.crowd if d.sock and d.address in there)
        # the end of a connection stands behind what this kind does not read
        for dawdler in self.crowd:
            if dawdler.kind == "unread" and dawdler.sock and dawdler.address not in there and time.monotonic() - dawdler.since > 1.5:
                self.poll.unregister(dawdler.sock.fileno())
                self.reopen(dawdler)
        if not full.is_set() and min(now[kind] for kind in self.kinds) >= 0.95 * self.each and self.crowd[-1].sock:
            full.set()
        for kind in self.kinds:
            self.counts[kind] = [*(self.counts[kind] if self.filled else []), now[kind]]
        self.filled = full.is_set()

    def told(self):
        of = lambda kind: [d for d in self.crowd if d.kind == kind]
        return {kind: (self.counts[kind], [life for d in of(kind) for life in d.lives], sum(d.answered > 0 for d in of(kind))) for kind in self.kinds}


def drive(port, sources, kinds, each, full, stop, pipe):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.nice(5)      # a crowd out there takes no processor of ours
    driver = Driver(port, sources, kinds, each)
    driver.run(full, stop)
    pipe.send(driver.told())
    pipe.close()


class UpstreamElsewhere:
    """An Upstream in a process of its own: hundreds of its answers that nobody takes hold up nobody who measures here."""

    def __init__(self, answers):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.serve, args=(answers, theirs), daemon=True)
        self.process.start()
        self.port = self.pipe.recv()

    @staticmethod
    def serve(answers, pipe):
        os.nice(5)
        with Upstream(answers) as up:
            pipe.send(up.port)
            pipe.recv()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.join()


class Told:
    """Of a kind: how many were held (counted each second), how long those lived that the server ended, how many heard something."""

    def __init__(self, counts, lives, answered):
        self.counts, self.lives, self.answered = counts, lives, answered

    def __str__(self):
        ended = f", {len(self.lives)} ended after {statistics.median(self.lives):.0f} s" if self.lives else ""
        return f"{min(self.counts)} to {max(self.counts)}{ended}"


class Crowd:
    """`with Crowd(...)`: all are there.  Afterwards `told` has a Told for each kind."""

    def __init__(self, port, sources, kinds=tuple(KINDS), each=400):
        self.full, self.stop = multiprocessing.Event(), multiprocessing.Event()
        self.pipe, theirs = multiprocessing.Pipe(False)
        self.process = multiprocessing.Process(target=drive, args=(port, sources, kinds, each, self.full, self.stop, theirs), daemon=True)
        self.size, self.told = each * len(kinds), {}

    def __enter__(self):
        self.process.start()
        try:
            there = self.full.wait(30 + self.size / 100)
        except BaseException:
            self.__exit__()
            raise
        if not there:
            self.__exit__()
            raise AssertionError(f"{self.size} connections are not held: {', '.join(f'{k} {t}' for k, t in self.told.items())}")
        return self

    def __exit__(self, *_):
        self.stop.set()
        if self.pipe.poll(30):
            self.told = {kind: Told(*facts) for kind, facts in self.pipe.recv().items()}
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
