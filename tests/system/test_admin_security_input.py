"""What is sent to the admin page and is no good, by OWASP ASVS 5.0 (V1, V2, V5, V13.4): too much of it, JSON, names, paths."""
import json

import http_client

from admin_client import COOKIE, PASSWORD
from security_checks import FORM, METRICS_TOKEN, NAME, Check, heads, is_problem, play

SECRETS = [b"PRIVATE KEY", b"pbkdf2", METRICS_TOKEN.encode(), b"root:x:"]


# -- too much of it

def bodies_too_large(world):
    owner = world.owner
    with http_client.Conn(owner.port, "") as c:
        fields = [("Cookie", f"{COOKIE}={owner.cookie}"), ("Origin", f"https://{owner.host}"), ("Content-Type", "application/json"),
                  ("Content-Length", str(3 << 20))]
        c.send(http_client.request_bytes("/api/v1/config", owner.host, "PUT", fields))
        assert c.response().status == 413
    for path, names in (("/api/v1/session", ["password"]), ("/api/v1/session/confirm", ["password"]), ("/api/v1/password", ["old", "new"])):
        is_problem(owner.post(path, dict.fromkeys(names, "x" * 5000)), 400)
    assert owner.post("/login", b"password=" + b"x" * 5000, kind=FORM).status == 400
    for path in ("/api/v1/renew", "/api/v1/dry-run"):       # these take a list of names
        is_problem(owner.post(path, b'{"names":["' + b"x" * 70000 + b'"]}'), 400)
    for path in ("/api/v1/probes", f"/api/v1/certificates/{NAME}/revoke", "/api/v1/reload"):
        is_problem(owner.post(path, b'{"force":' + b" " * 9000 + b"true}"), 400)


def heads_too_large(world):
    def status(fields=(), path="/login"):
        return heads(world.raw(world.request(path, fields=[*fields, ("Connection", "close")])))[0]
    assert status(path="/" + "a" * 9000) == 414 and status(path="/?" + "a" * 9000) == 414
    assert status([("Cookie", f"{COOKIE}=" + "A" * 20000)]) == 431 and status([("X" * 20000, "y")]) == 431
    assert status([("X-Field", "y")] * 120) == 431
    assert status([("Cookie", "a=b; " * 1000)]) == 200, "5 kB of other cookies are no harm"


def refused_as_json(world, text, *paths):
    for path in paths or ("/api/v1/session", "/api/v1/session/confirm", "/api/v1/password", "/api/v1/config/check", "/api/v1/renew", "/api/v1/probes", "/api/v1/preflight", "/api/v1/first-site/check",
                          "/api/v1/reload", f"/api/v1/certificates/{NAME}/revoke", f"/api/v1/certificates/{NAME}/renew"):
        said = is_problem(world.owner.post(path, text), 400)
        assert len(said) < 300, said
    assert world.server.alive()


def json_too_deep(world):
    for text in (b"[" * 500, b'{"a":' * 100 + b"1" + b"}" * 100, b'{"password":' + b"[" * 100 + b"]" * 100 + b"}"):
        refused_as_json(world, text)
    refused_as_json(world, b'{"text":' + b"[" * 200000, "/api/v1/config/check")


def json_too_wide(world):
    many = b",".join(b'"m%d":1' % i for i in range(60))
    refused_as_json(world, b"{" + many + b"}")
    refused_as_json(world, b'{"text":"","x":[' + b"1," * 100000 + b"1]}", "/api/v1/config/check")
    refused_as_json(world, b'{"text":"",' + b",".join(b'"m%d":1' % i for i in range(5000)) + b"}", "/api/v1/config/check")


def json_twice(world):
    for text in (b'{"password":"x","password":"a well-kept secret"}', b'{"force":false,"force":true}', b'{"text":"","text":""}',
                 b'{"seconds":1,"seconds":2}'):
        refused_as_json(world, text)
    refused_as_json(world, b'{"password":"x","p\\u0061ssword":"a well-kept secret"}', "/api/v1/session")


def json_malformed(world):
    for text in (b"{", b"null", b"true", b"1", b'"x"', b"[]", b"{'password':'x'}", b'{"password":"x",}', b'{"password":"x"} x',
                 b'{"password":NaN}', b"\xef\xbb\xbf{}x",
                 b'{"password":"\xff\xfe"}', b'{"password":"\\ud800"}', b'{"password":"a\x00b"}', b"<a/>", b'{/**/"password":"x"}'):
        refused_as_json(world, text, "/api/v1/session", "/api/v1/password", "/api/v1/config/check")


