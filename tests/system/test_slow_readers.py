"""Clients that take a large answer a little at a time: they make room for others, and are let go below a least pace."""
import socket
import threading
import time

import http_client
from postern import Postern, own, scratch
from test_slow_clients import held

ALONE = True    # it measures

LARGE = 4 << 20
REQUEST = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
BOUND = 1.0         # seconds in which another client is answered


def server_with(**keys):
    root = scratch("www")
    (root / "index.html").write_text("hello")
    (root / "large").write_bytes(b"L" * LARGE)
    own(root)
    return Postern({"localhost": {"redirect_http": "no", "root": root}}, server={"max_per_client": "off", **keys})


def ask(port):
    """A connection that has asked for the large file.  Small segments, as of a modem: the kernels hold little of it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    sock.settimeout(2.0)
    sock.connect(("127.0.0.1", port))
    sock.send(REQUEST)
    sock.setblocking(False)
    return sock


class Readers:
    """Each takes `size` bytes every `pause` seconds, until it is cut."""

    def __init__(self, port, count, size, pause=4.0):
        self.socks = [ask(port) for _ in range(count)]
        self.size, self.pause = size, pause
        self.cut, self.taken = 0, 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while not self.stop.wait(self.pause):
            for sock in list(self.socks):
                try:
                    got = len(sock.recv(self.size))
                    if got == 0:
                        raise ConnectionResetError
                    self.taken += got
                except BlockingIOError:
                    pass
                except OSError:
                    self.cut += 1
                    self.socks.remove(sock)
                    sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        for sock in self.socks:
            sock.close()


def test_slow_readers_make_room():
    """A full house of them: after their first window newcomers are served, and one who takes his answer briskly stays."""
    with server_with(max_connections=200, loops=2) as server, http_client.Conn(server.http_port) as brisk:
        brisk.send(REQUEST)
        brisk_bytes = len(brisk.sock.recv(20000))       # it is being answered: before, it is one of those who only knock
        begun = time.monotonic()
        with Readers(server.http_port, 250, 3000) as slow:
            while time.monotonic() < begun + 7:         # 5 s and a little: the pace of all has been judged
                brisk_bytes += len(brisk.sock.recv(20000))
                time.sleep(0.1)
            times = []
            for _ in range(40):
                began = time.monotonic()
                assert server.get_plain("/", timeout=5).status == 200
                times.append(time.monotonic() - began)
            while brisk_bytes < LARGE:
                more = len(brisk.sock.recv(65536))
                assert more, f"the brisk one was cut after {brisk_bytes} bytes"
                brisk_bytes += more
            assert max(times) < BOUND, f"slowest of {len(times)}: {max(times):.2f} s"
            return f"slowest of {len(times)} newcomers {max(times) * 1000:.0f} ms; {slow.cut} of 250 cut meanwhile"


def test_slow_readers_are_let_go():
    """750 bytes a second is below the least pace, though it never stalls: they are cut, each within 40 s."""
    with server_with(max_connections=1000) as server, Readers(server.http_port, 300, 3000) as slow:
        time.sleep(15)
        assert held((server.http_port,)) >= 300, "cut too soon: GPRS is slow as well"
        http_client.until(lambda: held((server.http_port,)) == 0, 30, "all of them are let go")
        return f"{slow.taken / 300:.0f} bytes each had been taken"


def test_modem_gets_its_answer():
    """2.5 kB a second, 20 kbit/s: slow, and served for as long as it takes."""
    with server_with() as server, Readers(server.http_port, 20, 2500, pause=1.0) as slow:
        time.sleep(34)
        assert slow.cut == 0, f"{slow.cut} were cut after {slow.taken // 20} bytes each"
        return f"{slow.taken // 20} bytes each in 34 s"
