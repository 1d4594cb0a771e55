"""HTTP/2 as the shipped program speaks it: the table of h2_cases, what a real client sees, and that it is as HTTP/1.1."""
import signal
import subprocess
import time

import clause_servers
import h2_cases
import h2_wire
from h2_judge import is_final, try_case
from h2_wire import GOAWAY, HEADERS, SETTINGS, Wire, frame, headers, request
from postern import Postern, own, scratch

NAME = "a.example.test"
PAGE = b"<!doctype html><title>two</title>"
LARGE = bytes(range(256)) * 4096


def site():
    root = scratch("h2")
    (root / "index.html").write_bytes(PAGE)
    (root / "large").write_bytes(LARGE)
    own(root)
    return Postern({NAME: {"root": root, "certificate": "self-signed"}})


def test_table():
    faults = []
    with clause_servers.postern() as server:
        for case in h2_cases.CASES:
            if wrong := try_case(server.https_port, NAME, case):
                faults.append(f"{case.section} {case.name}: wanted {case.wanted}, got {wrong}")
        assert server.alive()
    assert not faults, "\n".join(faults)
    assert len(h2_cases.CASES) >= 120
    return f"{len(h2_cases.CASES)} cases of {len({c.section for c in h2_cases.CASES})} sections"


def test_preface():
    with site() as server:
        for first in (b"INVALID CONNECTION PREFACE\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", h2_wire.PREFACE + frame(h2_wire.PING, 0, 0, b"12345678")):
            with Wire(server.https_port, NAME, preface=False) as wire:
                wire.send(first)
                wire.until(lambda came: came.kind == GOAWAY, 3)
                assert wire.ended or wire.seen[-1].kind == GOAWAY, (first, wire.seen)
        with Wire(server.https_port, NAME, preface=False) as wire:
            assert wire.receive(3).kind == SETTINGS, "the server's own comes unasked"


def test_same_as_http1():
    """Method and path by both protocols: status, fields and content are the same."""
    with site() as server:
        for method, path in (("GET", "/"), ("GET", "/large"), ("HEAD", "/"), ("GET", "/none"), ("DELETE", "/"), ("OPTIONS", "/"), ("GET", "/%2e%2e/x"),
                             ("GET", "/.git/config")):
            answers = []
            for version in ("--http1.1", "--http2"):
                done = subprocess.run(["curl", "-sk", version, "--path-as-is", "-i", "-X" if method != "HEAD" else "-I", *([method] if method != "HEAD" else []),
                                       "--resolve", f"{NAME}:{server.https_port}:127.0.0.1", f"https://{NAME}:{server.https_port}{path}"],
                                      capture_output=True, timeout=20, check=True)
                head, _, body = done.stdout.partition(b"\r\n\r\n")
                status, *fields = head.decode().split("\r\n")
                fields = sorted(line.lower() for line in fields if not line.lower().startswith("date:"))
                answers.append((status.split()[1], fields, body))
            assert answers[0] == answers[1], (method, path, answers)


def test_off():
    with Postern({NAME: {"certificate": "self-signed"}}, server={"http2": "no"}) as server:
        done = subprocess.run(["curl", "-sk", "--http2", "-o", "/dev/null", "-w", "%{http_version}", "--resolve", f"{NAME}:{server.https_port}:127.0.0.1",
                               f"https://{NAME}:{server.https_port}/"], capture_output=True, text=True, timeout=20, check=True)
        assert done.stdout == "1.1", done.stdout
    with site() as server:
        done = subprocess.run(["curl", "-sk", "--http2", "-o", "/dev/null", "-w", "%{http_version}", f"https://127.0.0.1:{server.admin_port}/login"],
                              capture_output=True, text=True, timeout=20, check=True)
        assert done.stdout == "1.1", "the admin page has none"


def test_reload_and_drain():
    """A reload leaves the connection; the end says GOAWAY, and what began is finished."""
    with site() as server:
        with Wire(server.https_port, NAME) as wire:
            wire.send(headers(1, request()))
            assert wire.until(lambda came: is_final(came, 1, wire)) and wire.status(1) == 200
            server.signal()
            server.wait_for("reloaded")
            wire.send(headers(3, request()))
            assert wire.until(lambda came: is_final(came, 3, wire)) and wire.status(3) == 200
            wire.send(h2_wire.settings((4, 100)) + headers(5, request("/large")))
            assert wire.until(lambda came: is_final(came, 5, wire))
            server.signal(signal.SIGTERM)
            goodbye = wire.until(lambda came: came.kind == GOAWAY)
            assert goodbye and goodbye.code == "NO_ERROR", wire.seen[-3:]
            wire.send(frame(h2_wire.WINDOW_UPDATE, 0, 0, (1 << 24).to_bytes(4, "big")) + frame(h2_wire.WINDOW_UPDATE, 0, 5, (1 << 24).to_bytes(4, "big")))
            assert wire.until(lambda came: came.kind == h2_wire.DATA and came.flags & 1), "the answer that began is finished"
            body = b"".join(came.payload for came in wire.seen if came.kind == h2_wire.DATA and came.stream == 5)
            assert body == LARGE
            assert wire.until(lambda came: False, 3) is None and wire.ended


def test_slow_windows():
    """Who opens no window costs little, and no other waits for him."""
    with site() as server:
        stuck = []
        for _ in range(40):
            wire = Wire(server.https_port, NAME, first=h2_wire.settings((4, 1)))
            wire.send(b"".join(headers(i, request("/large")) for i in range(1, 41, 2)))
            assert wire.until(lambda came: came.kind == h2_wire.DATA), wire.seen
            stuck.append(wire)
        worst = 0.0
        for _ in range(20):
            before = time.monotonic()
            assert server.get(host=NAME).status == 200
            worst = max(worst, time.monotonic() - before)
        for wire in stuck:
            wire.close()
        assert worst < 0.5, f"{worst:.3f} s"
        return f"800 streams that nobody reads: another waits {worst * 1000:.0f} ms at most"
