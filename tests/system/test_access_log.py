"""The access log: who asked for what, and what became of it."""
import json
import os
import re
import signal
import time

import http_client
import postern
from admin_client import HASH, Admin
from postern import Postern

LINE = re.compile(r'127\.0\.0\.1 - - \[(\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000)\] "([^"]*)" (\d{3}) (\d+) "([^"]*)" "([^"]*)"')


def with_log(**keys):
    server = Postern({"localhost": {"redirect_http": "no"}})
    log = server.folder / "access.log"
    server.sections["server"].update({"access_log": log, **keys})
    server.write_ini()
    return server, log


def lines_of(log, count, seconds=3):
    def look():
        lines = log.read_text().splitlines() if log.exists() else []
        return lines if len(lines) >= count else None
    return http_client.until(look, seconds, f"{count} lines in {log}")


def test_combined():
    server, log = with_log(loops=1)     # each loop has a buffer of its own: only within one are lines in order
    with server:
        size = len(server.get("/").body)
        server.get_plain("/none?x=1", fields=[('User-Agent', 'a "b" \\'), ("Referer", "https://r.example/")])
        with http_client.Conn(server.http_port) as c:
            c.send(b"nonsense\r\n\r\n")
            c.response()
        started = time.monotonic()
        found = [LINE.fullmatch(line) for line in lines_of(log, 3)]
        assert all(found), log.read_text()
        assert [(m[2], m[3]) for m in found] == [("GET / HTTP/1.1", "200"), ("GET /none?x=1 HTTP/1.1", "404"), ("nonsense", "400")], found
        assert int(found[0][4]) == size, found[0]
        assert found[1][6] == r"a \x22b\x22 \x5c" and found[1][5] == "https://r.example/", found[1]
        assert time.monotonic() - started < 2.0, "a second at most"
        server.get("/last")
    assert "GET /last " in log.read_text(), "what was noted last is written at the end"
    assert log.stat().st_mode & 0o777 == 0o640


def test_json_and_stderr():
    server, log = with_log(access_log="stderr", access_log_format="json")
    with server:
        server.get("/x")
        line = server.wait_for(r"^\{.*\}$")[0]
        noted = json.loads(line)
        assert (noted["request"], noted["status"], noted["tls"], noted["host"]) == ("GET /x HTTP/1.1", 404, True, "localhost"), noted
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", noted["time"]), noted


def test_a_file_that_would_grow_too_large_begins_anew():
    """Each line is in one of the two files, and the older one holds what came just before."""
    for writable in (True, False):
        server, log = with_log(loops=1, access_log_max="4k")
        if not writable:
            folder = postern.scratch("logs")
            log = folder / "access.log"
            log.write_bytes(b"")
            postern.own(log)
            if os.geteuid() != 0:
                continue
            os.chown(folder, 0, 0)
            server.sections["server"]["access_log"] = log
            server.write_ini()
        with server:
            for i in range(100):
                server.get_plain(f"/{i:03d}")
                if i % 20 == 19:
                    time.sleep(1.1)     # the buffer goes to the file once a second
        last = [line.split('"')[1] for line in log.read_text().splitlines()]
        assert last[-1] == "GET /099 HTTP/1.1" and log.stat().st_size <= 4096, (last[-1:], log.stat())
        older = log.with_name("access.log.1")
        assert older.exists() == writable
        if not writable:
            continue
        assert older.stat().st_size <= 4096 and older.stat().st_mode & 0o777 == 0o640
        both = [line.split('"')[1] for line in older.read_text().splitlines()] + last
        assert both == [f"GET /{i:03d} HTTP/1.1" for i in range(100 - len(both), 100)], both


def test_ring():
    """The default: the latest requests, for whoever may see the page, and on no disk."""
    server = Postern({"localhost": {"redirect_http": "no"}}, admin={"password_hash": HASH})
    del server.sections["server"]["access_log"]
    server.write_ini()
    with server:
        owner = Admin(server)
        server.get_plain("/seen?x=1")

        def look():
            answer = json.loads(owner.get("/api/v1/requests").body)
            assert answer["where"] == "ring", answer
            return answer["lines"]
        line = http_client.until(look, 3, "a request in the ring")[-1]
        assert LINE.fullmatch(line)[2] == "GET /seen?x=1 HTTP/1.1", line
        for n in range(3000):
            server.get_plain(f"/{n:04}/" + "x" * 80)
        lines = http_client.until(lambda: [one for one in look() if "/2999/" in one] and look(), 3, "the last of many")
        assert not list(server.folder.rglob("*access*")), "none of it on the disk"
        assert 100 < len(lines) <= 500 and all(LINE.fullmatch(one) for one in lines), lines[:2]


def test_reopened():
    """logrotate: what is asked after the signal stands in the new file, and no line is lost."""
    server, log = with_log()
    with server:
        for i in range(5):
            moved = log.with_suffix(f".{i}")
            server.get(f"/before{i}")
            log.rename(moved)
            server.signal(signal.SIGHUP)
            http_client.until(log.exists, 3, "the file is there again")
            server.get(f"/after{i}")
            lines_of(log, 1)
    text = "".join(p.read_text() for p in sorted(server.folder.glob("access*")))
    for i in range(5):
        for word in ("before", "after"):
            assert text.count(f"GET /{word}{i} ") == 1, f"{word}{i}: {text}"


def test_full_disk():
    """Lines are lost, which is said once; nobody who asks notices."""
    server, _ = with_log(access_log="/dev/full")
    with server:
        for _ in range(3):
            assert server.get("/").status == 200
            time.sleep(1.1)
        assert server.log().count(" warn access_log_loses_lines ") == 1, server.log()


def test_a_folder_that_is_not_there():
    server, _ = with_log(access_log="/nowhere/at/all.log")
    server.start(wait=False)
    assert server.process.wait(5) == 1 and "/nowhere/at/all.log" in server.log(), server.log()
