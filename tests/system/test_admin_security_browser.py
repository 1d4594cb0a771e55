"""What the admin page tells browsers, and what it takes from them, by OWASP ASVS 5.0 (V3, V8): other origins get nowhere."""
import json
import re

from admin_client import COOKIE, PASSWORD
from postern import TREE
from security_checks import CHANGES, DESCRIPTION, FORM, METRICS_TOKEN, READS, STATIC, Check, is_problem, play

FORMS = ["/login", "/logout"]


def refuse_origin(world, status=403, **request):
    """Every change by JSON and by form, by the owner's own session; that nothing came of it."""
    owner = world.owner
    token = owner.cookie
    for method, path in CHANGES:
        is_problem(owner.ask(method, path, {}, **request), status)
    for path in FORMS:
        body = b"password=" + PASSWORD.replace(" ", "+").encode()
        reply = owner.post(path, body, kind=FORM, **request)
        assert reply.status == status and not reply.field("Set-Cookie"), (path, reply)
    assert owner.cookie == token and owner.get("/api/v1/session").status == 200, "still logged in"


def list_is_whole(world):
    """So that a new resource cannot be left out here: what the program's own table has is in CHANGES and READS."""
    source = (TREE / "firmware/admin/api.cpp").read_text()
    rows = re.findall(r'\{"(/api/v1/[\w/-]*)", "([\w/-]*)", \w+, M::k(\w+),', source)
    assert len(rows) >= 14, rows
    mine = {("GET", path) for path in READS} | set(CHANGES)
    for before, after, method in rows:
        assert any(m == method.upper() and path.startswith(before) and path.endswith(after) for m, path in mine), (before, after, method)
    others = set(re.findall(r'"(/api/v1/[\w/-]+[\w-])"', "".join(
        (TREE / f"firmware/admin/{name}.cpp").read_text() for name in ("admin_site", "config_api", "first_site_api", "live_api"))))
    assert len(others) >= 9 and others <= {path for _, path in mine}, others - {path for _, path in mine}


def origin_missing(world):
    refuse_origin(world, origin=False)


def origin_null(world):
    refuse_origin(world, origin="null")


def origin_foreign(world):
    refuse_origin(world, origin="https://evil.example")


def origin_almost(world):
    owner, port = world.owner, world.server.admin_port
    for origin in (f"http://{owner.host}", "https://127.0.0.1", f"https://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}0",
                   f"https://localhost:{port}", f"https://{owner.host}.evil.example", f"https://evil.example/{owner.host}",
                   f"https://{owner.host}@evil.example", f"https://evil.example@{owner.host}", f"https://{owner.host}/", "https://", "",
                   f"https://{owner.host} https://evil.example", f"https://{owner.host},https://evil.example", f"//{owner.host}", "*"):
        for _, path in (CHANGES[9], CHANGES[4]):
            assert owner.post(path, {}, origin=origin).status == 403, origin
        assert owner.post("/login", b"password=x", kind=FORM, origin=origin).status == 403, origin


def origin_twice(world):
    for other in (f"https://{world.owner.host}", "https://evil.example"):
        refuse_origin(world, fields=[("Origin", other)])


def fetch_from_elsewhere(world):
    for site in ("cross-site", "same-site"):
        refuse_origin(world, fields=[("Sec-Fetch-Site", site)])


def fetch_from_here(world):
    for site in ("same-origin", "none"):
        reply = world.owner.post("/api/v1/config/check", {"text": ""}, fields=[("Sec-Fetch-Site", site)])
        assert reply.status == 200, reply


def types_that_forms_have(world):
    owner = world.owner
    for kind in ("text/plain", FORM, "multipart/form-data; boundary=x", None, "", "text/json", "application/jsonx", "application/json2",
                 "text/plain; application/json", "application/x-json"):
        for method, path in CHANGES:
            if method != "DELETE":
                assert is_problem(owner.ask(method, path, {}, kind=kind), 415), (kind, path)
    assert owner.get("/api/v1/session").status == 200


def types_that_scripts_have(world):
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", None):
        for path in FORMS:
            assert world.owner.post(path, b"password=a+well-kept+secret", kind=kind).status == 415, (path, kind)


def reading_changes_nothing(world):
    owner = world.owner
    for method, path in CHANGES:
        for safe in ("GET", "HEAD"):
            reply = owner.ask(safe, path)
            if path in ("/api/v1/session", "/api/v1/config", "/api/v1/first-site"):
                assert reply.status == 200, path
            else:
                assert reply.status == 405 and method in reply.field("Allow").split(", ") and "GET" not in reply.field("Allow"), (path, reply)
    assert owner.get("/logout").status == 405 and owner.get("/api/v1/session").status == 200
    assert world.server.alive()


def methods_are_not_overridden(world):
    owner = world.owner
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert owner.get("/api/v1/session?_method=DELETE", fields=[(name, "DELETE")]).status == 200
    assert owner.get("/api/v1/session").status == 200


