"""The admin page's live side in the shipped program: events, the log, preflight, and editing the configuration."""
import json
import os
import time

import http_client
from admin_client import COOKIE, HASH, Admin
from event_stream import Stream
from lab import Lab
from postern import Postern

NAME = "device.example.test"


def test_events():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        with Postern({NAME: {}}, lab=lab, admin={"password_hash": HASH}) as server:
            server.wait_issued(NAME)
            owner = Admin(server)
            stream = Stream(owner)
            reply = owner.post(f"/api/v1/certificates/{NAME}/renew", {"force": True})
            job = json.loads(reply.body)["job"]
            text = stream.until(f'{{"job":"{job}","done":true,"ok":true,"changed":true}}', 20)
            assert text.count("event: progress") >= 4 and "event: log" in text and "acme.installed" in text, text
            stream.until("event: status", 5)
            last = max(int(line[4:]) for line in stream.text.splitlines() if line.startswith("id: "))
            again = Stream(owner, last - 2)
            again.until(f"id: {last}\n", 5)
            assert f"id: {last - 2}\n" not in again.text, "from there on"
            lines = owner.json("/api/v1/log")["lines"]
            assert any("acme.installed" in line for line in lines) and COOKIE not in "".join(lines)
            report = owner.get("/api/v1/support-bundle").body.decode()
            assert "acme.installed" in report and "password_hash = ***" in report and HASH not in report, report
            assert b"BEGIN CERTIFICATE" in owner.get(f"/api/v1/certificates/{NAME}/chain.pem").body
            owner.ask("DELETE", "/api/v1/session")
            server.command("renew", NAME, "--force")
            assert stream.ended(10), "a stream ends with its session"
            server.stop()
            assert again.ended(5)


def test_a_stop_ends_streams():
    with Postern(admin={"password_hash": HASH}) as server:
        stream = Stream(Admin(server))
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 3 and stream.ended(3)


def test_editing():
    with Postern(admin={"password_hash": HASH}) as server:
        owner, other = Admin(server), Admin(server)
        now = owner.json("/api/v1/config")
        old = server.ini_file.read_bytes()
        assert now["text"].encode() == old and not now["why_kept"] and not now["has_previous"], now
        new = "; kept as it is\r\n" + now["text"].replace("log = stderr", "log = stderr\nlog_level = debug")
        save = lambda who, text, etag: who.put("/api/v1/config", {"text": text}, fields=[("If-Match", etag)])
        reply = save(owner, new, now["etag"])
        assert reply.status == 200 and json.loads(reply.body)["in_force"], reply
        assert server.ini_file.read_bytes() == new.encode() and server.wait_for(r" info reloaded ")
        assert (server.folder / "postern.ini.previous").read_bytes() == old
        reply = save(other, "# too late\n", now["etag"])
        assert reply.status == 412 and json.loads(reply.body)["text"] == new and server.ini_file.read_bytes() == new.encode()
        etag = json.loads(reply.body)["etag"]
        reply = save(other, new.replace("log_level = debug", "log_level = loud\nloops = -1"), etag)
        faults = json.loads(reply.body)["faults"]
        assert reply.status == 422 and [f["key"] for f in faults] == ["log_level", "loops"], reply
        line = new.splitlines().index("log_level = debug") + 1
        assert [f["line"] for f in faults] == [line, line + 1] and "info" in faults[0]["text"], faults
        assert server.ini_file.read_bytes() == new.encode()
        reply = owner.post("/api/v1/config/previous", {}, fields=[("If-Match", etag)])
        assert reply.status == 200 and server.ini_file.read_bytes() == old, reply
        os.chmod(server.folder, 0o555)
        try:
            now = owner.json("/api/v1/config")
            if os.geteuid() != 0 or not server.as_root:
                assert "may not write" in now["why_kept"], now
                reply = save(owner, new, now["etag"])
                assert reply.status == 409 and b"postern reload" in reply.body and server.ini_file.read_bytes() == old, reply
        finally:
            os.chmod(server.folder, 0o755)
        said = [entry["outcome"] for entry in owner.json("/api/v1/audit")["entries"] if entry["action"] == "config"]
        http_client.until(lambda: len([e for e in owner.json("/api/v1/audit")["entries"] if e["action"] == "config"]) >= 4, 5, f"all of it noted: {said}")


def test_preflight_by_the_page():
    with Postern(admin={"password_hash": HASH}) as server:
        owner = Admin(server)
        assert owner.json("/api/v1/findings")["at"] is None
        assert owner.post("/api/v1/preflight", {}).status == 202
        http_client.until(lambda: not owner.json("/api/v1/findings")["running"], 60, "it ends", 0.2)
        found = owner.json("/api/v1/findings")
        assert found["at"] and found["findings"] and found["level"] in ("ok", "note", "warning", "fault"), found
