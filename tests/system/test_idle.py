"""What it costs to be there: memory and CPU at rest, size, system calls of a warm request."""
import os
import re
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path

import postern
from http_client import Conn, request_bytes
from lab import Lab
from postern import Postern

ALONE = True    # it measures

NAME = "device.example.test"
IO = ("recvfrom", "recvmsg", "read", "readv", "sendto", "sendmsg", "write", "writev", "sendfile", "epoll_wait",
      "epoll_pwait", "epoll_pwait2", "epoll_ctl", "openat", "fstat", "newfstatat", "statx", "setsockopt", "futex",
      "clock_gettime", "ioctl")
RECEIVE, SEND = ("recvfrom", "recvmsg", "read", "readv"), ("sendto", "sendmsg", "write", "writev", "sendfile")


def test_memory_and_cpu():
    """With a certificate from the CA, after traffic, all connections closed."""
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}}, lab=lab) as server:
        fresh = pss_kb(server.pid)
        server.wait_issued(NAME)
        for _ in range(20):
            assert server.get("/", NAME).status == 200
        time.sleep(2)
        pss = pss_kb(server.pid)
        before = ticks(server.pid), switches(server.pid)
        time.sleep(5)
        after = ticks(server.pid), switches(server.pid)
        note = f"PSS {pss} kB ({fresh} kB at the start), {after[0] - before[0]} ticks of CPU and " \
               f"{after[1] - before[1]} wake-ups in 5 s"
        assert pss < 3 * 1024, note
        assert after[0] - before[0] <= 1, note
        assert after[1] - before[1] <= 15, note
        return note


def pss_kb(pid):
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except PermissionError:     # it keeps others of its user from looking into its memory
        raise postern.Skip("only root may see the memory of the server") from None
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.M)[1])


def ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def switches(pid):
    return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (t / "status").read_text(), re.M)[1])
               for t in Path(f"/proc/{pid}/task").iterdir())


def test_size_static_and_stripped():
    data = postern.PROGRAM.read_bytes()
    assert data[:5] == b"\x7fELF\x02", "an ELF file of 64 bits"
    program_headers, sections = elf_tables(data)
    note = f"{len(data)} bytes ({len(data) / 1e6:.2f} MB; 2.25 at most)"
    assert len(data) < 2.25e6, note
    assert 3 not in program_headers, "it asks for an interpreter: not static"
    assert 2 not in sections, "it has a symbol table: not stripped"
    stack = program_headers.get(0x6474e551)
    assert stack is not None and not stack & 1, "the stack is executable"
    assert not any(flags & 3 == 3 for kind, flags in program_headers.items() if kind == 1), "writable code"
    return note


def elf_tables(data):
    """({type of program header: flags}, {types of sections})"""
    phoff, shoff = struct.unpack_from("<QQ", data, 32)
    phsize, phnum, shsize, shnum = struct.unpack_from("<HHHH", data, 54)
    headers = {}
    for i in range(phnum):
        kind, flags = struct.unpack_from("<II", data, phoff + i * phsize)
        headers[kind] = headers.get(kind, 0) | flags if kind != 1 else max(headers.get(1, 0), flags & 3)
    return headers, {struct.unpack_from("<I", data, shoff + i * shsize + 4)[0] for i in range(shnum)}


def one_kilobyte_site():
    root = postern.scratch("root")
    (root / "1k.html").write_bytes(b"x" * 1024)
    postern.own(root)
    return Postern({"localhost": {"root": root, "redirect_http": "no"}})


def test_system_calls_of_a_warm_request():
    """One recv and one send each, over HTTP, TLS 1.2 and TLS 1.3; nothing of the file system, no futex."""
    with one_kilobyte_site() as server:
        notes = []
        for port, sni, what in ((server.http_port, None, "HTTP"), (server.https_port, "localhost", "HTTPS")):
            notes.append(calls_of_requests(server, port, sni, what))
        return "; ".join(notes)


def calls_of_requests(server, port, sni, what, n=200):
    with Conn(port, sni) as c:
        for _ in range(20):
            assert c.request("/1k.html").status == 200
        time.sleep(1.2)     # whatever is looked at once a second

        def burst():
            for _ in range(n):
                assert c.request("/1k.html").status == 200
        count = postern.system_calls(server, 5, burst, IO)
    received, sent = sum(count[c] for c in RECEIVE), sum(count[c] for c in SEND)
    note = f"{what}: {n} requests, {received} receives, {sent} sends, others " + \
        str({c: m for c, m in count.items() if m and c not in RECEIVE + SEND})
    assert n <= received <= n * 1.03 + 3, note
    assert n <= sent <= n * 1.03 + 3, note
    files = sum(count[c] for c in ("openat", "fstat", "newfstatat", "statx"))
    assert files <= 8 and count["epoll_ctl"] <= 4 and count["futex"] <= 8 and count["setsockopt"] <= 4, note
    return note


def test_epoll_waits_at_64_connections():
    """At most 0.2 epoll_wait a request when 64 connections are busy."""
    with one_kilobyte_site() as server:
        if shutil.which("wrk"):
            load = with_wrk
        else:
            load = with_sockets
        done = {}
        count = postern.system_calls(server, 5, lambda: done.update(n=load(server)),
                                     ("epoll_wait", "epoll_pwait", "epoll_pwait2", "recvfrom", "recvmsg", "read"))
        waits = sum(m for c, m in count.items() if c.startswith("epoll"))
        received = sum(m for c, m in count.items() if not c.startswith("epoll"))
        note = f"{done['n']} requests, {waits} epoll_wait: {waits / done['n']:.3f} a request; {received} receives"
        assert done["n"] >= 1000 and waits / done["n"] <= 0.2, note
        assert received <= done["n"] * 1.05 + 200, note
        return note


def with_wrk(server):
    done = subprocess.run(["wrk", "-t1", "-c64", "-d3s", f"http://127.0.0.1:{server.http_port}/1k.html",
                           "-H", "Host: localhost"], capture_output=True, text=True, timeout=30)
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout
    return int(re.search(r"(\d+) requests in", done.stdout)[1])


def with_sockets(server, rounds=100):
    """Rounds of one request on each of 64 connections, answers read afterwards."""
    conns = [socket.create_connection(("127.0.0.1", server.http_port)) for _ in range(64)]
    data = request_bytes("/1k.html")
    for _ in range(rounds):
        for c in conns:
            c.sendall(data)
        for c in conns:
            got = b""
            while not got.endswith(b"x" * 1024):
                got += c.recv(65536)
    for c in conns:
        c.close()
    return rounds * len(conns)


def test_ends_at_once_when_nothing_is_open():
    with one_kilobyte_site() as server:
        server.get("/1k.html")
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 1.0
        for port in (server.http_port, server.https_port, server.admin_port):
            with socket.socket() as s:
                assert s.connect_ex(("127.0.0.1", port)) != 0
        assert not os.path.exists(f"/proc/{server.pid}"), "nothing is left"
