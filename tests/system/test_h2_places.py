"""Answers over HTTP/2 hold files open, in all of a loop so many and no more: a request that finds no place waits for one, and is
answered when somebody else gives his back, in order of waiting."""
import time

from h2_wire import HEADERS, RST_STREAM, Wire, frame, headers, request, settings
from postern import Postern, own, scratch

LARGE = 4 << 20     # is opened for each request
SOON = 0.3          # seconds; half a minute is what a request waits in vain
NO_WINDOW = settings((4, 0))
CANCEL = b"\0\0\0\x08"


class Client:
    """Takes no byte of any body, and asks for one after the other."""

    def __init__(self, server):
        self.wire, self.next = Wire(server.https_port, "localhost", first=NO_WINDOW), 1

    def ask(self):
        stream, self.next = self.next, self.next + 2
        self.wire.send(headers(stream, request("/large", authority="localhost")))
        return stream

    def begins(self, stream, seconds):
        """The status of the answer, None: it has not come in this time."""
        end = time.monotonic() + seconds
        while self.wire.status(stream) is None and time.monotonic() < end:
            self.wire.until(lambda came: came.kind == HEADERS and came.stream == stream, end - time.monotonic())
        return self.wire.status(stream)

    def reset(self, stream):
        self.wire.send(frame(RST_STREAM, 0, stream, CANCEL))

    def fill(self):
        """Streams that have begun, until one waits: (those, the one that waits, which may be None: the connection has its most)"""
        begun = []
        while len(begun) < 32:
            stream = self.ask()
            if self.begins(stream, 0.5) != 200:
                return begun, stream
            begun.append(stream)
        return begun, None


def server():
    root = scratch("places")
    (root / "large").write_bytes(b"L" * LARGE)
    own(root)
    return Postern({"localhost": {"root": root}}, server={"max_connections": 64, "loops": 1})


def full_house(house):
    """Clients that hold all places, the last with a request that waits: [(client, its streams that have begun)], that request"""
    holders = []
    while len(holders) < 30:
        client = Client(house)
        begun, waits = client.fill()
        holders.append((client, begun))
        if waits is not None and len(begun) < 32:
            return holders, waits
    raise AssertionError("there is no end of places")


def wakes(client, stream, release):
    began = time.monotonic()
    release()
    status = client.begins(stream, 5)
    took = time.monotonic() - began
    assert status == 200 and took < SOON, f"{status} after {took:.2f} s"
    return took


def test_a_place_wakes_who_waits():
    with server() as house:
        holders, waits = full_house(house)
        (first, begun), (last, _) = holders[0], holders[-1]
        first.reset(begun[-1])      # its place is the last client's, whose request was there first
        assert last.begins(waits, SOON) == 200
        waiting = [Client(house) for _ in range(4)]
        streams = []
        for client in waiting:
            begun_here, stream = client.fill()
            assert len(begun_here) == 2, "its own two, whatever others hold"
            streams.append(stream)
        took = [wakes(waiting[0], streams[0], lambda: first.reset(begun[-2]))]
        assert waiting[1].begins(streams[1], 1) is None, "one place, one request"
        took.append(wakes(waiting[1], streams[1], lambda: first.reset(begun[-3])))
        waiting[2].wire.close()     # in line before the fourth
        time.sleep(0.2)
        took.append(wakes(waiting[3], streams[3], lambda: first.reset(begun[-4])))
        # with its connection somebody gives back many; they are for who waits, and then for everybody
        late = Client(house)
        begun_late, stream = late.fill()
        assert len(begun_late) == 2
        took.append(wakes(late, stream, first.wire.close))
        assert late.begins(late.ask(), SOON) == 200
        for client in [*(client for client, _ in holders), *waiting, late]:     # its end would wait for what they do not take
            client.wire.close()
    return f"woken after {max(took) * 1000:.0f} ms at most, of {len(took)}; {sum(len(b) for _, b in holders)} answers held"
