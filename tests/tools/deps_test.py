"""The rules of deps.lock, and that a damaged cache is never built from."""
import contextlib
import io
import os
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

from script import ROOT, load, write

deps = load("deps")
A, B = "a" * 64, "b" * 64


def archive(version, sha256=A):
    return deps.Archive(version, sha256, ["uri"])


class LockRules(unittest.TestCase):
    # locked version, series, offered (version, hash), chosen version or None for refused
    TABLE = [
        ("3.6.7", "3.6", [("3.6.7", A)], "3.6.7"),
        ("3.6.7", "3.6", [("3.6.8", B), ("3.6.7", A)], "3.6.7"),
        ("3.6.7", "3.6", [("3.6.7", B)], None),
        ("3.6.7", "3.6", [("3.6.7", B), ("3.6.8", A)], None),
        ("3.6.7", "3.6", [("3.6.8", B), ("3.6.10", B), ("3.6.9", B)], "3.6.10"),
        ("3.6.7", "3.6", [("3.6.6", A)], None),
        ("3.6.7", "3.6", [("4.0.0", A)], None),
        ("3.6.7", "3.6", [("3.60.1", A)], None),
        ("3.6.7", "3.6", [], None),
        ("0.41.0+ds", "0.41", [("0.41.1+ds", B)], "0.41.1+ds"),
        ("0.41.0+ds", "0.41", [("0.42.0+ds", B)], None),
        ("61", "", [("62", B)], "62"),
        ("61", "", [("60", B)], None),
    ]

    def test_table(self):
        for version, series, offered, expected in self.TABLE:
            with self.subTest(version=version, offered=offered):
                candidates = [archive(*o) for o in offered]
                with contextlib.redirect_stderr(io.StringIO()) as said:
                    try:
                        chosen = deps.choose("x", series, (version, A), candidates).version
                    except deps.Refused:
                        chosen = None
                self.assertEqual(chosen, expected)
                self.assertEqual("warning" in said.getvalue(), chosen not in (None, version))

    def test_changed_archive_is_named(self):
        with self.assertRaisesRegex(deps.Refused, "SHA-256 is b+, deps.lock says a+"):
            deps.choose("x", "3.6", ("3.6.7", A), [archive("3.6.7", B)])

    def test_lock_file_faults(self):
        with tempfile.TemporaryDirectory() as scratch:
            for text in ("x 1\n", f"x 1 {A} more\n", f"x 1 {A[:-1]}\n", f"x 1 {A}\nx 2 {B}\n"):
                with self.subTest(text=text), self.assertRaisesRegex(deps.Refused, r"deps.lock:\d"):
                    deps.read_lock(write(scratch, "deps.lock", text))

    def test_every_dependency_is_locked(self):
        locked = deps.read_lock()
        for name, (_, series) in deps.DEPS.items():
            self.assertIsNotNone(deps.patch_of(locked[name][0], series), name)


class Directory(unittest.TestCase):
    """The script itself, offline, on an archive made here."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)
        self.archive("doctest_2.4.11.orig.tar.gz", "genuine")

    def archive(self, name, text):
        write(self.dir, "tree/doctest-2/doctest/doctest.h", text)
        (self.dir / "archives").mkdir(exist_ok=True)
        with tarfile.open(self.dir / "archives" / name, "w:gz") as tar:
            tar.add(self.dir / "tree/doctest-2", "doctest-2")

    def run_deps(self, locked_hash):
        for script in ("deps", "deps_apt.py"):
            write(self.dir, f"project/tools/{script}", (ROOT / "tools" / script).read_text())
        write(self.dir, "project/deps.lock", f"doctest 2.4.11 {locked_hash}\n")
        environment = {**os.environ, "POSTERN_DEPS_DIR": str(self.dir / "archives"),
                       "POSTERN_CACHE": str(self.dir / "cache")}
        return subprocess.run(["python3", self.dir / "project/tools/deps", "--print", "doctest"],
                              env=environment, text=True, capture_output=True)

    def test_served_from_a_directory_and_repaired(self):
        sha256 = deps.sha256_of(self.dir / "archives/doctest_2.4.11.orig.tar.gz")
        first = self.run_deps(sha256)
        self.assertEqual(first.returncode, 0, first.stderr)
        header = Path(first.stdout.split()[1]) / "doctest/doctest.h"
        self.assertEqual(header.read_text(), "genuine")
        header.write_text("damaged")
        self.assertEqual(self.run_deps(sha256).returncode, 0)
        self.assertEqual(header.read_text(), "genuine")

    def test_another_hash_stops(self):
        done = self.run_deps(A)
        self.assertEqual(done.returncode, 1)
        self.assertIn("was changed", done.stderr)

    def test_newer_patch_is_used_with_a_warning(self):
        (self.dir / "archives/doctest_2.4.11.orig.tar.gz").unlink()
        self.archive("doctest_2.4.12.orig.tar.gz", "newer")
        done = self.run_deps(A)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning: doctest 2.4.12", done.stderr)


if __name__ == "__main__":
    unittest.main()
