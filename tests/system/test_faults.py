"""A CA that misbehaves: scenarios of `tools/lab/faulty-ca list` against two generations of Pebble.

Each row renews a certificate with `renew --force` while one fault is in force, and then says whether the new
certificate serves or the old one still does, what the status must tell, and how long it may take."""
import queue
import re
import threading
import time
import types

import http_client
import lab as lab_module
import postern
from lab import Lab
from postern import Postern

NAME = "device.example.test"
NEW, OLD = "new", "old"
LANES = 6       # labs that work at the same time: most of a row is waiting


def row(after, says="", least=0.0, most=40.0, requests=60, asked=None):
    """after: which certificate serves.  says: a pattern the last problem must match.  least, most: seconds.
    requests: so many at most reach the CA.  asked: a check of the requests that the CA has had."""
    return types.SimpleNamespace(after=after, says=says, least=least, most=most, requests=requests, asked=asked)


def count(kind, least, most):
    """Between `least` and `most` requests of that kind."""
    def check(log):
        n = sum(e.get("kind") == kind for e in log)
        assert least <= n <= most, f"{n} requests of kind {kind}, expected {least} to {most}"
    return check


def replaced_already(entry):
    """Every scenario renews the same certificate: what comes before may have replaced it (RFC 9773 section 5)."""
    return entry.get("kind") == "new-order" and entry.get("error") == "alreadyReplaced"


def no_new_account(log):
    assert not any(e.get("kind") == "new-account" for e in log), "a new account was made"


SLOW = 100.0    # seconds for what only a time limit of ours can end
SCENARIOS = {
    # those that the first step promises
    "none": row(NEW, most=10, requests=15, asked=count("new-order", 1, 1)),
    "nonce-storm": row(NEW, most=10),
    "rate-limit": row(NEW, least=3, most=15, asked=count("new-order", 2, 2)),
    "unavailable": row(NEW, least=2),
    "gateway-html": row(NEW),
    "reset-after": row(NEW, asked=count("new-order", 1, 1)),
    "reset-body": row(NEW, asked=count("new-order", 1, 1)),
    "truncated-json": row(None),        # an error, or another try: never a crash
    "oversize": row(OLD, r"large|long|big|limit|more than|size"),
    "cert-wrong-key": row(OLD, r"key", asked=count("cert", 1, 8)),
    "cert-reversed": row(OLD, r"chain|order|key|leaf|cover"),
    "account-gone": row(NEW, asked=count("new-account", 1, 1)),
    "stall": row(OLD, r"time|answer|limit", least=1, most=SLOW),
    # the nonce
    "nonce-storm-bare": row(NEW), "nonce-never": row(OLD, r"nonce", requests=260),
    "nonce-missing": row(NEW, asked=count("nonce", 1, 12)), "nonce-malformed": row(NEW),
    # a CA that is busy, or not there
    "rate-limit-date": row(NEW, least=1.9, most=15), "server-error": row(NEW),
    "rate-limit-week": row(OLD, r"rateLimited", most=15, asked=count("new-order", 1, 1)),
    "retry-after-garbage": row(NEW), "reset-before": row(NEW), "truncated-close": row(NEW),
    "ca-down": row(OLD, r"connect|reset|reach|refused|answer", asked=count("new-order", 0, 0)),
    # answers that are no answers
    "portal": row(OLD, r"JSON|director|HTML|object", asked=count("new-order", 0, 0)),
    "truncated-chunked": row(NEW), "truncated-eof": row(None), "oversize-header": row(OLD),
    "chunked": row(NEW), "http10": row(None), "bad-chunk": row(OLD), "location-missing": row(OLD, r"[Ll]ocation"),
    "location-malformed": row(OLD, r"URL|[Ll]ocation"), "content-type": row(None), "gzip": row(None),
    "json-types": row(OLD), "json-deep": row(OLD), "json-extra": row(NEW), "directory-short": row(OLD, r"newOrder"),
    # where it leads
    "redirect-loop": row(OLD, r"redirect"), "redirect-hops": row(OLD, r"redirect"),
    "redirect-clear": row(OLD, r"http:|https|clear|encrypt"), "foreign-finalize": row(OLD, r"http:|https|clear|URL"),
    # orders and authorizations
    "order-invalid": row(OLD, r"rejectedIdentifier", asked=count("new-order", 1, 1)),
    "authz-invalid": row(OLD, r"connection", asked=count("new-order", 1, 1)),
    "no-http-01": row(NEW, asked=count("new-order", 1, 1)),
    "no-challenges": row(OLD, r"offered: none", asked=count("new-order", 1, 1)), "unknown-challenges": row(NEW),
    "malformed-challenges": row(None), "token-traversal": row(OLD, r"token"),
    # certificates that must not be installed
    "cert-wrong-name": row(OLD, re.escape(NAME)), "cert-expired": row(OLD, r"expire|date|after|until"),
    "cert-not-yet-valid": row(OLD, r"not yet|date|before|from|future"), "cert-garbage": row(OLD),
    "cert-truncated": row(OLD), "cert-empty": row(OLD), "cert-leaf-only": row(None), "cert-crlf": row(NEW),
    "cert-with-key": row(OLD), "cert-huge": row(OLD, r"large|long|big|limit|more than|size|many"),
    # the CA's own TLS, and its clock
    "date-skew": row(NEW), "clock-behind": row(OLD, r"clock|not yet|future|valid"),
    "ca-untrusted": row(OLD, r"trust|verif|certificate"), "ca-expired": row(OLD, r"expire|verif|certificate"),
    "ca-wrong-name": row(OLD, r"name|verif|certificate"), "ca-plaintext": row(OLD),
    # what a person must do
    "terms-changed": row(OLD, r"userActionRequired", asked=count("new-order", 1, 1)),
    "rejected-name": row(OLD, r"rejectedIdentifier", asked=count("new-order", 1, 1)),
}
SCENARIOS_LONG = {     # ended by limits of minutes, or slow by nature: test_faults_long
    "order-processing": row(OLD, r"processing|time", most=900, requests=1000),
    # only the authorization is falsified: we go by the order, and that becomes ready
    "authz-pending": row(NEW, most=900, requests=1000),
    "drip-forever": row(OLD, most=300), "ca-tls-stall": row(OLD, most=300),
    "slow": row(NEW, least=12), "drip": row(None, most=200), "ca-flaky": row(NEW),
}
FIRST = ("stall", "nonce-never", "ca-down", "ca-untrusted")     # the slow ones begin, the others fill the gaps


