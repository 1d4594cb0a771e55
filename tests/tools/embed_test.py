"""embed_assets: sorted, the same bytes twice, gzip only where it pays."""
import gzip
import re
import tempfile
import unittest
from pathlib import Path

from script import load, write

embed = load("embed_assets")


def embedded(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            write(root, f"www/{path}", text)
        out = Path(root) / "assets.cpp"
        embed.main(f"{root}/www", out)
        return out.read_text()


def array(text, name):
    body = re.search(name + r"\[\] = \{([\d,\s]*)\}", text)
    return bytes(int(n) for n in body[1].split(",")) if body else None


class Embedding(unittest.TestCase):
    FILES = {"b/page.html": "<p>hello</p>\n" * 50, "a.txt": "x", "empty.css": "",
             "CMakeLists.txt": "no", "assets.h": "no", ".hidden": "no"}

    def test_contents(self):
        text = embedded(self.FILES)
        self.assertEqual(re.findall(r'^    \{"([^"]+)"', text, re.M), ["a.txt", "b/page.html", "empty.css"])
        self.assertEqual(array(text, "kData0"), b"x")
        self.assertEqual(array(text, "kData1"), self.FILES["b/page.html"].encode())
        self.assertEqual(gzip.decompress(array(text, "kGzip1")), array(text, "kData1"))
        self.assertIsNone(array(text, "kGzip0"))

    def test_admin_keeps_one_of_the_two(self):
        text = embedded({"admin/a.js": "let a;\n" * 50, "admin/b.html": "<p>{{x}}</p>\n" * 50, "site/c.js": "let a;\n" * 50,
                         "admin/openapi.json": "[1]\n" * 50, "admin/words/en.json": "[1]\n" * 50})
        self.assertEqual([array(text, f"kData{i}") is None for i in range(5)], [True, False, True, False, False])
        self.assertEqual([array(text, f"kGzip{i}") is None for i in range(5)], [False, True, False, False, False])

    def test_comments_stay_out_of_the_admin_page(self):
        script = b"let a; // why\n// whole\n  // indented\nlet b = 'https://x'; /* y */\n"
        style = b"/* whole\n   of two lines */\np { margin: 0; } /* why */\n  /* indented */\n"
        text = embedded({"admin/a.js": script.decode() * 9, "admin/b.css": style.decode() * 9, "site/c.js": script.decode()})
        self.assertEqual(gzip.decompress(array(text, "kGzip0")), b"let a; // why\nlet b = 'https://x'; /* y */\n" * 9)
        self.assertEqual(gzip.decompress(array(text, "kGzip1")), b"p { margin: 0; } /* why */\n" * 9)
        self.assertEqual(array(text, "kData2"), script)

    def test_same_bytes_twice(self):
        self.assertEqual(embedded(self.FILES), embedded(self.FILES))

    def test_etag_follows_the_contents(self):
        etags = [re.findall(r'\\"(\w+)\\"', embedded({"a": a}))[0] for a in ("x", "y", "x")]
        self.assertEqual(etags[0], etags[2])
        self.assertNotEqual(etags[0], etags[1])


if __name__ == "__main__":
    unittest.main()
