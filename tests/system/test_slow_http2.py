"""HTTP/2 attacked slowly at every point at once, 400 connections at each: others are served all the same."""
import os
import time
from pathlib import Path

import postern
import upstream
from h2_wire import HEADERS, Wire, headers, request
from http_client import Conn, until
from postern import Postern, own, scratch
from slow_crowd import KINDS, Crowd, UpstreamElsewhere, held_by
from upstream import Upstream

ALONE = True    # it measures

EACH = 400
SECONDS = 14.0      # longer than the deadlines for handshake and header (10 s)
BOUND = 0.5         # seconds in which another client is answered
LARGE = 4 << 20
SOON = ("handshake", "silent", "preface", "headers", "continuation")    # of these none lives as long as this test


def house(slow, up, **keys):
    root = scratch("slow")
    (root / "index.html").write_text("hello")
    (root / "large").write_bytes(b"L" * LARGE)
    (root / "medium").write_bytes(b"M" * 100_000)   # too large for the cache: it is opened for each request
    own(root)
    s = Postern({"localhost": {}}, server=keys)
    proxies = [("proxy", f"{path} http://127.0.0.1:{to.port}") for path, to in (("/up", slow), ("/down", slow), ("/echo", up))]
    s.write_ini(postern.ini_text([*s.sections.items(), ("site localhost", [("certificate", "self-signed"), ("root", root), *proxies])]))
    return s


def two_ask(server, wire, stream):
    """By HTTP/2, over a connection that is there."""
    wire.seen.clear()
    wire.send(headers(stream, request("/", authority="localhost")))
    wire.until(lambda came: came.kind == HEADERS and came.stream == stream, 10)
    return wire.status(stream)


def fresh_two(server):
    with Wire(server.https_port, "localhost", timeout=10) as wire:
        return two_ask(server, wire, 1)


def queued(pid):
    """{thread: seconds that it was ready to run and had no processor}, as the kernel counts: the machine's doing, not the server's."""
    out = {}
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            out[path.parent.name] = int(path.read_text().split()[1]) / 1e9
        except (OSError, IndexError):       # it ended
            pass
    return out


def queued_since(before, pid):
    return [seconds - before.get(thread, 0.0) for thread, seconds in queued(pid).items()] or [0.0]


def others(server, seconds):
    """What other clients wait meanwhile: {what they do: [(seconds, without those in which the machine had no processor for us)]}."""
    times = {}

    def timed(what, action):
        servers, ours, began = queued(server.pid), queued(os.getpid()), time.monotonic()
        status = action()
        took = time.monotonic() - began
        # a request is one loop's, and then goes from thread to thread of ours: the client's, the upstream's
        machine = max(queued_since(servers, server.pid)) + sum(queued_since(ours, os.getpid()))
        times.setdefault(what, []).append((took, took - min(machine, took)))
        assert status == 200, f"{what}: {status} after {took:.2f} s and {len(times[what])} times"

    with Conn(server.https_port, "localhost", timeout=10) as kept, Wire(server.https_port, "localhost", timeout=10) as wire:
        end, stream = time.monotonic() + seconds, 1
        while time.monotonic() < end:
            timed("new HTTP/2", lambda: fresh_two(server))
            timed("kept HTTP/2", lambda: two_ask(server, wire, stream))
            timed("new HTTPS", lambda: server.get("/", timeout=10).status)
            timed("kept HTTPS", lambda: kept.request("/").status)
            timed("a file", lambda: server.get("/medium", timeout=10).status)
            timed("an upload", lambda: server.get("/echo", method="POST", body=b"e" * 50_000, timeout=10).status)
            stream += 2
            time.sleep(0.05)
    return times


def worst_of(times):
    """(the worst of them without the machine's part, a note of all)"""
    worst = {what: (max(own for _, own in all_of), max(took for took, _ in all_of), len(all_of)) for what, all_of in times.items()}
    return max(own for own, _, _ in worst.values()), "the worst wait of another, and with the machine's own queue: " + \
        ", ".join(f"{what} {own * 1000:.0f} ({took * 1000:.0f}) ms of {count}" for what, (own, took, count) in worst.items())


def attack(sources, kinds=tuple(KINDS), seconds=SECONDS, each=EACH, wrap=(), **keys):
    """({kind: Told}, what others waited)"""
    down = {"/down": upstream.answer(b"d" * LARGE)}
    with UpstreamElsewhere(down) as slow, Upstream({"/echo": upstream.answer(b"fine")}) as up, house(slow, up, **keys).start(wrap=wrap) as server:
        with Crowd(server.https_port, sources, kinds, each) as crowd:
            times = others(server, seconds)
        assert server.alive()
        until(lambda: len(held_by(server.https_port)) == 0, 20, "all are let go")
    return crowd.told, times


def report(sources, **keys):
    told, times = attack(sources, **keys)
    worst, waited = worst_of(times)
    note = f"{sum(min(t.counts) for t in told.values())} held at the least, from {len(sources)} address(es), for {SECONDS:.0f} s; {waited}; held of each {EACH}: " + \
        ", ".join(f"{kind} {t}" for kind, t in told.items())
    assert worst < BOUND, note
    for kind, t in told.items():
        assert min(t.counts) >= 0.85 * EACH, f"{kind}: {note}"      # what a deadline ends is opened again within two seconds
        assert len(t.lives) >= EACH or kind not in SOON, f"the deadline ends hardly any of {kind}: {note}"
    return note


def test_from_several_addresses_with_default_caps():
    return report([f"127.0.0.{n}" for n in range(10, 50)], max_connections=12000)


def test_no_address_takes_an_upstream_from_all():
    """A few connections of one address, eighty answers each from one upstream, none of which is taken: it goes on answering others,
    those too for whom a trusted proxy at that address asks."""
    answers = {"/app/down": upstream.answer(b"d" * LARGE), "/app/quick": upstream.answer(b"fine")}
    with UpstreamElsewhere(answers) as up, Postern({"localhost": {"redirect_http": "no", "proxy": f"/app http://127.0.0.1:{up.port}"}},
                                                   server={"trusted_proxies": "127.0.0.9"}) as server:
        times, by_proxy = [], {"source": "127.0.0.9", "fields": [("X-Forwarded-For", "192.0.2.7")]}
        with Crowd(server.https_port, ["127.0.0.9"], ("many stuck, by one way",), 40) as crowd:
            began = time.monotonic()
            while time.monotonic() < began + 5:
                asked, before = time.monotonic(), queued(server.pid)
                answer = server.get("/app/quick", timeout=10, **(by_proxy if len(times) % 2 else {}))
                assert answer.status == 200, f"{answer} as request {len(times) + 1}"
                took = time.monotonic() - asked
                times.append(took - min(took, max(queued_since(before, server.pid))))
                time.sleep(0.02)
    assert max(times) < BOUND, max(times)
    return f"{crowd.told['many stuck, by one way']} of 40 connections held, 3200 answers asked for; the worst wait of another {max(times) * 1000:.0f} ms of {len(times)}"


def test_no_address_takes_all_descriptors():
    """Each of its connections asks for as many files, or proxied answers, as it may, and takes none: default caps, on a small machine."""
    told, times = attack(["127.0.0.9"], ("many stuck", "many stuck, proxied"), 6, 120, wrap=("prlimit", "--nofile=2048:2048"))
    worst, waited = worst_of(times)
    note = f"held {', '.join(f'{kind} {t}' for kind, t in told.items())} of 120 each; {waited}"
    assert worst < BOUND, note
    return note