def json_of_other_types(world):
    for value in (1, None, True, [PASSWORD], {"a": PASSWORD}):
        refused_as_json(world, json.dumps({"password": value}).encode(), "/api/v1/session", "/api/v1/session/confirm")
    for body in ({"force": 1}, {"force": "true"}, {"force": None}, {"name": NAME}):
        refused_as_json(world, json.dumps(body).encode(), "/api/v1/renew", f"/api/v1/certificates/{NAME}/renew")
    for seconds in (0, -1, 3601, 1.5, 1e99, "60", 10**30):
        refused_as_json(world, json.dumps({"seconds": seconds}).encode(), "/api/v1/probes")


def members_that_nobody_asked_for(world):
    for more in ({"confirmed": True}, {"admin": True}, {"id": "x"}, {"__proto__": {}}, {"": ""}):
        refused_as_json(world, json.dumps({"password": PASSWORD, **more}).encode(), "/api/v1/session", "/api/v1/session/confirm")
        refused_as_json(world, json.dumps({"reason": "superseded", **more}).encode(), f"/api/v1/certificates/{NAME}/revoke")


def condition_is_a_tag(world):
    text = world.owner.json("/api/v1/config")["text"]
    for tag in ("*", '""', "x", 'W/"x"', '"' + "0" * 64 + '"', "../../x", '"x", "y"'):
        assert world.owner.put("/api/v1/config", {"text": text + "\n"}, fields=[("If-Match", tag)]).status in (400, 412), tag
    assert world.owner.json("/api/v1/config")["text"] == text


# -- what stands in an address

def nothing_leaks(reply, *statuses):
    assert reply.status in statuses, reply
    assert not any(secret in reply.body for secret in SECRETS), reply.body[:300]


def names_of_certificates(world):
    owner = world.owner
    for name in ("../../live/localhost", "%2e%2e%2f%2e%2e%2fadmin.json", "..%2f..%2fadmin.json", "..%5c..%5cx", "%00", "localhost%00",
                 "localhost%00.x",
                 "a" * 4000, "%c0%ae%c0%ae%2f", "%252e%252e", "LOCALHOST%20", "*", "-rf", "$(id)", "localhost;id", "%0d%0aSet-Cookie:x=y"):
        nothing_leaks(owner.get(f"/api/v1/certificates/{name}/chain.pem"), 400, 404)
        for what in ("renew", "dry-run", "revoke"):
            nothing_leaks(owner.post(f"/api/v1/certificates/{name}/{what}", {}), 400, 404)
    for path in ("/api/v1/jobs/..%2f..", "/api/v1/probes/..%2f..", "/api/v1/jobs/%00", "/api/v1/certificates//renew",
                 "/api/v1/certificates/chain.pem"):
        nothing_leaks(owner.get(path), 400, 404)


def deleting_stays_in_its_folder(world):
    """Names that are no certificate's are taken for a job, since what lies on the disk need not be configured."""
    before = {p: p.stat().st_mtime for p in world.server.folder.rglob("*") if p.is_file() and ".log" not in p.name}
    for name in ("..", "..%2f..", "%2e%2e%2fadmin.json", ".", "..%2faccount", "a" * 2000, "nothing.example"):
        reply = world.owner.post(f"/api/v1/certificates/{name}/delete", {})
        nothing_leaks(reply, 202, 400, 404, 409)
        if reply.status == 202:
            job = f"/api/v1/jobs/{json.loads(reply.body)['job']}"
            http_client.until(lambda: world.owner.json(job)["done"], 10, "the job is done", 0.1)
            assert not world.owner.json(job)["changed"], name
    gone = [str(p) for p in before if not p.exists()]
    assert not gone, gone


def files_outside(world):
    for path in ("/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/words/../../admin.json",
                 "/words/..%2f..%2fen.json", "/admin/index.html",
                 "/index.html", "/login.html", "/setup.html", "/postern.ini", "/state/admin.json", "/live/localhost/privkey.pem", "/.git/HEAD",
                 "/.git/config", "/.svn/entries", "/.env",
                 "/style.css%00.html", "/style.css/", "/STYLE.CSS", "//style.css", "/etc/passwd", "/words/%2e%2e/style.css",
                 "/..\\..\\etc\\passwd", "/app.js~", "/app.js.bak"):
        reply = world.owner.get(path)
        nothing_leaks(reply, 200, 400, 404)
        assert reply.status != 200 or reply.body == world.answers()["GET /style.css"].body, path