class Lane:
    """A lab, and the state of a server that has a certificate of it: each scenario begins with a copy of that."""

    def __init__(self, pebble):
        self.lab = Lab(pebble, retry_after_authz=0, retry_after_order=0, nonce_reject=0)
        self.template = postern.scratch("template") / "state"
        with Postern({NAME: {}}, lab=self.lab) as server:
            (server.wait_window if pebble == "sid" else server.wait_issued)(NAME)
            server.stop()
            postern.copy_state(server.state, self.template)

    def play(self, scenario, expected):
        """Returns (verdict, note): verdict None when all is as expected."""
        self.lab.clear_faults()
        server = Postern({NAME: {}}, lab=self.lab)
        postern.copy_state(self.template, server.state)
        with server:
            before = server.der(NAME)
            assert "Pebble" in http_client.describe(before, "-issuer"), "the copied state serves"
            self.lab.clear_log()
            self.lab.set_faults(scenario)
            began = time.monotonic()
            done = server.renew(NAME, seconds=expected.most + 20)
            seconds = time.monotonic() - began
            self.lab.clear_faults()
            log = [e for e in self.lab.log() if "method" in e and not replaced_already(e)]
            return self.judge(server, before, expected, done, seconds, log)

    def judge(self, server, before, expected, done, seconds, log):
        assert server.alive(), f"the server ended with {server.process.returncode}"
        after = server.der(NAME)
        became = NEW if after != before else OLD
        said = done.stdout + done.stderr
        problem = server.status()[NAME].get("last_problem")
        text = " ".join(str(v) for v in problem.values()) if problem else ""
        note = f"{became} after {seconds:.1f} s, {len(log)} requests" + (f": {text[:150]}" if text else "")
        assert expected.after in (None, became), f"{note}\n{said}"
        assert done.returncode == (0 if became == NEW else 1), f"renew exits {done.returncode}: {note}\n{said}"
        assert expected.least <= seconds <= expected.most, f"not within {expected.least} to {expected.most} s: {note}"
        assert len(log) <= expected.requests, f"more than {expected.requests}: {note}"
        if expected.asked:
            expected.asked(log)
        if became == NEW:
            assert problem is None, f"a problem remains: {note}"
        else:
            assert problem and problem.get("advice") and problem.get("detail"), f"no problem with advice: {note}"
            assert re.search(expected.says, text), f"the status does not say /{expected.says}/: {text}"
        answered = server.get("/", NAME)
        assert answered.status == 200, answered
        fields = [e for e in log if not (e.get("user_agent") or "").lower().startswith("postern/")]
        assert not fields, f"without a User-Agent of ours: {fields[:1]}"
        secrets = [word for word in ("-----BEGIN", '"nonce"') if word in server.log() + said + text]
        assert not secrets, f"{secrets} in what is shown"
        return note


def play_all(pebble, scenarios):
    lab_module.fetch(pebble)
    todo = queue.Queue()
    for name in sorted(scenarios, key=lambda s: s not in FIRST):
        todo.put(name)
    results = {}

    def work():
        try:
            lane = Lane(pebble)
        except Exception as error:
            results.setdefault("a lane", []).append(f"{error!r}")
            return
        while True:
            try:
                name = todo.get_nowait()
            except queue.Empty:
                return
            try:
                results[name] = (None, lane.play(name, scenarios[name]))
            except Exception as error:      # a row that fails must not hide the others
                results[name] = (error, "")

    lanes = [threading.Thread(target=work) for _ in range(min(LANES, len(scenarios)))]
    for t in lanes:
        t.start()
    for t in lanes:
        t.join()
    for name in scenarios:
        fault, note = results.get(name, ("never played", ""))
        print(f"     {'FAIL' if fault else 'ok  '} {pebble:4} {name:22} {fault or note}", flush=True)
    failed = [name for name in scenarios if results.get(name, (1, ""))[0]]
    assert not failed and "a lane" not in results, f"{len(failed)} of {len(scenarios)}: {failed} {results.get('a lane')}"
    return f"{len(scenarios)} scenarios"


def test_scenarios_with_pebble_of_debian_12():
    return play_all("own", SCENARIOS)


def test_scenarios_with_newest_pebble():
    return play_all("sid", SCENARIOS)
