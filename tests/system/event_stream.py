"""GET /api/v1/events, read as it comes; every event is judged by the API's description."""
import codecs
import re

import http_client
import openapi
from admin_client import COOKIE

PATH = "/api/v1/events"
EVENT = re.compile(r"(?:id: (\d+)\n)?event: ([a-z]+)\ndata: (.*)")
SAYS_NOTHING = re.compile(r":|retry: \d+")


class Stream:
    """`text`: what has been heard, without the chunks that it came in; may be emptied."""

    def __init__(self, admin, after=None):
        self.conn = http_client.Conn(admin.port, "", timeout=20.0)
        fields = [("Cookie", f"{COOKIE}={admin.cookie}")] + ([("Last-Event-ID", str(after))] if after else [])
        self.conn.send(http_client.request_bytes(PATH, admin.host, fields=fields))
        self.text, self.rest, self.half, self.over = "", b"", "", False
        self.decode = codecs.getincrementaldecoder("utf-8")().decode     # a chunk may end within a character
        self.conn.sock.settimeout(5)
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        reply = http_client.Response(int(lines[0].split(" ")[1]), "", "", fields, b"", head)
        assert reply.status == 200 and reply.field("Transfer-Encoding") == "chunked", lines
        openapi.judge("GET", PATH, reply)
        self._unchunk()

    def _more(self):
        data = self.conn.sock.recv(65536)
        self.rest += data
        return bool(data)

    def _unchunk(self):
        """Moves whole chunks from `rest` to `text`, and judges the events that are whole with them."""
        while b"\r\n" in self.rest and not self.over:
            size, rest = self.rest.split(b"\r\n", 1)
            length = int(size, 16)
            if len(rest) < length + 2:
                return
            self.over = length == 0
            said, self.rest = self.decode(rest[:length]), rest[length + 2:]
            self.text += said
            *whole, self.half = (self.half + said).split("\n\n")
            for event in whole:
                found = EVENT.fullmatch(event)
                assert found or SAYS_NOTHING.fullmatch(event), f"no event: {event!r}"
                if found:
                    openapi.judge_event(found[2], found[3])

    def until(self, what, seconds):
        self.conn.sock.settimeout(seconds)
        while what not in self.text:
            assert self._more(), f"the stream ended before {what!r}: {self.text[-400:]}"
            self._unchunk()
        return self.text

    def ended(self, seconds):
        """Told so by its last chunk; the connection may stay."""
        self.conn.sock.settimeout(seconds)
        try:
            while not self.over and self._more():
                self._unchunk()
        except TimeoutError:
            pass
        return self.over
