"""lint fails where it should, and its function counter is right."""
import tempfile
import textwrap
import unittest
from pathlib import Path

from script import load, write

lint = load("lint")
from lint_functions import functions     # noqa: E402  (load() made tools/ importable)


def found_in(path, text):
    with tempfile.TemporaryDirectory() as root:
        write(root, path, text)
        return lint.check(Path(root))[1]


def function(lines):
    return "// x\nint f() {\n" + "  g();\n" * (lines - 2) + "}\n"


class Faults(unittest.TestCase):
    # path, text, a word of what is found or None
    TABLE = [
        ("server/base/a.cpp", "int a;\n", None),
        ("server/base/a.cpp", "int a;\n" * 300, None),
        ("server/base/a.cpp", "int a;\n" * 301, "warning: lines 301"),
        ("server/base/a.cpp", "int a;\n" * 501, "lines 501, at most 500"),
        ("server/base/a.h", "// x\n" * 121, "lines of a header 121, at most 120"),
        ("server/base/a.h", "int a;\n", "a header begins with"),
        ("server/base/a.cpp", function(40), None),
        ("server/base/a.cpp", function(41), "warning: lines of f() 41"),
        ("server/base/a.cpp", function(61), "lines of f() 61, at most 60"),
        ("server/base/a.cpp", "\tint a;\n", "a tab"),
        ("server/base/a.cpp", "int a; \n", "white space"),
        ("server/base/a.cpp", "int a;", "no newline"),
        ("server/base/util.cpp", "int a;\n", "says nothing"),
        ("server/helpers/a.cpp", "int a;\n", "says nothing"),
        ("server/base/a.cpp", "namespace postern::util {}\n", "says nothing"),
        ("server/base/a.cpp", "#define MAX 3\n", "macro MAX"),
        ("server/base/a.h", "// x\n#ifndef A_H\n#define A_H\n#endif\n", None),
        ("docs/a.md", "see /" + "root/x\n", "one machine"),
        ("docs/a.md", "see ~/" "root/x and ${x}/" "work/y and site/" "root/z\n", None),
        ("docs/a.md", "from deb." + "debian.org\n", "one machine"),
        ("server/base/a.cpp", "void f() { try { g(); } catch (...) {} }\n", "failures are Results"),
        ("acme/a.cpp", "void f() { throw 1; }\n", "failures are Results"),
        ("acme/a.cpp", "int a;  // does not throw (try it)\n", None),
        ("firmware/a.cpp", "std::thread a;\n", "server/base/thread.h"),
        ("firmware/a.cpp", "auto a = std::this_thread::get_id();\n", None),
        ("server/base/a.cpp", "int a = std::stoi(b);\n", "parse_decimal"),
        ("server/base/a.cpp", "#include <iostream>\n", "streams"),
        ("tests/unit/a.cpp", "#include <thread>\nstd::thread a;\n", None),
        ("tools/lab/a.py", "\tx\n", None),
        ("tests/bench/a.py", "\tx\n", None),
    ]

    def test_table(self):
        for path, text, word in self.TABLE:
            with self.subTest(path=path, text=text[:40], lines=text.count("\n")):
                found = found_in(path, text)
                if word is None:
                    self.assertEqual(found, [])
                else:
                    self.assertTrue(any(word in f for f in found), found)

    def test_nesting(self):
        deep = "void f() {\n" + "if (a) {\n" * 5 + "}" * 5 + "\n}\n"
        self.assertIn("nesting in f() 5, at most 4", found_in("server/base/a.cpp", deep)[0])


class Functions(unittest.TestCase):
    TEXT = textwrap.dedent("""\
        // int not_me() {
        namespace a {
        struct B : C {
            B(int n) : n_{n}, m_(n) { if (n) { g(); } }
            int get() const noexcept { return n_; }
            int n_{0};
        };
        constexpr int kTable[] = {1, 2, 3};
        const std::map<int, std::pair<int, int>> kMap = {{1, {2, 3}}};
        auto open(const char* s = "{") -> Result<int> {
            for (char c : s) {
                call([&](int x) {
                    if (x) { y({1, {2}}); }
                });
            }
            return R"({{{)"[0] == '{';
        }
        enum class E { kOne, kTwo };
        #define TRY(x) do { x; } while (0)
        template <typename T>
        T last(T t)
        {
            return t;
        }
        }  // namespace a
        """)

    def test_names_lines_and_depths(self):
        found = [(name, lines, depth) for _, lines, depth, name in functions(self.TEXT)]
        self.assertEqual(found, [("B", 1, 1), ("get", 1, 0), ("open", 8, 3), ("last", 5, 0)])

    def test_first_line(self):
        self.assertEqual([f[0] for f in functions(self.TEXT)], [4, 5, 10, 20])

    def test_javascript(self):
        text = "const f = (a) => {\n  return `${a} {`;\n};\nclass K {\n  m(x) {\n    g();\n  }\n}\n"
        self.assertEqual([f[1] for f in functions(text)], [3, 3])


if __name__ == "__main__":
    unittest.main()
