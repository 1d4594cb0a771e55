"""The API's description: served as it lies in the tree, and every operation of it answers as it says."""
import gzip
import json

import http_client
import openapi
from admin_client import HASH, PASSWORD, Admin
from event_stream import PATH as EVENTS
from event_stream import Stream
from lab import Lab
from postern import Postern

NAME = "device.example.test"
TOKEN = "kR3mzuq8Wv1yTnD5bXoJ"


def test_the_description_is_served():
    with Postern(admin={"password_hash": HASH}) as server:
        assert Admin(server, None).get("/api/v1/openapi.json").status == 401, "for who is logged in"
        owner = Admin(server)
        reply = owner.get("/api/v1/openapi.json", fields=[("Accept-Encoding", "gzip, br")])
        assert reply.status == 200 and gzip.decompress(reply.body) == openapi.FILE.read_bytes(), reply
        again = owner.get("/api/v1/openapi.json", fields=[("If-None-Match", reply.field("ETag"))])
        assert again.status == 304 and again.field("ETag") == reply.field("ETag"), again
        assert owner.get("/api/v1/openapi.json", fields=[("Accept-Encoding", "identity")]).status == 406
        assert owner.ask("HEAD", "/api/v1/openapi.json").field("Content-Length") == str(len(reply.body))
        return f"{len(openapi.FILE.read_bytes())} bytes, {len(reply.body)} as sent"


def walk(server, owner):
    """Every operation with success, where there is one for the page."""
    ask = lambda method, path, body=None, status=200, **more: expect(owner.ask(method, path, body, **more), status, f"{method} {path}")
    site = f"/api/v1/certificates/{NAME}"
    for path in ("status", "history", "history?span=hour", "log", "requests", "audit", "findings", "session", "openapi.json", "support-bundle"):
        ask("GET", f"/api/v1/{path}")
    ask("GET", f"{site}/chain.pem")
    ask("GET", "/metrics")
    pull = f"/api/v1/pull/receiver/{NAME}"
    expect(Admin(server, None).get(pull, fields=[("Authorization", f"Bearer {TOKEN}")]), 200, pull)
    Stream(owner)
    ask("POST", "/api/v1/session/confirm", {"password": PASSWORD})
    named = {"names": [NAME]}
    for path, body, all_body in (("renew", None, None), ("renew", {"force": False}, {"force": False, **named}), ("dry-run", None, named)):
        job = ask("POST", f"/api/v1/{path}", all_body, 202)
        ask("GET", job.field("Location"))
        ask("POST", f"{site}/{path}", body, 202)
    ask("PUT", f"{site}/upload", {"chain": "none", "key": "none"}, 202)
    ask("POST", f"{site}/revoke", {"reason": "superseded", "delete": False}, 202)
    ask("POST", "/api/v1/certificates/none.example/delete", None, 202)
    probe = ask("POST", "/api/v1/probes", {"seconds": 30}, 201)
    assert server.get_plain("/.well-known/acme-challenge/" + json.loads(probe.body)["token"]).status == 200
    assert len(json.loads(ask("GET", probe.field("Location")).body)["visits"]) == 1
    ask("POST", probe.field("Location") + "/end")
    etag = ask("GET", "/api/v1/config").field("ETag")
    text = server.ini_file.read_text()
    ask("POST", "/api/v1/config/check", {"text": text + "loud = yes\n"})
    etag = ask("PUT", "/api/v1/config", {"text": "; mine\n" + text}, fields=[("If-Match", etag)]).field("ETag")
    ask("POST", "/api/v1/config/previous", fields=[("If-Match", etag)])
    ask("POST", "/api/v1/reload", {"file": str(server.ini_file)})
    ask("POST", "/api/v1/preflight", None, 202)
    ask("GET", "/api/v1/first-site")
    ask("POST", "/api/v1/first-site/check", {"names": [NAME]})
    ask("POST", "/api/v1/password", {"old": PASSWORD, "new": "quite another secret"})
    ask("DELETE", "/api/v1/session")


