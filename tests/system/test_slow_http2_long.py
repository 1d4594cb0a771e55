"""How long a slow HTTP/2 connection is held, whatever it is at: every kind of it has an end."""
import statistics

from slow_crowd import KINDS, Crowd
from test_slow_http2 import house, report
from upstream import Upstream, answer

LONG = True
SECONDS = 150
EACH = 20
# Deadlines of limits.h, and half a minute for a busy machine.  An upload has its minute, is answered 408, and then is idle for one.
MOST = dict.fromkeys(KINDS, 60 + 30) | dict.fromkeys(("handshake", "silent", "preface", "headers", "continuation"), 10 + 30) | \
    dict.fromkeys(("upload", "upload frame", "refused upload"), 120 + 30)


def test_every_kind_has_its_end():
    with Upstream({"/down": answer(b"d" * (4 << 20))}) as up, house(up, up, max_per_client="off").start() as server:
        with Crowd(server.https_port, ["127.0.0.1"], each=EACH) as crowd:
            crowd.stop.wait(SECONDS)
        assert server.alive()
    note = "; ".join(f"{kind} {min(t.lives):.0f} to {max(t.lives):.0f} s (median {statistics.median(t.lives):.0f})" if t.lives else f"{kind} for ever"
                     for kind, t in crowd.told.items())
    for kind, t in crowd.told.items():
        assert len(t.lives) >= EACH and max(t.lives) <= MOST[kind], f"{kind}: {note}"
    return note


def test_from_one_address_with_the_cap_lifted():
    """As test_slow_http2 does it from many."""
    return report(["127.0.0.1"], max_per_client="off", max_connections=12000)
