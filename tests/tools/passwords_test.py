"""embed_passwords: sorted, folded, without comments, bounded; a wrong list is refused."""
import hashlib
import re
import tempfile
import unittest
from pathlib import Path

from script import load

embed = load("embed_passwords")
MANY = [f"word{n}" for n in range(1200)]


def embedded(lines):
    with tempfile.TemporaryDirectory() as root:
        source, out = Path(root) / "list", Path(root) / "out.cpp"
        source.write_bytes("\n".join(lines).encode())
        embed.main(source, out)
        return [int(number, 16) for number in re.findall(r"0x(\w{8})\b", out.read_text())]


def mark(word):
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")


class Embedding(unittest.TestCase):
    def test_sorted_and_folded(self):
        table = embedded(["#!comment: a list", "", "PassWord", "password", "with space\r"] + MANY)
        self.assertEqual(table, sorted(set(table)))
        self.assertEqual(len(table), len(MANY) + 2)
        for word in ("password", "with space", "word7"):
            self.assertIn(mark(word), table)
        self.assertNotIn(mark("PassWord"), table)
        self.assertNotIn(mark("#!comment: a list"), table)

    def test_the_commonest_when_there_are_too_many(self):
        table = embedded([f"word{n}" for n in range(6000)])
        self.assertLessEqual(4 * len(table), 16384)
        self.assertIn(mark("word4095"), table)
        self.assertNotIn(mark("word4096"), table)

    def test_another_file(self):
        with self.assertRaises(SystemExit) as caught:
            embedded(["one", "two"])
        self.assertIn("john-data", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
