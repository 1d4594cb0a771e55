"""100 pages that listen and one that polls: what they take of the memory, and that nothing is written for them."""
import time

import http_client
import openapi
from admin_client import COOKIE, HASH, Admin
from event_stream import Stream
from postern import Postern
from test_idle import pss_kb

COUNT = 100
MOST_KB = 1024      # for all of them
FLAT = 1.05         # the most, to the first figure with all of them


def polled(owner):
    """A page without streams, on a connection that it keeps: a function that asks once, and checks the answer."""
    conn = http_client.Conn(owner.port, "", timeout=20.0)
    fields = [("Cookie", f"{COOKIE}={owner.cookie}")]

    def once():
        for path in ("/api/v1/status", "/api/v1/log", "/api/v1/history", "/"):
            reply = conn.request(path, owner.host, fields=fields)
            assert reply.status == 200, reply
    return once


def no_more(owner):
    with http_client.Conn(owner.port, "") as late:
        late.send(http_client.request_bytes("/api/v1/events", owner.host, fields=[("Cookie", f"{COOKIE}={owner.cookie}")]))
        reply = late.response()
    openapi.judge("GET", "/api/v1/events", reply)
    assert reply.status == 503, "more are told that there are too many"


def quiet_writes(server):
    """The bytes written so far, once the login has been noted."""
    written = lambda: server.document()["state_bytes_written"]
    http_client.until(lambda: "login" in (server.state / "audit.log").read_text(), 5, "the login is in the audit log")
    return written()


def hold(seconds, fill=3):
    """All of them for so long, with something to hear every few seconds.  fill: reloads before; 300 fill the ring of the log,
    which grows by 250 kB until then, whoever listens."""
    with Postern(admin={"password_hash": HASH}) as server:
        owner = Admin(server)
        ask = polled(owner)
        for _ in range(fill):
            ask()
            assert server.command("reload").returncode == 0     # what these take once is taken
        time.sleep(2)
        before, writes = pss_kb(server.pid), quiet_writes(server)
        streams = [Stream(owner) for _ in range(COUNT)]
        no_more(owner)
        figures, began = [], time.monotonic()
        while time.monotonic() - began < seconds:
            assert server.command("reload").returncode == 0
            for stream in streams:
                stream.until("event: log", 10)
                stream.text = ""
            for _ in range(3):
                ask()
                time.sleep(1)
            figures.append(pss_kb(server.pid))      # a connection that rests has given its buffers back
        kept = server.document()["state_bytes_written"] - writes
        for stream in streams:
            stream.conn.close()
        http_client.until(lambda: Stream(owner).conn, 10, "there is room again")
        note = f"{max(figures) - before} kB for {COUNT} streams; {figures[0]} kB in all after {(time.monotonic() - began) / len(figures):.0f} s, " \
               f"{min(figures)} to {max(figures)} kB in {seconds} s"
        assert max(figures) - before < MOST_KB, note
        assert max(figures) <= figures[0] * FLAT, note
        assert kept == 0, f"{kept} bytes written for who listens and polls"
        return note


def test_a_hundred_streams():
    return hold(20)
