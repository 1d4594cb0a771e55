"""A mutant whose text no longer stands in its file exactly once proves nothing: known at once, not in the long set."""
import sys
import unittest
from collections import Counter

from script import ROOT, load

TABLES = ["tests/gcm/run", "tests/sim/mutants", "tests/system/fault_mutants", "tests/system/security_mutants"]


def rotten(mutant, before):
    """Its edits, behind those of `before`, that do not fit."""
    texts, faults = {}, []
    for edit in (*before, mutant, *getattr(mutant, "more", ())):
        file = ROOT / edit.file
        text = texts.get(edit.file) or (file.read_text() if file.exists() else "")
        if text.count(edit.old) != 1 or edit.old == edit.new:
            faults.append(f"{mutant.name}: {edit.old!r} stands {text.count(edit.old)} times in {edit.file}")
        texts[edit.file] = text.replace(edit.old, edit.new)
    return faults


class Rows(unittest.TestCase):
    def test_each_text_stands_once(self):
        sys.path.insert(0, str(ROOT / "tests" / "system"))      # what the tables themselves import
        for table in TABLES:
            module = load("../" + table)
            names = Counter(mutant.name for mutant in module.MUTANTS)
            self.assertEqual([name for name, n in names.items() if n > 1], [], table)
            self.assertGreater(len(names), 10, table)
            faults = [fault for mutant in module.MUTANTS for fault in rotten(mutant, getattr(module, "QUICK", ()))]
            self.assertEqual(faults, [], table)


if __name__ == "__main__":
    unittest.main()
