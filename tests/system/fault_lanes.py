"""Plays rows of fault_table against Pebbles that a faulty-ca stands before, several labs side by side."""
import calendar
import queue
import re
import threading
import time

import http_client
import lab as lab_module
import postern
from fault_table import KEPT, NAME, NEW, OLD, SELF
from lab import Lab
from postern import Postern

LANES = 6       # labs that work at the same time: most of a row is waiting
ANSWERS_ARI = ("trixie", "sid")
FIRST = ("stall", "nonce-never", "ca-down", "ca-untrusted")     # the slow ones begin, the others fill the gaps


def replaced_already(entry):
    """Every scenario renews the same certificate: what comes before may have replaced it (RFC 9773 section 5)."""
    return entry["kind"] == "new-order" and entry.get("ca_status") == 409


def reused(log):
    """Pebble reuses a valid authorization in one order of a hundred even when told not to: that is another test."""
    kinds = {e["kind"] for e in log}
    return "new-order" in kinds and "finalize" in kinds and "challenge" not in kinds


def moment(text):
    """Seconds since 1970 of a date as the status writes it."""
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def memory(server, what):
    """kB, of /proc/PID/status."""
    with open(f"/proc/{server.pid}/status") as f:
        return int(re.search(rf"^{what}:\s+(\d+) kB", f.read(), re.M)[1])


def begin_peak(server):
    """From here on VmHWM is that of what follows.  Only root may look into a server that was root's; without that the
    peak of the start stays in it, and a smaller one after it is not seen."""
    try:
        with open(f"/proc/{server.pid}/clear_refs", "w") as f:
            f.write("5")
    except OSError:
        pass
    return memory(server, "VmHWM")


class Run:
    """What came of one scenario."""

    def __init__(self, server, pebble):
        self.server, self.has_ari = server, pebble in ANSWERS_ARI
        self.status, self.said = 0, ""
        self.seconds = self.grown = 0
        self.log = []

    def look(self, before):
        shown = self.server.der(NAME)
        issued = "Pebble" in http_client.describe(shown, "-issuer")
        self.certificate = self.server.status()[NAME]
        self.problem = self.certificate.get("last_problem")
        self.text = " ".join(str(v) for v in self.problem.values()) if self.problem else ""
        self.became = SELF if not issued else NEW if shown != before else OLD if self.problem else KEPT
        failed = re.findall(r"acme\.failed.* next=(\S+)", self.server.log())
        # what fails by --force is not due: the moment that the ladder gives is in the log
        following = failed[-1] if failed and self.problem else self.certificate.get("next_attempt")
        self.pause = moment(following) - time.time() if following else None
        self.note = f"{self.became} after {self.seconds:.1f} s, {len(self.log)} requests, +{self.grown} kB, " \
                    f"next in {self.pause or 0:.0f} s" + (f": {self.text[:150]}" if self.text else "")