def no_sharing_with_origins(world):
    replies = dict(world.answers())
    for origin in ("https://evil.example", "null", f"https://{world.owner.host}"):
        for path in ("/", "/api/v1/status", "/style.css", "/api/v1/nothing"):
            replies[f"{path} for {origin}"] = world.owner.get(path, fields=[("Origin", origin)])
            asked = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")]
            replies[f"OPTIONS {path} for {origin}"] = reply = world.owner.ask("OPTIONS", path, origin=origin, fields=asked)
            assert reply.status in (403, 404, 405), (path, origin, reply)
    for what, reply in replies.items():
        assert not [k for k, _ in reply.fields if k.lower().startswith("access-control")], (what, reply.fields)


def policy_of(reply):
    """{directive: [source]} of the one Content-Security-Policy."""
    parts = [part.split() for part in reply.field("Content-Security-Policy").split(";")]
    assert len({name for name, *_ in parts}) == len(parts), parts
    return {name: sources for name, *sources in parts}


def policy_everywhere(world):
    for what, reply in world.answers().items():
        policy = policy_of(reply)
        assert policy["default-src"] == ["'none'"] and policy["base-uri"] == ["'none'"] and policy.get("object-src", ["'none'"]) == ["'none'"], what
        assert policy["form-action"] in (["'self'"], ["'none'"]), what


def policy_without_holes(world):
    for what, reply in world.answers().items():
        for name, sources in policy_of(reply).items():
            assert set(sources) <= {"'self'", "'none'"}, f"{what}: {name} {sources}"


def frames_nowhere(world):
    for what, reply in world.answers().items():
        assert policy_of(reply)["frame-ancestors"] == ["'none'"], what


def types_not_guessed(world):
    for what, reply in world.answers().items():
        assert reply.field("X-Content-Type-Options") == "nosniff", what


def addresses_not_told(world):
    for what, reply in world.answers().items():
        if not what.startswith("GET /") or what[4:] not in (*STATIC, DESCRIPTION):
            assert reply.field("Referrer-Policy") in ("no-referrer", "same-origin"), what


def not_for_other_pages(world):
    for what, reply in world.answers().items():
        assert reply.field("Cross-Origin-Resource-Policy") == "same-origin", what
    for page in ("GET /", "GET /login"):
        assert world.answers()[page].field("Cross-Origin-Opener-Policy") == "same-origin"


def no_code_in_pages(world):
    for path in ("/", "/login"):
        page = world.owner.get(path).body.decode()
        assert "<html" in page and not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:", page, re.I), path


def nothing_from_elsewhere(world):
    for path in ("/", "/login", *STATIC):
        text = world.owner.get(path, fields=[("Accept-Encoding", "identity")] if path in ("/", "/login") else []).body
        assert not re.search(rb"""(?:src|href|action)=["'](?:https?:)?//|@import|url\((?!["']?(?:data:|#|/))""", text), path


def no_callbacks(world):
    for query in ("callback=evil", "jsonp=evil", "cb=evil"):
        reply = world.owner.get(f"/api/v1/status?{query}")
        assert reply.field("Content-Type") == "application/json" and b"evil" not in reply.body
        json.loads(reply.body)


def scripts_hold_no_data(world):
    for path in [p for p in STATIC if p.endswith((".js", ".json"))]:
        assert world.owner.get(path).body == world.nobody().get(path).body, path


def no_redirects_elsewhere(world):
    nobody = world.nobody()
    for path in ("/", "//evil.example", "/%2f%2fevil.example", "/https://evil.example", "/?next=https://evil.example", "/\\evil.example",
                 "/x?url=//evil"):
        where = nobody.get(path).field("Location")
        assert where in (None, "/login"), (path, where)
    assert nobody.get("/login?next=https://evil.example").status == 200
    reply = nobody.post("/login?next=//evil.example", b"password=a+well-kept+secret&next=//evil.example", kind=FORM)
    assert reply.field("Location") == "/", reply


def data_is_no_page(world):
    for path in READS:
        reply = world.answers()["events" if path == "/api/v1/events" else f"GET {path}"]
        assert reply.field("Content-Type").split(";")[0] in ("application/json", "application/problem+json", "text/event-stream",
                                                             "application/x-pem-file", "text/plain"), path


# -- who may what

def closed_without_a_session(world):
    """Every resource says the same, whether it exists or not."""
    said = set()
    for cookie in (None, "A" * 22, "x"):
        nobody = world.nobody()
        nobody.cookie = cookie
        for method, path in [*[("GET", p) for p in READS], *CHANGES, ("GET", "/api/v1/nothing"), ("POST", "/api/v1/nothing"), ("GET", "/api"),
                             ("DELETE", "/api/v1/config"), ("GET", "/api/v2/status"), ("HEAD", "/api/v1/status"), ("GET", "/API/v1/status")]:
            if path in ("/api/v1/setup",) or (method, path) == ("POST", "/api/v1/session") or path.startswith("/API"):
                continue
            reply = nobody.ask(method, path, {})
            assert reply.status == 401, (method, path, reply)
            if method != "HEAD":
                said.add((reply.body, tuple((k, v) for k, v in reply.fields if k.lower() != "date")))
    assert len(said) == 1, said


