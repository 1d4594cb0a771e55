"""Free loopback ports for servers and labs: below the range that outgoing connections take theirs from.

POSTERN_PORTS=FIRST-LAST: of those alone, where others look for theirs at the same time.
"""
import os
import random
import socket

FIRST, LAST = map(int, os.environ.get("POSTERN_PORTS", "10000-31999").split("-"))
_given = set()
_random = random.SystemRandom()


def _free(port):
    """Nobody has it, on any address, TCP or UDP."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as s:
            try:
                s.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True


def block(size):
    """The first of `size` consecutive free ports, none of them given out before."""
    for _ in range(1000):
        first = _random.randrange(FIRST, LAST + 2 - size)
        wanted = range(first, first + size)
        if not _given & set(wanted) and all(_free(p) for p in wanted):
            _given.update(wanted)
            return first
    raise RuntimeError("no free block of ports")


def one():
    return block(1)