class Lane:
    """A lab, and the state of a server that has a certificate of it: each scenario begins with a copy of that."""

    def __init__(self, pebble):
        self.pebble = pebble
        self.lab = Lab(pebble, retry_after_authz=0, retry_after_order=0, nonce_reject=0)
        self.template = postern.scratch("template") / "state"
        with Postern({NAME: {}}, lab=self.lab) as server:
            (server.wait_window if pebble in ANSWERS_ARI else server.wait_issued)(NAME)
            word = server.state / "jobs" / f"{NAME}.ari"
            http_client.until(word.exists, 20, "renewalInfo is asked for: no row does it at its start")
            server.stop()
            postern.copy_state(server.state, self.template)

    def play(self, scenario, row, program=None):
        """Renews under that scenario, with another program if one is given.  Returns what was seen, in a line."""
        for last in (False, False, True):
            run = self.renew(scenario, row, program, last)
            if not reused(run.log):
                return run.note
        return run.note

    def renew(self, scenario, row, program, last):
        self.lab.clear_faults()
        server = Postern({NAME: {}}, lab=self.lab, program=program)
        run = Run(server, self.pebble)
        before = None
        if row.first:
            self.lab.clear_log()
            self.lab.set_faults(scenario)
        else:
            postern.copy_state(self.template, server.state)
        with server:
            if not row.first:
                before = server.der(NAME)
                assert "Pebble" in http_client.describe(before, "-issuer"), "the copied state serves"
                self.lab.clear_log()
                self.lab.set_faults(scenario)
            idle = begin_peak(server)
            begun = time.monotonic()
            if row.first:
                http_client.until(lambda: server.status()[NAME]["last_problem"], row.seconds[1], "a problem in the status")
            else:
                done = server.command("renew", NAME, *row.how, seconds=row.seconds[1] + 20)
                run.status, run.said = done.returncode, done.stdout + done.stderr
            run.seconds = time.monotonic() - begun
            assert server.alive(), f"the server ended with {server.process.returncode}"
            run.grown = memory(server, "VmHWM") - idle
            self.lab.clear_faults()
            run.log = [e for e in self.lab.log() if "method" in e and not replaced_already(e)]
            run.look(before)
            if last or not reused(run.log):
                judge(run, row.on(run))
            return run


def between(what, value, bounds, note):
    assert bounds[0] <= value <= bounds[1], f"{what} {value:.3g}, not {bounds[0]:g} to {bounds[1]:g}: {note}"


def judge(run, row):
    assert run.became == row.after, f"expected {row.after}: {run.note}\n{run.said}"
    if not row.first:
        expected = {NEW: 0, KEPT: 2, OLD: 1}[run.became]
        assert run.status == expected, f"renew exits {run.status}, not {expected}: {run.note}\n{run.said}"
    between("seconds", run.seconds, row.seconds, run.note)
    between("requests", len(run.log), row.requests, run.note)
    between("kB above idle", run.grown, (0, row.memory), run.note)
    assert run.pause is not None, f"there is no next attempt: {run.note}"
    between("next attempt in seconds", run.pause, row.pause, run.note)
    for check in row.asked:
        check(run.log)
    if row.says is None:
        assert run.problem is None, f"a problem remains: {run.note}"
    else:
        assert run.problem and run.problem.get("advice"), f"no problem with advice: {run.note}"
        assert re.search(row.says, run.text), f"the status does not say /{row.says}/: {run.text}"
    answered = run.server.get("/", NAME)
    assert answered.status == 200, answered
    strangers = [e for e in run.log if not (e.get("user_agent") or "").lower().startswith("postern/")]
    assert not strangers, f"without a User-Agent of ours: {strangers[:1]}"
    secrets = [word for word in ("-----BEGIN", '"nonce"') if word in run.server.log() + run.said + run.text]
    assert not secrets, f"{secrets} in what is shown"


def play_all(pebble, rows):
    lab_module.fetch(pebble)
    todo = queue.Queue()
    for name in sorted(rows, key=lambda s: s not in FIRST):
        todo.put(name)
    results, lost = {}, []

    def work():
        try:
            lane = Lane(pebble)
        except Exception as error:
            lost.append(f"{error!r}")
            return
        while True:
            try:
                name = todo.get_nowait()
            except queue.Empty:
                return
            try:
                results[name] = (None, lane.play(name, rows[name]))
            except Exception as error:      # a row that fails must not hide the others
                results[name] = (error, "")

    lanes = [threading.Thread(target=work) for _ in range(min(LANES, len(rows)))]
    for t in lanes:
        t.start()
    for t in lanes:
        t.join()
    for name in rows:
        fault, note = results.get(name, ("never played", ""))
        print(f"     {'FAIL' if fault else 'ok  '} {pebble:6} {name:22} {fault or note}", flush=True)
    failed = [name for name in rows if results.get(name, (1, ""))[0]]
    assert not failed, f"{len(failed)} of {len(rows)}: {failed} {lost}"
    return f"{len(rows)} scenarios" + (f"; labs that did not start, and left their rows to the others: {lost}" if lost else "")
