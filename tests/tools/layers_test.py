"""check_layers fails where it should, and only there."""
import tempfile
import unittest
from pathlib import Path

from script import load, write

layers = load("check_layers")


def faults_of(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            write(root, path, text)
        return layers.check(Path(root))[1]


class Arrows(unittest.TestCase):
    # file, included, a word of the fault or None for allowed
    TABLE = [
        ("server/tls/a.cpp", '"server/net/b.h"', None),
        ("server/net/a.cpp", '"server/tls/b.h"', "server/net may not include server/tls"),
        ("server/base/a.h", '"server/net/b.h"', "may not include"),
        ("acme/policy/a.cpp", '"acme/store/b.h"', "may not include"),
        ("acme/a.cpp", '"server/tls/b.h"', "may not include"),
        ("acme/a.cpp", '"server/crypto/b.h"', None),
        ("server/front/a.cpp", '"firmware/b.h"', "may not include firmware"),
        ("firmware/compose.cpp", '"server/tls/b.h"', None),
        ("firmware/compose.cpp", '"tests/fakes/b.h"', "nobody includes tests"),
        ("tests/unit/server/net/a_test.cpp", '"firmware/b.h"', None),
        ("server/net/a.cpp", '"b.h"', "not written from the root"),
        ("server/extra/a.cpp", "<vector>", "not in the table"),
        ("server/tls/a.cpp", "<mbedtls/ssl.h>", None),
        ("server/tls/a.h", "<mbedtls/ssl.h>", "fenced"),
        ("server/http/a.cpp", "<mbedtls/ssl.h>", "fenced"),
        ("server/http/a.cpp", "<psa/crypto.h>", "fenced"),
        ("acme/protocol/transport_httplib.cpp", "<httplib.h>", None),
        ("acme/worker.cpp", "<httplib.h>", "fenced"),
        ("server/base/json.cpp", "<nlohmann/json.hpp>", None),
        ("acme/store/job.cpp", "<nlohmann/json.hpp>", "fenced"),
        ("acme/store/job.h", "<nlohmann/json.hpp>", "fenced"),
        ("firmware/config/ini.cpp", "<ini.h>", None),
        ("firmware/config/plan.cpp", "<ini.h>", "fenced"),
        ("firmware/config/plan.cpp", '"firmware/config/ini.h"', None),
        ("server/net/a.cpp", "<doctest.h>", "fenced"),
        ("server/net/a.cpp", "<openssl/ssl.h>", "fenced"),
        ("server/net/a.cpp", "<sys/epoll.h>", None),
    ]

    def test_table(self):
        for path, included, word in self.TABLE:
            with self.subTest(path=path, included=included):
                faults = faults_of({path: f"// x\n#include {included}\n"})
                if word is None:
                    self.assertEqual(faults, [])
                else:
                    self.assertTrue(any(word in f for f in faults), faults)

    def test_line_is_named(self):
        faults = faults_of({"server/base/a.cpp": '// x\n\n#include "server/net/b.h"\n'})
        self.assertTrue(faults[0].startswith("server/base/a.cpp:3: "), faults)


class Cycles(unittest.TestCase):
    def test_found_once(self):
        faults = faults_of({"server/net/a.h": '#include "server/net/b.h"\n',
                            "server/net/b.h": '#include "server/net/c.h"\n',
                            "server/net/c.h": '#include "server/net/a.h"\n'})
        self.assertEqual(len(faults), 1)
        self.assertIn("cycle: server/net/a.h -> server/net/b.h", faults[0])

    def test_a_diamond_is_none(self):
        self.assertEqual(faults_of({"server/net/a.h": '#include "server/net/b.h"\n#include "server/net/c.h"\n',
                                    "server/net/b.h": '#include "server/net/d.h"\n',
                                    "server/net/c.h": '#include "server/net/d.h"\n',
                                    "server/net/d.h": "// x\n"}), [])


if __name__ == "__main__":
    unittest.main()
