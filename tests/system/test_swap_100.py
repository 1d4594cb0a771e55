"""100 certificates in turn under 32 clients: nobody notices, and the old one is never shown 100 ms later."""
import bisect
import ctypes
import ctypes.util
import hashlib
import multiprocessing
import os
import ssl
import struct
import threading
import time

import http_client
import postern
from http_client import Conn, request_bytes
from lab import Lab
from postern import Postern

ALONE = True    # it measures

NAME = "device.example.test"
SWAPS = 100
KEPT, FRESH, SLOW = 16, 12, 4       # clients: on one connection, a new connection each time, slow readers
LATE = 0.100                        # seconds after the rename from which on the new certificate must be shown
BULK = 1 << 20


class Renames(threading.Thread):
    """Notes the moment of every rename in a folder, by inotify: [(time, target of the link)]."""

    MOVED_TO = 0x80

    def __init__(self, folder, name):
        super().__init__(daemon=True)
        self.path, self.name = folder / name, name
        self.seen = []
        libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        self.fd = libc.inotify_init()
        if self.fd < 0 or libc.inotify_add_watch(self.fd, os.fsencode(folder), self.MOVED_TO) < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        self.start()

    def run(self):
        while True:
            data = os.read(self.fd, 65536)
            now = time.monotonic()
            while data:
                _, _, _, size = struct.unpack_from("iIII", data)
                name, data = data[16:16 + size].rstrip(b"\0"), data[16 + size:]
                if name == self.name.encode():
                    self.seen.append((now, os.readlink(self.path)))


def client(kind, port, stop, out):
    """Requests until `stop`; reports [(began, ended)] of requests, [(dialled, certificate)] of connections, faults."""
    requests, shown, faults = [], [], []
    path, size = ("/bulk.bin", BULK) if kind == "slow" else ("/", None)
    data = request_bytes(path, NAME)
    conn = None
    while not stop.is_set():
        began = time.monotonic()
        try:
            if conn is None:
                dialled = began
                conn = Conn(port, NAME, timeout=10)
                shown.append((dialled, hashlib.sha256(conn.sock.getpeercert(True)).hexdigest()))
                began = time.monotonic()
            conn.send(data)
            if kind == "slow":
                read_slowly(conn)
            response = conn.response()
            if response.status != 200 or (size and len(response.body) != size):
                faults.append(f"{kind}: {response}")
            requests.append((began, time.monotonic()))
        except (OSError, AssertionError, ssl.SSLError) as error:
            faults.append(f"{kind} at {began:.3f}: {error!r}")
            conn = None
            continue
        if kind == "fresh" or response.field("Connection") == "close":
            conn.close()
            conn = None
        if kind == "fresh":
            time.sleep(0.01)
    out.put((kind, requests, shown, faults))


def read_slowly(conn):
    """Half of the body in 0.4 s, so that a response is on its way at any moment."""
    for _ in range(8):
        conn._more()
        time.sleep(0.05)


def crowd(kinds, port, stop, out):
    """Several clients as threads of one process."""
    threads = [threading.Thread(target=client, args=(kind, port, stop, out)) for kind in kinds]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def swap_all(server, watch):
    slowest = 0.0
    for n in range(SWAPS):
        began = time.monotonic()
        done = server.renew(NAME)
        assert done.returncode == 0, f"renewal {n + 1}: {done.returncode}\n{done.stdout}{done.stderr}"
        http_client.until(lambda: len(watch.seen) == n + 1, 3, f"rename {n + 1} of live/{NAME} is seen")
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(LATE + 0.05)     # a window in which only the new one may be shown
    return slowest


def digest_of(server, target):
    pem = (server.state / "live" / target / "cert.pem").resolve().read_text()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[:pem.index("-----END") + 25])).hexdigest()


def test_swap_100():
    root = postern.scratch("root")
    (root / "index.html").write_text("<!doctype html>" + "x" * 1000)
    (root / "bulk.bin").write_bytes(bytes(BULK))
    postern.own(root)
    with Lab(nonce_reject=0, authz_reuse=100, retry_after_authz=0, retry_after_order=0) as lab:
        server = Postern({NAME: {"root": root}}, lab=lab, directory=lab.direct)
        with server:
            server.wait_issued(NAME)
            return under_load(server)


def under_load(server):
    first = digest_of(server, server.live(NAME))
    generations = {}        # certificate by generation: older ones than three are thrown away during the run
    watch = Renames(server.state / "live", NAME)
    fork = multiprocessing.get_context("fork")
    stop, out = fork.Event(), fork.Queue()
    kinds = ["kept"] * KEPT + ["fresh"] * FRESH + ["slow"] * SLOW
    workers = [fork.Process(target=crowd, args=(kinds[i::2], server.https_port, stop, out), daemon=True)
               for i in range(2)]
    began = time.monotonic()
    for w in workers:
        w.start()
    noting = threading.Event()

    def note_generations():
        while not noting.is_set():
            for _, target in watch.seen[len(generations):]:
                generations[target] = digest_of(server, target)
            time.sleep(0.01)
    noter = threading.Thread(target=note_generations)
    noter.start()
    try:
        slowest = swap_all(server, watch)
    finally:
        stop.set()
        results = [out.get(timeout=20) for _ in kinds]
        noting.set()
        noter.join()
        for w in workers:
            w.join(10)
    seconds = time.monotonic() - began
    return judge(results, watch.seen, [first] + [generations[t] for _, t in watch.seen], seconds, slowest)


def judge(results, swaps, digests, seconds, slowest):
    moments = [t for t, _ in swaps]
    faults = [f for *_, fs in results for f in fs]
    requests = [r for _, rs, _, _ in results for r in rs]
    shown = [s for *_, ss, _ in results for s in ss]
    in_flight = [sum(a < t < b for a, b in requests) for t in moments]
    late, early, unknown = [], 0, []
    for dialled, digest in shown:
        if digest not in digests:
            unknown.append(dialled)
            continue
        due = bisect.bisect_right(moments, dialled - LATE)      # so many swaps were over when it was dialled
        if digests.index(digest) < due:
            late.append((dialled, digests.index(digest), due))
        early += digests.index(digest) == bisect.bisect_right(moments, dialled)
    note = f"{len(swaps)} swaps in {seconds:.0f} s (slowest renewal {slowest * 1000:.0f} ms) under {len(results)} " \
           f"clients: {len(requests)} requests, {len(shown)} handshakes, {min(in_flight)} to {max(in_flight)} " \
           f"requests in flight at a swap, {len(faults)} failed, {len(late)} old certificates {LATE * 1000:.0f} ms " \
           f"after a rename"
    assert len(swaps) == SWAPS and len(set(digests)) == SWAPS + 1, note
    assert not faults, f"{note}: {faults[:5]}"
    assert not late and not unknown, f"{note}: {late[:5]} {unknown[:5]}"
    assert len(requests) >= 10000 and len(shown) >= 1000 and min(in_flight) >= 1, note
    assert early > len(shown) // 2, f"{early} of {len(shown)} connections show the newest: too few to prove anything"
    return note