def refusals(server, owner):
    """What is wrong with a request, and the status that says so."""
    nobody, site = Admin(server, None), f"/api/v1/certificates/{NAME}"
    for who, method, path, body, more, status in (
            (owner, "GET", "/api/v1/history?span=year", None, {}, 400), (owner, "POST", f"{site}/renew", {"forc": True}, {}, 400),
            (owner, "POST", f"{site}/revoke", {"reason": "bored"}, {}, 400), (owner, "PUT", f"{site}/upload", {"chain": "none"}, {}, 400), (owner, "POST", "/api/v1/probes", {"seconds": 0}, {}, 400),
            (owner, "POST", "/api/v1/config/check", {"txt": ""}, {}, 400), (owner, "POST", "/api/v1/session/confirm", b"no JSON", {}, 400),
            (nobody, "GET", "/api/v1/status", None, {}, 401), (nobody, "GET", "/metrics", None, {}, 401), (nobody, "PATCH", EVENTS, None, {}, 401),
            (owner, "POST", "/api/v1/stop", None, {}, 403), (owner, "POST", "/api/v1/renew", None, {"origin": False}, 403),
            (owner, "GET", "/api/v1/jobs/0", None, {}, 404), (owner, "GET", "/api/v1/probes/none", None, {}, 404),
            (owner, "POST", "/api/v1/certificates/none/renew", None, {}, 404), (owner, "GET", "/api/v1/certificates/none/chain.pem", None, {}, 404),
            (owner, "POST", "/api/v1/renew", {"names": [NAME, "none"]}, {}, 404), (owner, "POST", "/api/v1/dry-run", {"names": ["none"]}, {}, 404),
            (owner, "POST", "/api/v1/renew", {"names": []}, {}, 400), (owner, "POST", "/api/v1/dry-run", {"force": True}, {}, 400),
            (owner, "POST", "/api/v1/setup", {"token": "A", "password": "quite another secret"}, {}, 409),
            (owner, "POST", "/api/v1/reload", {"file": "/etc/other.ini"}, {}, 409),
            (owner, "POST", "/api/v1/config/previous", None, {"fields": [("If-Match", '"other"')]}, 409),
            (owner, "PUT", "/api/v1/config", {"text": ""}, {"fields": [("If-Match", '"other"')]}, 412), (owner, "PUT", "/api/v1/config", {"text": ""}, {}, 428),
            (owner, "POST", "/api/v1/first-site", {"names": [NAME], "agree_tos": True}, {"fields": [("If-Match", '"other"')]}, 409),
            (owner, "POST", "/api/v1/first-site", {"names": [], "agree_tos": True}, {"fields": [("If-Match", '"other"')]}, 422),
            (owner, "POST", "/api/v1/preflight", {"names": ["a b"]}, {}, 422), (owner, "POST", "/api/v1/preflight", {"name": []}, {}, 400),
            (owner, "POST", "/api/v1/dry-run", None, {"kind": "text/plain"}, 415), (nobody, "POST", "/api/v1/session", None, {"kind": None}, 415),
            (owner, "GET", "/api/v1/log", None, {"host": "evil.example"}, 421), (owner, "POST", "/api/v1/password", {"old": PASSWORD, "new": "short"}, {}, 422)):
        expect(who.ask(method, path, body, **more), status, f"{method} {path}")
    unknown = http_client.fetch(owner.port, "/api/v1/nothing", owner.host, sni="", fields=[("Cookie", f"__Host-postern={owner.cookie}")])
    assert unknown.status == 404 and unknown.field("Content-Type") == "application/problem+json", unknown


def every_wrong_method(owner):
    names = {"{id}": "1", "{certificate}": NAME, "{name}": NAME, "{token}": "abc"}
    for path in openapi.document["paths"]:
        asked = "/".join(names.get(part, part) for part in path.split("/"))
        for method in {"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"} - openapi.allowed(path):
            expect(owner.ask(method, asked), 405, f"{method} {path}")


def expect(reply, status, what):
    assert reply.status == status, f"{what}: {reply}"
    return reply


def test_every_operation():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        server = Postern({NAME: {}}, lab=lab, admin={"password_hash": HASH, "metrics_token": TOKEN})
        server.sections["deploy receiver"] = {"pull_token": TOKEN}
        server.write_ini()
        with server:
            server.wait_issued(NAME)
            owner = Admin(server)
            refusals(server, owner)
            every_wrong_method(owner)
            before = openapi.judged.copy()
            walk(server, owner)
            done = {name for (name, status), n in openapi.judged.items() if status < 300 and n > before[name, status]}
            left = {o["operationId"] for _, _, o in openapi.operations()} - done
            assert left == {"stop", "logIn", "setUp", "writeFirstSite"}, f"stop is not for the page, the others were before, test_wizard.py: {left}"
    return openapi.count()
