"""check_words: languages that differ, words that nobody wrote, words that nobody asks for."""
import tempfile
import unittest
from pathlib import Path

from script import ROOT, load, write

words = load("check_words")
GOOD = {
    "www/admin/words/en.json": '{"hello": "Hello {name}", "day.one": "1 day", "day.other": "{n} days", "why.a": "A"}',
    "www/admin/words/ja.json": '{"hello": "{name}", "day.one": "1", "day.other": "{n}", "why.a": "B"}',
    "www/admin/index.html": "<p>{{w.hello}}</p>",
    "www/admin/app.js": "sayCount('day', 3); say(`why.${each}`);",
    "firmware/admin/words.cpp": "",
}


def faults(changed):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **changed}.items():
            write(root, path, text)
        return words.check(Path(root))


class Words(unittest.TestCase):
    def test_good(self):
        self.assertEqual(faults({}), [])

    def test_the_tree(self):
        self.assertEqual(words.check(ROOT), [])

    def rejected(self, said, path, text):
        found = faults({path: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(said, found[0])

    def test_bad(self):
        ja = "www/admin/words/ja.json"
        self.rejected("ja.json: hello is missing", ja, '{"day.one": "1", "day.other": "{n}", "why.a": "B"}')
        self.rejected("en.json: more is missing", ja, GOOD[ja][:-1] + ', "more": "x"}')
        self.rejected("slots of hello differ", ja, GOOD[ja].replace("{name}", "{nam}"))
        self.rejected("why.a is empty", ja, GOOD[ja].replace('"B"', '""'))
        self.rejected("ja.json:1: no escapes", ja, GOOD[ja].replace('"B"', '"\\\\u3042"'))
        self.rejected("why.a stands twice", ja, GOOD[ja].replace('"why.a"', '"why.a": "C", "why.a"'))
        self.rejected("nobody has written bye", "www/admin/index.html", "{{w.hello}} {{w.bye}}")
        self.rejected("nobody has written bye", "www/admin/more.js", "say('bye')")
        self.rejected("nobody has written day.two", "firmware/admin/words.cpp", 'words.say("day.two")')
        self.rejected("nobody asks for hello", "www/admin/index.html", "")


if __name__ == "__main__":
    unittest.main()