def stopping_is_for_the_device(world):
    assert world.owner.post("/api/v1/stop", {}).status == 403 and world.server.alive()


def page_is_for_its_networks(world):
    other = world.another(allow="10.0.0.0/8, 127.0.0.1")
    try:
        stranger = other.stranger()
        for reply in (stranger.get("/"), stranger.get("/style.css"), stranger.log_in(PASSWORD), stranger.get("/metrics"),
                      stranger.get("/", fields=[("X-Forwarded-For", "127.0.0.1")])):
            is_problem(reply, 403)
        assert other.owner.get("/").status == 200
    finally:
        other.server.stop()


def figures_want_their_token(world):
    nobody = world.nobody()
    for token in (None, "wrong", METRICS_TOKEN[:-1], METRICS_TOKEN + "x", METRICS_TOKEN.upper(), ""):
        fields = [("Authorization", f"Bearer {token}")] if token is not None else []
        assert nobody.get("/metrics", fields=fields).status == 401, token
    for name in ("token", "access_token", "metrics_token", "Authorization"):
        assert nobody.get(f"/metrics?{name}={METRICS_TOKEN}").status == 401, "not in the address (RFC 6750 section 2.3)"
    for field in (("Authorization", f"Basic {METRICS_TOKEN}"), ("Cookie", f"{COOKIE}={METRICS_TOKEN}"), ("X-Token", METRICS_TOKEN)):
        assert nobody.get("/metrics", fields=[field]).status == 401, field
    right = ("Authorization", f"Bearer {METRICS_TOKEN}")
    assert nobody.get("/metrics", fields=[right, right]).status in (400, 401)
    assert nobody.get("/metrics", fields=[right]).status == 200


def token_of_figures_opens_nothing_else(world):
    for path in READS:
        assert world.nobody().get(path, fields=[("Authorization", f"Bearer {METRICS_TOKEN}")]).status == 401, path


CHECKS = [
    Check("3.5.1", "these checks know every resource that there is", list_is_whole),
    Check("3.5.1", "a change without Origin is refused", origin_missing),
    Check("3.5.1", "a change with Origin: null is refused", origin_null),
    Check("3.5.1", "a change from a foreign Origin is refused", origin_foreign),
    Check("3.5.1", "an Origin that is almost ours is refused", origin_almost),
    Check("3.5.1", "two Origins are refused", origin_twice),
    Check("3.5.1", "a change that the browser calls cross-site is refused", fetch_from_elsewhere),
    Check("3.5.1", "what the browser calls same-origin is taken", fetch_from_here),
    Check("3.5.2", "no JSON resource takes what a form can send", types_that_forms_have),
    Check("3.5.2", "no form takes anything but a form", types_that_scripts_have),
    Check("3.5.3", "GET and HEAD change nothing", reading_changes_nothing),
    Check("3.5.3", "no field makes a GET something else", methods_are_not_overridden),
    Check("3.4.2", "nothing is shared with other origins", no_sharing_with_origins),
    Check("3.4.3", "a policy with each answer: no objects, no other base, no form to elsewhere", policy_everywhere),
    Check("3.4.3", "the policy has no unsafe-inline, no eval, no foreign source", policy_without_holes),
    Check("3.4.6", "no frame around any answer", frames_nowhere),
    Check("3.4.4", "nosniff with each answer", types_not_guessed),
    Check("3.4.5", "addresses are told to nobody", addresses_not_told),
    Check("3.2.1", "no other page may load any of it, or hold its window", not_for_other_pages),
    Check("3.2.1", "what is data is no page", data_is_no_page),
    Check("3.2.2", "no code in the pages themselves", no_code_in_pages),
    Check("3.6.1", "nothing is loaded from elsewhere", nothing_from_elsewhere),
    Check("3.5.6", "no JSONP", no_callbacks),
    Check("3.5.7", "scripts hold no data", scripts_hold_no_data),
    Check("3.7.2", "no redirect leads elsewhere", no_redirects_elsewhere),
    Check("8.2.1", "without a session every resource is 401 and says nothing more", closed_without_a_session),
    Check("8.2.2", "the owner's session cannot stop the server", stopping_is_for_the_device),
    Check("8.2.4", "the page is for the networks that it was given", page_is_for_its_networks),
    Check("13.4.5", "figures want a session or their token, in its field", figures_want_their_token),
    Check("13.2.2", "the token of the figures opens nothing else", token_of_figures_opens_nothing_else),
]


def test_browsers():
    return play(CHECKS)
