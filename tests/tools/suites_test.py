"""The runner of the suites counts what happened and hides no failure."""
import contextlib
import importlib.util
import io
import tempfile
import unittest
from pathlib import Path

from script import ROOT

spec = importlib.util.spec_from_file_location("suites", ROOT / "tests" / "suites.py")
suites = importlib.util.module_from_spec(spec)
spec.loader.exec_module(suites)


class Runner(unittest.TestCase):
    # command, (passed, failed)
    TABLE = [
        ("true", (1, 0)),
        ("false", (0, 1)),
        ("echo 3 passed, 0 failed", (3, 0)),
        ("echo 3 passed, 2 failed; exit 1", (3, 2)),
        ("echo 3 passed, 2 failed", (3, 2)),
        ("echo 3 passed, 0 failed; exit 1", (3, 1)),
        ("echo fuzz http: 1 passed, 0 failed; echo fuzz ini: 1 passed, 0 failed", (2, 0)),
        ("echo '1: [doctest] test cases: 12 | 12 passed | 0 failed | 0 skipped'", (12, 0)),
        ("no-such-command", (0, 1)),
        ("sleep 600", (0, 1)),
    ]

    def run_one(self, command):
        suite = suites.Suite("x", "c", 0.01, f"sh -c '{command}'" if "'" not in command else command)
        return suites.run(suite)

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        suites.LOGS = Path(scratch.name)

    def test_table(self):
        for command, expected in self.TABLE:
            with self.subTest(command=command):
                outcome = self.run_one(command)
                self.assertEqual((outcome.passed, outcome.failed), expected)
                self.assertEqual(bool(outcome.why), expected[1] > 0)

    def test_what_a_suite_started_ends_with_it(self):
        outcome = self.run_one("sleep 300 & echo $!")
        pid = (suites.LOGS / "x.log").read_text().strip()
        self.assertEqual(outcome.failed, 0)
        status = Path(f"/proc/{pid}/status")
        self.assertTrue(not status.exists() or "zombie" in status.read_text())

    def test_sets(self):
        names = {flag: {s.name for s in suites.chosen(arguments)}
                 for flag, arguments in (("q", ["--quick"]), ("c", []), ("l", ["--long"]))}
        longer = {"tidy": "tidy-deep", "acme-faults-quick": "acme-faults"}
        shorter = set(longer)       # of which the long set has a longer form
        self.assertLess(names["q"], names["l"])
        self.assertLess(names["c"] - shorter, names["l"])
        self.assertEqual(names["l"] | shorter, {s.name for s in suites.SUITES})
        self.assertLess(set(longer.values()), names["l"])

    def test_unknown_suite(self):
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()) as said:
            suites.chosen(["unitt"])
        self.assertIn("unit-asan", said.getvalue())


if __name__ == "__main__":
    unittest.main()
