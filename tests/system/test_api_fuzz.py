"""The admin API under requests that nobody would write: each answer is a described one or a problem document, and nothing
of the device changes.  Of one seed here, so that what fails is the change and not the dice; test_api_fuzz_long throws them."""
import json
import posixpath
import re
import time
from collections import Counter
from urllib.parse import unquote

import http_client
import openapi
from admin_client import HASH, PASSWORD, Admin
from api_requests import Maker
from postern import Postern

SECONDS = 15
FEWEST, PATIENCE = 800, 300     # requests, and the seconds that they may take on a machine that has other things to do
GROWTH_KB = 4096        # of its memory, from the first half of these to the end
PEAK_KB = 24 << 10      # of all of it: a few bodies of a megabyte at the same time
# What HTTP itself refuses, and no operation of the description lists: a problem document below /api/, a page elsewhere.
OF_HTTP = {400, 408, 413, 414, 417, 431, 501, 505}


def memory(server, what):
    with open(f"/proc/{server.pid}/status") as status:
        return int(re.search(rf"^{what}:\s+(\d+) kB", status.read(), re.M)[1])


def is_problem(reply):
    document = json.loads(reply.body)
    assert set(document) >= {"type", "title", "status", "detail"} and document["status"] == reply.status and document["detail"], document


def judge(request, reply):
    """Fails unless that is an answer that the description allows."""
    what = f"{request.method} {request.path} {request.fields} {request.body[:200]!r}: {reply}"
    assert reply.status < 500 or reply.status in (501, 503, 505), f"a fault of the program: {what}"
    kind = (reply.field("Content-Type") or "").split(";")[0]
    path = request.path.partition("?")[0]
    known = posixpath.normpath(re.sub("/+", "/", unquote(path.replace("%2f", "%252f"))))     # as the server reads it: that is no slash
    if request.odd and reply.status in OF_HTTP and request.path.startswith("/api/"):
        assert kind == "application/problem+json", what
        if request.method != "HEAD":
            is_problem(reply)
    elif kind == "text/html" or kind == "" and reply.status in OF_HTTP:
        assert request.odd and (reply.status in OF_HTTP or not openapi.is_described(known)), f"a page: {what}"
    elif openapi.template_of(known) and (known == path or reply.status < 300):
        query = request.path.partition("?")[2] if known == "/api/v1/history" else ""      # elsewhere nobody reads it
        openapi.judge(request.method, f"{known}?{query}", reply, request.body)
    else:
        assert 300 <= reply.status < 500 or reply.status == 503, what
        if request.method != "HEAD" and reply.status != 303:
            assert kind == "application/problem+json", what
            is_problem(reply)


class Line:
    """The kept connection by which all of it is asked; a new one when the server has ended it, as it may."""

    def __init__(self, port):
        self.port, self.conn, self.made = port, None, 0

    def close(self):
        if self.conn:
            self.conn.close()
        self.conn = None

    def ask(self, request):
        """The reply; None: it was no request as HTTP has them, and the server has ended the connection in the middle of it."""
        if self.conn is None:
            self.conn, self.made = http_client.Conn(self.port, "", timeout=20.0), self.made + 1
        try:
            self.conn.send(http_client.request_bytes(request.path, request.host, request.method, request.fields, request.body))
            reply = self.answer(request)
        except (OSError, AssertionError) as error:
            self.close()
            assert request.odd, f"no answer ({error}): {request.method} {request.path} {request.fields} {request.body[:200]!r}"
            return None
        if (reply.field("Connection") or "").lower() == "close" or reply.field("Content-Type") == "text/event-stream":
            self.close()
        return reply

    def answer(self, request):
        head = self.conn.response("HEAD")
        if head.field("Content-Type") == "text/event-stream":   # its body has no end
            return head
        self.conn.buffer = head.raw_head + b"\r\n\r\n" + self.conn.buffer
        return self.conn.response(request.method)


class Run:
    def __init__(self, server, seed):
        self.server = server
        self.sources = iter(f"127.0.{i // 250 + 1}.{i % 250 + 1}" for i in range(60000))
        self.owner = Admin(server, source=next(self.sources))
        self.maker = Maker(seed, self.owner)
        self.line = Line(server.admin_port)
        self.seen = Counter()

    def log_in_again(self):
        """After a logout, from another address each time: wrong passwords have made them slow for this one."""
        self.owner.cookie = None
        self.owner.source = next(self.sources)
        reply = self.owner.log_in(PASSWORD)
        assert reply.status == 200, reply

    def some(self, count):
        for _ in range(count):
            request = self.maker.request()
            reply = self.line.ask(request)
            self.seen[reply.status if reply else "cut off"] += 1
            if reply:
                judge(request, reply)
            if reply and request.method == "DELETE" and reply.status == 200:
                self.log_in_again()
        self.line.close()
        if self.owner.get("/api/v1/session").status != 200:
            self.log_in_again()
        self.maker.etag = self.owner.json("/api/v1/config")["etag"]
        assert self.server.get("/").status == 200, "the site answers"


def ask_whatever(seed):
    with Postern(admin={"password_hash": HASH}) as server:
        run, file = Run(server, seed), server.ini_file.read_bytes()
        certificate, began, before = server.der(), time.monotonic(), None
        while time.monotonic() - began < (SECONDS if run.seen.total() >= FEWEST else PATIENCE):
            run.some(100)
            if before is None and run.seen.total() >= FEWEST / 2:
                before = memory(server, "VmRSS")
        assert server.alive() and server.der() == certificate and server.ini_file.read_bytes() == file, "the same certificate and configuration"
        assert "fault of the program" not in server.log(), server.log()[-3000:]
        assert run.seen.total() >= FEWEST, f"only {run.seen.total()} requests"
        grown, peak = memory(server, "VmRSS") - before, memory(server, "VmHWM")
        missing = {200, 400, 401, 403, 404, 405, 415} - set(run.seen)
        assert not missing, f"never seen: {missing} of {run.seen}"
        assert grown <= GROWTH_KB and peak <= PEAK_KB, f"{grown} kB more than after {FEWEST // 2} requests, {peak} kB at most"
        told = ", ".join(f"{status} {count}" for status, count in sorted(run.seen.items(), key=str))
        return f"{run.seen.total()} requests ({told}), {run.line.made} connections, {grown:+d} kB, peak {peak} kB"


def test_whatever_is_asked():
    return ask_whatever(seed=1)
