"""What a TLS connection costs the server in each phase, when hundreds stand in it at once: sizing.cpp divides by it."""
import random
import socket
import ssl
import time

import h2_wire
import http_client
from postern import Postern, own, scratch
from test_idle import pss_kb

ALONE = True    # it measures

COUNT = 200
MOST_KB = 96        # of memory of the server's own for a connection: kPerConnection in firmware/sizing.cpp
RECORD = 16384
LARGE = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"x" * 1000) for i in range(15))


class Peer:
    """A TLS client that goes as far as it is told, with a window so small that the server keeps what it has to say."""

    def __init__(self, port, version):
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        self.sock.settimeout(5.0)
        self.sock.connect(("127.0.0.1", port))
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = http_client.context(version=version).wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")

    def hello(self, part=1.0):
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        data = self.outgoing.read()
        self.sock.sendall(data[:int(len(data) * part)])

    def shake(self):
        while True:
            try:
                self.tls.do_handshake()
                self.sock.sendall(self.outgoing.read())
                return
            except ssl.SSLWantReadError:
                self.sock.sendall(self.outgoing.read())
                self.incoming.write(self.sock.recv(65536))

    def say(self, data):
        self.shake()
        self.tls.write(data)
        self.sock.sendall(self.outgoing.read())

    def say_part_of_a_record(self):
        self.shake()
        self.tls.write(b"G" * RECORD)
        self.sock.sendall(self.outgoing.read()[:-100])


PHASES = {
    "connected, silent": lambda peer: None,
    "half a ClientHello": lambda peer: peer.hello(0.5),
    "our flight unanswered": lambda peer: peer.hello(),
    "shaken, silent": lambda peer: peer.shake(),
    "15 kB of a head": lambda peer: peer.say(HEAD),
    "most of a record": lambda peer: peer.say_part_of_a_record(),
    "a large answer, unread": lambda peer: peer.say(LARGE),
    "pipelined, unread": lambda peer: peer.say(LARGE * (8 * RECORD // len(LARGE))),
}


def cost_kb(version, phase):
    """kB of its own that the server holds for one of COUNT connections that stand in the phase."""
    root = scratch("www")
    (root / "index.html").write_text("hello")
    (root / "large").write_bytes(b"L" * (4 << 20))
    own(root)
    with Postern({"localhost": {"root": root}}, server={"max_connections": 1000, "max_per_client": "off",
                                                        "loops": 1}) as server:
        with http_client.Conn(server.https_port, "localhost") as first:
            first.request("/")
        before = pss_kb(server.pid)
        peers = [Peer(server.https_port, version) for _ in range(COUNT)]
        try:
            for peer in peers:
                PHASES[phase](peer)
            time.sleep(0.1)
            return (pss_kb(server.pid) - before) / COUNT
        finally:
            for peer in peers:
                peer.sock.close()


def test_cost_in_each_phase():
    costs = {(phase, version): cost_kb(version, phase) for phase in PHASES for version in ("1.2", "1.3")}
    note = "; ".join(f"{phase} ({version}) {kb:.1f} kB" for (phase, version), kb in costs.items())
    assert max(costs.values()) < MOST_KB, note
    return note


def test_what_nobody_takes_is_no_more_than_the_cache():
    """Files that fit into the cache, but not all of them, asked for over HTTP/2 by those who open no window."""
    files, connections, streams = 100, 12, 32
    root = scratch("www")
    for i in range(files):
        (root / f"{i}.jpg").write_bytes(random.Random(i).randbytes(120_000))
    own(root)
    with Postern({"localhost": {"root": root, "certificate": "self-signed"}}, server={"loops": 1}) as server:
        with h2_wire.Wire(server.https_port, "localhost") as first:
            first.receive(1)
        before = pss_kb(server.pid)
        waiting, n = [], 0
        for _ in range(connections):
            wire = h2_wire.Wire(server.https_port, "localhost", first=h2_wire.settings((4, 0)))
            waiting.append(wire)
            for k in range(streams):
                wire.send(h2_wire.headers(1 + 2 * k, h2_wire.request(f"/{n % files}.jpg", authority="localhost")))
                n += 1
        time.sleep(1.5)
        more = pss_kb(server.pid) - before
        assert server.get("/7.jpg").body == random.Random(7).randbytes(120_000), "others are served"
        for wire in waiting:
            wire.close()
        assert more < 10_000, f"{more} kB for {connections} connections, each with {streams} answers that it does not take"
        assert server.get("/8.jpg").status == 200
    return f"{more} kB; the files that were asked for are {files * 120} kB"