def folders_are_not_listed(world):
    for path in ("/words/", "/words", "/admin/", "/api/", "/api/v1/", "/api", "/static/", "/.well-known/", "/.well-known/acme-challenge/"):
        for who in (world.owner, world.nobody()):
            reply = who.get(path)
            assert reply.status in (303, 401, 404) and b"en.json" not in reply.body, (path, reply)


def addresses_are_not_files(world):
    """What a cache would take for a file is not answered as the resource before it."""
    for path in ("/api/v1/status/x.css", "/api/v1/status.css", "/api/v1/session/style.css", "/api/v1/status;x.css", "/api/v1/config/x.js",
                 "/style.css/api/v1/status", "/api/v1/status%2fx.css"):
        assert world.owner.get(path).status == 404, path


def what_is_sent_is_not_echoed_as_html(world):
    mark = "<script>alert(1)</script>"
    for reply in (world.owner.get("/%3Cscript%3Ealert(1)%3C/script%3E"), world.owner.get("/?lang=%3Cscript%3E"), world.owner.get("/?lang=<x>"),
                  world.nobody().get("/login?x=%3Cscript%3Ealert(1)%3C/script%3E",
                                     fields=[("Accept-Language", mark), ("Cookie", f"lang={mark}"), ("User-Agent", mark), ("Referer", mark)]),
                  world.owner.post("/api/v1/renew", {mark: 1}), world.owner.get("/api/v1/certificates/%3Cscript%3E/chain.pem"),
                  world.stranger().post("/login", b"password=%3Cscript%3Ealert(1)%3C%2Fscript%3E", kind=FORM)):
        assert b"<script>alert" not in reply.body or reply.field("Content-Type") == "application/problem+json", reply
        assert b"<x>" not in reply.body


def no_field_is_split(world):
    for path in ("/%0d%0aX-Evil:%20yes", "/?lang=en%0d%0aX-Evil:%20yes", "/login?%0d%0aX-Evil:yes", "/api/v1/jobs/x%0d%0aX-Evil:%20yes",
                 "/api/v1/certificates/x%0d%0aX-Evil:%20yes/chain.pem",
                 "/?lang=ja%0aX-Evil:yes", "/%E5%98%8D%E5%98%8AX-Evil:yes"):
        for method in ("GET", "HEAD", "POST"):
            reply = world.owner.ask(method, path, {})
            assert reply.field("X-Evil") is None and b"\r\nX-Evil" not in reply.raw_head, (path, reply)
    reply = world.nobody().post("/login", b"password=x%0d%0aX-Evil:yes", kind=FORM)
    assert reply.field("X-Evil") is None


CHECKS = [
    Check("5.2.1", "bodies that are too large are refused", bodies_too_large),
    Check("4.2.5", "heads, addresses and cookies that are too large are refused", heads_too_large),
    Check("1.5.2", "JSON nested too deep is refused", json_too_deep),
    Check("1.5.2", "JSON with too many members is refused", json_too_wide),
    Check("1.5.3", "JSON with a member twice is refused", json_twice),
    Check("2.2.1", "what is no JSON is refused", json_malformed),
    Check("2.2.1", "JSON of other types is refused", json_of_other_types),
    Check("8.2.3", "members that nobody asked for are refused", members_that_nobody_asked_for),
    Check("2.2.1", "a condition must be the tag of the text", condition_is_a_tag),
    Check("5.3.2", "no name of a certificate leads to another file", names_of_certificates),
    Check("5.3.2", "deleting stays among certificates", deleting_stays_in_its_folder),
    Check("13.4.1", "no file but the page's own", files_outside),
    Check("13.4.3", "no folder is listed", folders_are_not_listed),
    Check("14.2.5", "an address that looks like a file is none", addresses_are_not_files),
    Check("1.2.1", "nothing that is sent comes back as HTML", what_is_sent_is_not_echoed_as_html),
    Check("1.2.1", "CR and LF in a value split no field", no_field_is_split),
]


def test_input():
    return play(CHECKS)
