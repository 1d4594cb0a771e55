#!/usr/bin/env python3
"""The test suites and the runner behind tools/test.

To add a suite, add a row to SUITES.  Its command fails by its exit status; what
it counted is read from lines of the form `N passed, N failed` or doctest's
`test cases: N | N passed | N failed`, all of them summed; a suite that counts
nothing counts as one test.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "out" / "test"
TAIL = 60       # lines of a failed suite's log that are shown, and of those before them that begin with FAIL

Suite = namedtuple("Suite", "name sets minutes command")
# sets: q --quick, c what CI runs, l --long.  minutes: allowed; then it is ended.
SUITES = [
    Suite("tools", "qcl", 3, "tests/tools/run"),
    Suite("unit", "ql", 15, "tools/unit dev"),
    Suite("unit-asan", "cl", 30, "tools/unit asan"),
    Suite("unit-tsan", "cl", 30, "tools/unit tsan"),
    Suite("gcm", "cl", 10, "tests/gcm/run"),
    Suite("gcm-qemu", "cl", 15, "tests/gcm/run --qemu"),
    Suite("gcm-long", "l", 10, "tests/gcm/run --count 1000000"),
    Suite("gcm-qemu-long", "l", 60, "tests/gcm/run --qemu --count 1000000"),
    Suite("sim", "cl", 15, "tests/sim/run --count 100"),
    Suite("sim-long", "l", 90, "tests/sim/run --count 2000"),
    Suite("sim-mutants", "l", 90, "tests/sim/mutants"),
    Suite("coverage", "l", 60, "tools/coverage"),
    Suite("tidy", "c", 20, "tools/tidy --quick"),
    Suite("tidy-deep", "l", 60, "tools/tidy"),
    Suite("fuzz", "cl", 15, "tools/fuzz 60"),
    Suite("fuzz-long", "l", 120, "tools/fuzz 1200"),
    Suite("lab-selftest", "cl", 5, "tools/lab/selftest"),
    Suite("build", "cl", 20, "tools/build"),
    Suite("system", "cl", 30, "tests/system/run --jobs 2"),
    Suite("system-long", "l", 90, "tests/system/run admin_streams_long sharing_long admin_security_time testssl_long slow_http2_long"),
    Suite("load-asan", "l", 40, "tools/load asan"),
    Suite("load-tsan", "l", 40, "tools/load tsan"),
    Suite("acme-faults-quick", "c", 20, "tests/system/run faults"),
    Suite("acme-faults", "l", 110, "tests/system/run faults faults_long"),
    Suite("hundred-sites", "l", 30, "tests/system/run hundred_sites"),
    Suite("acme-mutants", "l", 60, "tests/system/fault_mutants"),
    Suite("security-mutants", "l", 60, "tests/system/security_mutants"),
    Suite("browser", "cl", 10, "tests/browser/run"),
    Suite("demo", "cl", 10, "tools/demo --once"),
    Suite("bench", "l", 60, "tools/bench"),
]
COUNTS = (re.compile(r"^(?:.*: )?(\d+) passed, (\d+) failed\s*$"),
          re.compile(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed"))

Outcome = namedtuple("Outcome", "suite seconds passed failed why")


def counted(text):
    """(passed, failed) by the lines that a suite printed."""
    passed = failed = 0
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
        for pattern in COUNTS:
            if found := pattern.search(line):
                passed += int(found[1])
                failed += int(found[2])
    return passed, failed


def end(child):
    """Ends a suite and all that it started; it leads a group of its own."""
    for sig, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 2)):
        until = time.monotonic() + patience
        while time.monotonic() < until:
            child.poll()
            try:
                os.killpg(child.pid, sig)
            except ProcessLookupError:
                return
            sig = 0         # from now on only: is anything left?
            time.sleep(0.02)


def run(suite):
    log = LOGS / f"{suite.name}.log"
    why, began = "", time.monotonic()
    with open(log, "wb") as out:
        child = subprocess.Popen(["sh", "-c", f"exec {suite.command}"], cwd=ROOT, stdout=out,
                                 stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                 start_new_session=True)
        try:
            status = child.wait(suite.minutes * 60)
            why = f"exit status {status}" if status else ""
        except subprocess.TimeoutExpired:
            why = f"not done in {suite.minutes} min"
        finally:
            end(child)
    passed, failed = counted(log.read_text(errors="replace"))
    if why and not failed:
        failed = 1
    elif not why and failed:
        why = "it counted failures, and yet ended with 0"
    elif not passed and not failed:
        passed = 1
    return Outcome(suite, time.monotonic() - began, passed, failed, why)


def show(outcome):
    log = LOGS / f"{outcome.suite.name}.log"
    print(f"     {outcome.seconds:7.1f} s  {outcome.passed} passed, {outcome.failed} failed  {outcome.why}",
          flush=True)
    if outcome.failed:
        lines = log.read_text(errors="replace").splitlines()
        names = [line for line in lines[:-TAIL] if line.startswith(("FAIL", "[FAIL"))]
        print("\n".join("     | " + line for line in names[:TAIL] + lines[-TAIL:]))
        print(f"     the whole of it: {log.relative_to(ROOT)}", flush=True)


def chosen(arguments):
    parser = argparse.ArgumentParser(prog="tools/test")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--quick", action="store_const", dest="set", const="q")
    which.add_argument("--long", action="store_const", dest="set", const="l")
    parser.add_argument("suites", nargs="*", metavar="SUITE",
                        help="of: " + " ".join(s.name for s in SUITES))
    options = parser.parse_args(arguments)
    if unknown := set(options.suites) - {s.name for s in SUITES}:
        parser.error(f"no suite {' '.join(sorted(unknown))}; there are: "
                     + " ".join(s.name for s in SUITES))
    if options.suites:
        return [s for s in SUITES if s.name in options.suites]
    return [s for s in SUITES if (options.set or "c") in s.sets]


def main(arguments):
    LOGS.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for suite in chosen(arguments):
        print(f"==== {suite.name}: {suite.command}", flush=True)
        outcomes.append(run(suite))
        show(outcomes[-1])
    print(f"\n{'suite':17}{'seconds':>9}{'passed':>9}{'failed':>9}")
    for o in outcomes:
        print(f"{o.suite.name:17}{o.seconds:9.1f}{o.passed:9}{o.failed:9}  {o.why}")
    passed, failed = sum(o.passed for o in outcomes), sum(o.failed for o in outcomes)
    print(f"{'all':17}{sum(o.seconds for o in outcomes):9.1f}{passed:9}{failed:9}\n")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
