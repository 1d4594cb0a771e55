"""The power goes at every system call that changes the store: what stands there serves after the restart.

strace kills the server as it enters the Nth fsync, rename, ... of a renewal, for every N (of those that touch the
store).  After each, a restart serves within a second, with the old or the new certificate, and can renew again."""
import collections
import queue
import re
import subprocess
import threading
import time
from pathlib import Path

import http_client
import postern
from lab import Lab
from postern import Postern

NAME = "device.example.test"
LANES = 2
CALLS = ("open", "openat", "creat", "write", "pwrite64", "writev", "ftruncate", "fallocate",
         "fsync", "fdatasync", "sync", "syncfs", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir",
         "mkdir", "mkdirat", "chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "lchown", "utimensat")
LINE = re.compile(r"^(?:(\d+) +)?(\w+)\((.*)$")


def trace_options(out):
    calls = ",".join(f"?{call}" for call in CALLS)      # ?: not every machine has all of them
    return ["strace", "-qq", "-y", "-s", "0", "-o", str(out), "-e", f"trace={calls}", "-e", "signal=none"]


def normal(state, arguments):
    """What the call touches, the same in every run: no descriptors, no random names, no generation's number."""
    text = arguments.split(str(state) + "/", 1)[1]
    text = re.split(r'[>"]', text)[0]
    text = re.sub(r"[.~][\w.-]*(tmp|new|temp)[\w.-]*|\.[0-9a-f]{6,}", ".*", text)
    return re.sub(r"/\d+(?=/|$)", "/N", text)


def changes(state, call, arguments):
    """Whether the call can change something below `state`."""
    if re.match(r"(?:AT_FDCWD[^,]*, )?0x[0-9a-f]", arguments):
        # of a server that nobody may look into any more (PR_SET_DUMPABLE): what it then names lies in its state
        return call in ("mkdir", "rename", "unlink", "symlink", "chmod") or "O_CREAT" in arguments
    if str(state) + "/" not in arguments and f"{state}>" not in arguments and f'{state}"' not in arguments:
        return False
    return call not in ("open", "openat") or "O_CREAT" in arguments


def calls_of(log, state):
    """{thread: [(call, its number among calls of that name in that thread, changes?, what it touches)]}"""
    numbers, found = collections.Counter(), collections.defaultdict(list)
    for line in log.read_text(errors="replace").splitlines():
        match = LINE.match(line)
        if not match or "resumed>" in line:
            continue
        thread, call, arguments = match.groups()
        numbers[thread, call] += 1
        does = changes(state, call, arguments)
        what = normal(state, arguments + "/") if does and str(state) + "/" in arguments else "state"
        found[thread].append((call, numbers[thread, call], does, what))
    return found


class Lane:
    def __init__(self):
        self.lab = Lab(retry_after_authz=0, retry_after_order=0, nonce_reject=0, no_faulty=True)
        self.template = postern.scratch("template") / "state"
        server = self.server(None)
        server.start().wait_issued(NAME)
        server.stop()
        postern.copy_state(server.state, self.template)

    def server(self, template="the lane's"):
        server = Postern({NAME: {}}, lab=self.lab)
        if template:
            postern.copy_state(self.template, server.state)
        return server

    def attach(self, server, task, *options):
        """strace on one thread of the running server, or with None on all of them."""
        out = server.folder / "trace"
        argv = trace_options(out) + list(options) + (["-f", "-p", str(server.pid)] if task is None else ["-p", str(task)])
        tracer = subprocess.Popen(argv, stderr=subprocess.PIPE, start_new_session=True)

        def traced():
            status = Path(f"/proc/{server.pid}/task/{task or server.pid}/status").read_text()
            return re.search(r"^TracerPid:\s+[1-9]", status, re.M)
        http_client.until(traced, 5, "strace is attached", 0.005)
        return tracer, out

    def rehearse(self):
        """One renewal under strace: (position of the thread that writes, [(call, number, what)])."""
        server = self.server()
        with server:
            tasks = tasks_of(server)
            tracer, out = self.attach(server, None)
            time.sleep(0.1)
            done = server.renew(NAME)
            assert done.returncode == 0, done.stdout + done.stderr
            time.sleep(0.2)     # what is written after the answer
            tracer.terminate()
            tracer.wait()
            calls = calls_of(out, server.state)
            writers = [t for t, list_ in calls.items() if any(does for _, _, does, _ in list_)]
            assert len(writers) == 1, f"one thread writes the store, and here these do: {writers}"
            points = [(call, n, what) for call, n, does, what in calls[writers[0]] if does]
            return tasks.index(int(writers[0])), points

    def cut(self, position, call, number):
        """One renewal, killed there; (what was killed, 'old' or 'new', seconds until served)."""
        server = self.server()
        server.start()
        old = server.der(NAME)
        tracer, out = self.attach(server, tasks_of(server)[position], "-e", f"inject={call}:signal=KILL:when={number}")
        done = server.renew(NAME, seconds=30)
        try:
            server.process.wait(2)
        except subprocess.TimeoutExpired:
            server.kill()
            tracer.wait()
            return None     # this renewal had fewer such calls
        tracer.wait()
        assert server.process.returncode == -9, f"ended with {server.process.returncode}"
        last = [entry for list_ in calls_of(out, server.state).values() for entry in list_][-1]
        began = time.monotonic()
        server.start(seconds=5)
        served = server.der(NAME)
        seconds = time.monotonic() - began
        assert seconds < 1.0, f"served only after {seconds:.2f} s"
        assert "Pebble" in http_client.describe(served, "-issuer"), "neither the old nor the new certificate"
        became = "old" if served == old else "new"
        # what follows the answer may be what was cut
        assert done.returncode != 0 or became == "new", f"renew said it was done, and the old one serves: {done.stdout}"
        again = server.renew(NAME)
        assert again.returncode == 0 and server.der(NAME) != served, \
            f"no renewal afterwards: {again.returncode} {again.stdout}{again.stderr}"
        left = leftovers(server.state)
        for _ in range(100):
            if not left:
                break
            time.sleep(0.02)        # what is written after the answer may be under way
            left = leftovers(server.state)
        server.kill()
        return last, became, seconds, left


def leftovers(state):
    return [str(p) for p in state.rglob("*") if re.search(r"^\.|tmp|\.new$", p.name) or p.parent.name == "staging"]


def tasks_of(server):
    return sorted(int(p.name) for p in Path(f"/proc/{server.pid}/task").iterdir())


def test_renewal():
    postern.need_strace()
    first = Lane()
    position, points = first.rehearse()
    todo, results, faults = queue.Queue(), [], []
    for point in points:
        todo.put(point)

    def work(lane):
        lane = lane or Lane()
        while True:
            try:
                call, number, what = todo.get_nowait()
            except queue.Empty:
                return
            try:
                results.append(((call, number, what), lane.cut(position, call, number)))
            except Exception as error:      # told with its point; the others go on
                faults.append(f"{call} {number} ({what}): {error!r}")

    lanes = [threading.Thread(target=work, args=(lane,)) for lane in [first] + [None] * (LANES - 1)]
    for t in lanes:
        t.start()
    for t in lanes:
        t.join()
    return judge(points, results, faults)


def judge(points, results, faults):
    missed = [point for point, got in results if got is None]
    done = [(point, got) for point, got in results if got]
    became = collections.Counter(got[1] for _, got in done)
    slowest = max((got[2] for _, got in done), default=0)
    by_call = collections.Counter(got[0][0] for _, got in done)
    left = sorted({path for _, got in done for path in got[3]})
    for (call, number, what), got in sorted(done, key=lambda r: points.index(r[0])):
        print(f"     {call:10} {number:3}  {what:40} -> {got[1]} in {got[2] * 1000:.0f} ms", flush=True)
    note = f"{len(done)} points ({', '.join(f'{n} {c}' for c, n in sorted(by_call.items()))}): " \
           f"{became['old']} old, {became['new']} new; served after {slowest * 1000:.0f} ms at most; " \
           f"temporary files left: {left or 'none'}"
    assert not faults, f"{note}\n" + "\n".join(faults)
    strays = [got[0] for _, got in done if not got[0][2]]
    assert not strays, f"killed at calls that change nothing: {strays}"
    assert len(done) >= 40, f"{note}; not reached: {missed}"
    assert len(missed) <= len(points) // 20, f"{note}; not reached: {missed}"
    assert became["old"] >= 10 and became["new"] >= 1, note
    assert not left, note
    return note


def test_first_start():
    """The same for the very first start with an empty store."""
    postern.need_strace()
    server = Postern({"localhost": {}})
    out = server.folder / "trace"
    server.start(wrap=[*trace_options(out), "-D"])
    server.stop()
    size = -1
    while size != out.stat().st_size:       # strace, detached, may still be writing what it saw
        size = out.stat().st_size
        time.sleep(0.3)
    points = [(call, n, what) for list_ in calls_of(out, server.state).values() for call, n, does, what in list_ if does]
    assert len(points) >= 3, f"a first start writes: {points}"
    for call, number, what in points:
        server = Postern({"localhost": {}})
        out = server.folder / "trace"
        server.start(wait=False, wrap=[*trace_options(out), "-D", "-e", f"inject={call}:signal=KILL:when={number}"])
        try:
            server.process.wait(3)
        except subprocess.TimeoutExpired:
            server.stop()       # a call of the end, not of the start
        server.start(seconds=5)
        assert server.der(), f"{call} {number} {what}"
        assert server.ready_s < 1.0, f"{call} {number} {what}: ready after {server.ready_s:.2f} s"
        server.stop()
    return f"{len(points)} points"

