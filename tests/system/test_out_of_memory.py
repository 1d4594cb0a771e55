"""Memory runs out: the process says so and ends, and what it had written serves at the next start."""
import re
import socket

import http_client
from postern import Postern

STATUS = 70
LAST_WORDS = re.compile(r"^postern: (out of memory|no thread: .+); this process ends$", re.M)


def last_words(server):
    said = LAST_WORDS.search(server.log(server.log_from))
    assert said and server.process.returncode == STATUS, (server.process.returncode, server.log(server.log_from))
    return said[1]


def visit_until_it_ends(server):
    visitors = []
    while server.alive() and len(visitors) < 900:       # each costs it a kilobyte or more
        try:
            visitors.append(socket.create_connection(("127.0.0.1", server.https_port), timeout=2))
        except OSError:
            break
    http_client.until(lambda: not server.alive(), 10, "the end of the process")
    return len(visitors)


def test_whatever_there_is():
    """From less than it can begin with to what it needs, and then as many visitors as that holds: never a signal."""
    with Postern({"localhost": {}}) as server:
        shown = server.der()
    heard = []
    for kilobytes in range(2500, 64000, 250):
        server.start(wait=False, wrap=("prlimit", f"--as={kilobytes * 1024}"))
        http_client.until(lambda: not server.alive() or re.search(r"\bready\b", server.log(server.log_from)), 10, "an end, or ready")
        if server.alive():
            break
        heard.append(last_words(server))
    count = visit_until_it_ends(server)
    assert last_words(server) == "out of memory", server.log(server.log_from)
    assert any(words.startswith("no thread") for words in heard), heard
    with server.start():
        assert server.der() == shown, "another certificate than before"
    return f"ready with {kilobytes} kB, after {len(heard)} starts with less; {count} visitors ended it"
