"""embed_anchors: each preset has its roots; one that is missing, or is another, ends the build with its name."""
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from script import load

embed = load("embed_anchors")
ROOT = Path(__file__).resolve().parents[2]
MOZILLA = Path("/usr/share/ca-certificates/mozilla")


class Embedding(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        for roots in embed.ROOTS.values():
            for name in roots:
                shutil.copy(MOZILLA / f"{name}.crt", self.folder)

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def embedded(self):
        out = self.folder / "out.cpp"
        embed.main(self.folder, out)
        return out.read_text()

    def test_all_of_them(self):
        text = self.embedded()
        self.assertEqual(text, self.embedded(), "the same bytes every time")
        for name in ("ISRG Root X1", "ISRG Root X2", "GTS Root R1"):
            self.assertIn(f'{{"{name}", k{name.replace(" ", "_")}}}', text)
        self.assertLess(len(re.findall("0x", text)), 10_000, "they are bytes of the program")

    def test_every_preset_has_its_own(self):
        source = (ROOT / "firmware/config/check_cas.cpp").read_text()
        table = source[source.index("kPresets = {{"):source.index("}};")]
        presets = re.findall(r'\{"([\w-]+)",', table)
        self.assertIn("letsencrypt", presets)
        for preset in presets:
            self.assertIn(preset.removesuffix("-staging"), embed.ROOTS)

    def test_one_that_is_missing(self):
        (self.folder / "GTS_Root_R4.crt").unlink()
        self.refused("the root GTS_Root_R4 cannot be had", "ca-certificates")

    def test_one_that_is_another(self):
        shutil.copy(self.folder / "GTS_Root_R1.crt", self.folder / "ISRG_Root_X1.crt")
        self.refused("is not the root ISRG_Root_X1")

    def test_one_that_is_damaged(self):
        (self.folder / "ISRG_Root_X2.crt").write_text("nothing\n")
        self.refused("the root ISRG_Root_X2 cannot be had")

    def refused(self, *words):
        with self.assertRaises(SystemExit) as caught:
            self.embedded()
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertFalse((self.folder / "out.cpp").exists(), "nothing half-made")


if __name__ == "__main__":
    unittest.main()
