"""What the admin page keeps, shows and writes down, by OWASP ASVS 5.0 (V11, V13, V14, V16): secrets nowhere, and who did what."""
import json
import re

import http_client
import postern

from admin_client import COOKIE, HASH, PASSWORD
from lab import Lab
from security_checks import DESCRIPTION, METRICS_TOKEN, NAME, READS, STATIC, Check, Prober, is_problem, play

FRESH = "quite another secret"


def private_key(world):
    """A line of the key of the certificate that is served."""
    found = [p.read_text() for p in world.server.state.rglob("*") if p.is_file() and b"PRIVATE KEY" in p.read_bytes()]
    assert found, [str(p) for p in world.server.state.rglob("*")]
    return found[0].split("PRIVATE KEY-----\n")[1].splitlines()[0]


def secrets_of(world):
    """What nobody gets to see: passwords, hashes, tokens, keys."""
    kept = json.loads((world.server.state / "admin.json").read_text()) if (world.server.state / "admin.json").exists() else {}
    return [PASSWORD, HASH.split("$")[-1], METRICS_TOKEN, world.owner.cookie, private_key(world), *re.findall(r"\$([\w-]{20,})", json.dumps(kept))]


def shown_to_the_owner(world):
    """All that the page and its API show him, but the text of his own configuration."""
    paths = ["/", "/login", "/metrics", *STATIC, *[p for p in READS if p not in ("/api/v1/events", "/api/v1/config")]]
    return {path: world.owner.get(path, fields=[("Accept-Encoding", "gzip")] if path in STATIC else []).body.decode("latin-1") for path in paths}


def busy(world):
    """A bit of everything that is written down."""
    world.stranger().log_in(FRESH)
    world.owner.post("/api/v1/session/confirm", {"password": PASSWORD})
    world.owner.post(f"/api/v1/certificates/{NAME}/renew", {})
    world.nobody().get(f"/api/v1/status?{COOKIE}={world.owner.cookie}")
    world.nobody().get("/metrics", fields=[("Authorization", f"Bearer {METRICS_TOKEN}")])
    assert world.server.command("reload").returncode == 0


def answers_hold_no_secrets(world):
    busy(world)
    for path, text in shown_to_the_owner(world).items():
        for secret in secrets_of(world):
            assert secret not in text, f"{path} shows {secret[:6]}..."
        assert "PRIVATE KEY" not in text and "pbkdf2" not in text, path


def log_holds_no_secrets(world):
    busy(world)
    for secret in [*secrets_of(world), FRESH]:
        assert secret not in world.server.log(), f"the log has {secret[:6]}..."


def audit_holds_no_secrets(world):
    busy(world)
    said = http_client.until(lambda: (world.server.state / "audit.log").exists() and (world.server.state / "audit.log").read_text(), 5,
                             "the audit log")
    for secret in [*secrets_of(world), FRESH]:
        assert secret not in said, f"the audit log has {secret[:6]}..."


def chain_is_public(world):
    name = "device.example.test"
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, postern.Postern(
            {name: {}}, lab=lab, admin={"password_hash": HASH}, program=world.program) as server:
        server.wait_issued(name)
        reply = Prober(server).get(f"/api/v1/certificates/{name}/chain.pem")
    text = reply.body.decode()
    assert reply.field("Content-Disposition").startswith("attachment") and reply.field("Cache-Control") == "no-store"
    assert re.fullmatch(r"(?:-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n)+", text), text[:100]


def faults_quote_no_secrets(world):
    text = world.owner.json("/api/v1/config")["text"]
    for key in ("password_hash", "setup_token", "metrics_token"):
        value = "pbkdf2-x$y" if key == "password_hash" else "ab\x7fcd secret!"
        lines = [line for line in text.splitlines() if not line.startswith(key)]
        at = lines.index("[admin]") + 1
        reply = world.owner.post("/api/v1/config/check", {"text": "\n".join([*lines[:at], f"{key} = {value}", *lines[at:]])})
        faults = json.loads(reply.body)["faults"]
        assert reply.status == 200 and not any(value in fault["text"] for fault in faults), faults


def session_is_shown_without_its_token(world):
    shown = world.owner.json("/api/v1/session")
    assert set(shown) == {"id", "peer", "since", "confirmed"} and re.fullmatch("[0-9a-f]{8}", shown["id"]), shown
    assert world.nobody().get("/api/v1/status", fields=[("Cookie", f"{COOKIE}={shown['id']}")]).status == 401, "its name opens nothing"


def files_are_the_owners(world):
    world.owner.post("/api/v1/password", {"old": PASSWORD, "new": FRESH})
    world.owner.post("/api/v1/password", {"old": FRESH, "new": PASSWORD})
    for name in ("admin.json", "audit.log"):
        http_client.until((world.server.state / name).exists, 5, name)
    secret = 0
    for path in [world.server.state, *(p for p in world.server.state.rglob("*") if p.suffix != ".tmp")]:   # those come and go
        mode = path.lstat().st_mode & 0o777
        if path.is_symlink() or path.is_socket():
            assert path.is_symlink() or not mode & 0o077, (path, oct(mode))
        elif path.is_file() and (path.name in ("admin.json", "audit.log",
                                               "setup-token") or "key" in path.name or b"PRIVATE KEY" in path.read_bytes()):
            secret += 1
            assert mode == 0o600, (path, oct(mode))
        else:
            assert not mode & 0o022, (path, oct(mode))
    assert secret >= 3


def password_is_hashed(world):
    """Slowly, each with a salt of its own (OWASP: 600,000 rounds of PBKDF2 with SHA-256, or what a device can do)."""
    kept = []
    for _ in range(2):
        assert world.owner.post("/api/v1/password", {"old": PASSWORD, "new": PASSWORD}).status == 200
        text = (world.server.state / "admin.json").read_text()
        kept.append(re.search(r"pbkdf2-sha256\$(\d+)\$([\w-]+)\$([\w-]+)", text).groups())
        assert PASSWORD not in text
    (rounds, salt, hashed), other = kept
    assert int(rounds) >= 10_000 and len(salt) >= 21 and len(hashed) >= 43 and salt != other[1] and hashed != other[2], kept


# -- errors

def problems_say_little(world):
    for what, reply in world.answers().items():
        if reply.field("Content-Type") != "application/problem+json":
            continue
        said = is_problem(reply, reply.status)
        assert len(said) < 250 and not re.search(r"/(?:tmp|usr|home|etc|var|proc)\b|\.cpp|\.h\b|0x[0-9a-f]{4}|std::|nlohmann|mbedtls|exception|errno", said, re.I), (what, said)
        assert set(json.loads(reply.body)) <= {"type", "title", "status", "detail", "text", "etag", "faults"}, what


def strangers_learn_no_version(world):
    nobody = world.nobody()
    version = world.owner.json("/api/v1/status")["version"]
    for path in ("/", "/login", "/setup", "/nothing", "/api/v1/status", "/metrics"):
        reply = nobody.get(path)
        assert version.encode() not in reply.body and version.encode() not in reply.raw_head, path
    for what, reply in world.answers().items():
        assert not [k for k, _ in reply.fields if k.lower() in ("server", "x-powered-by", "via", "x-version", "x-generator")], (what, reply.fields)


def nothing_for_debuggers(world):
    for path in ("/debug", "/debug/pprof", "/status", "/server-status", "/api/v1/debug", "/actuator", "/trace", "/console",
                 "/phpinfo.php", "/api/docs"):
        assert world.nobody().get(path).status in (303, 401) and world.owner.get(path).status == 404, path
    assert "X-Debug" not in str(world.owner.get("/?debug=1", fields=[("X-Debug", "1")]).fields)


def nothing_is_kept_by_browsers(world):
    for what, reply in world.answers().items():
        wanted = "no-cache" if what.startswith("GET /") and what[4:] in (*STATIC, DESCRIPTION) else "no-store"
        assert reply.field("Cache-Control") == wanted, (what, reply.field("Cache-Control"))


def types_and_lengths_are_told(world):
    for what, reply in world.answers().items():
        if what != "events":
            assert int(reply.field("Content-Length")) == len(reply.body), what
        if reply.body:
            kind = reply.field("Content-Type")
            assert kind and (not kind.startswith("text/") or "charset=utf-8" in kind), (what, kind)


def a_fault_closes_the_page(world):
    """What cannot be read lets nobody in."""
    other = world.another()
    try:
        other.owner.post("/api/v1/password", {"old": PASSWORD, "new": FRESH})
        other.server.stop()
        (other.server.state / "admin.json").write_text('{"password":')
        other.server.start()
        nobody = other.nobody()
        for reply in (nobody.get("/"), nobody.log_in(PASSWORD), nobody.log_in(FRESH), nobody.get("/api/v1/status"),
                      nobody.post("/api/v1/setup", {"token": "", "password": FRESH})):
            is_problem(reply, 503)
    finally:
        other.server.stop()


def a_restart_ends_sessions(world):
    other = world.another()
    try:
        before = other.owner.cookie
        other.server.stop()
        other.server.start()
        assert other.nobody().get("/api/v1/status", fields=[("Cookie", f"{COOKIE}={before}")]).status == 401
    finally:
        other.server.stop()


# -- who did what

def entries(world, **wanted):
    return [e for e in world.owner.json("/api/v1/audit")["entries"] if wanted.items() <= e.items()]


def noted(world, **wanted):
    return http_client.until(lambda: entries(world, **wanted), 10, f"noted: {wanted}; there is {entries(world)[:5]}", 0.2)


def logins_are_noted(world):
    owner = Prober(world.server, PASSWORD, source=next(world.sources))
    who = owner.json("/api/v1/session")["id"]
    noted(world, action="login", peer=owner.source, session=who, outcome="ok")
    owner.ask("DELETE", "/api/v1/session")
    noted(world, action="logout", peer=owner.source, session=who)


def wrong_passwords_are_noted(world):
    stranger = world.stranger()
    stranger.log_in("not it")
    wrong = http_client.until(lambda: [e for e in entries(world, action="login") if "wrong password" in e["outcome"] and e["peer"] == stranger.source],
                              10, "the wrong password is noted", 0.2)
    assert not wrong[0]["session"] and "not it" not in json.dumps(wrong)


def changes_are_noted(world):
    owner = world.owner
    owner.post(f"/api/v1/certificates/{NAME}/renew", {})
    who = owner.json("/api/v1/session")["id"]
    noted(world, peer="127.0.0.1", session=who, object=f"/api/v1/certificates/{NAME}/renew")
    owner.put("/api/v1/config", {"text": "[server]\n"}, fields=[("If-Match", '"x"')])
    noted(world, action="config", outcome="refused", session=who)


def refusals_are_noted(world):
    world.owner.post("/api/v1/stop", {})
    noted(world, object="/api/v1/stop", outcome="403")


def password_changes_are_noted(world):
    world.owner.post("/api/v1/password", {"old": PASSWORD, "new": PASSWORD})
    noted(world, action="password", outcome="changed", peer="127.0.0.1")


def entries_say_when_and_who(world):
    logins_are_noted(world)
    for line in (world.server.state / "audit.log").read_text().splitlines():
        at, session, peer, action, _, outcome = line.split("\t")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at) and action and outcome, line
        assert re.fullmatch(r"(?:[0-9a-f]{8}|-)?", session) and (peer == "control.sock" or re.fullmatch(r"[\d.:a-f]+", peer)), line


def entries_are_one_line(world):
    lines = lambda: len((world.server.state / "audit.log").read_text().splitlines())
    logins_are_noted(world)
    for name in ("x%0a2026-01-01T00:00:00Z%09forged", "x%0d%0aforged", "x%09forged", "x%1b[2Jforged", "x%e2%80%aeforged", "%00forged"):
        before = lines()
        reply = world.owner.post(f"/api/v1/certificates/{name}/delete", {})
        assert reply.status in (202, 400), reply
        if reply.status == 400:
            continue
        http_client.until(lambda: lines() > before, 10, f"{name} is noted", 0.1)
        assert lines() == before + 1, name
    text = (world.server.state / "audit.log").read_text() + world.server.log()
    assert not re.search(r"[^\x20-\x7e\t\n]", text) and "\nforged" not in text and "\tforged" not in text


def entries_cannot_be_changed(world):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for path in ("/api/v1/audit", "/api/v1/log"):
            assert world.owner.ask(method, path, {}).status == 405, (method, path)
    assert (world.server.state / "audit.log").stat().st_mode & 0o777 == 0o600


CHECKS = [
    Check("14.2.6", "no answer holds a password, hash, token or key", answers_hold_no_secrets),
    Check("16.2.5", "the log holds no password, hash, token or key", log_holds_no_secrets),
    Check("16.2.5", "the audit log holds no password, hash, token or key", audit_holds_no_secrets),
    Check("14.2.6", "a chain is certificates and nothing else", chain_is_public),
    Check("14.2.6", "faults of the configuration do not quote its secrets", faults_quote_no_secrets),
    Check("14.2.6", "a session is shown without its token", session_is_shown_without_its_token),
    Check("13.3.2", "what is secret lies in files of 0600", files_are_the_owners),
    Check("11.4.2", "the password is hashed slowly, with a salt of its own", password_is_hashed),
    Check("16.5.1", "problems name no path, no line and no library", problems_say_little),
    Check("13.4.6", "no version and no product's name for strangers", strangers_learn_no_version),
    Check("13.4.2", "nothing for debuggers", nothing_for_debuggers),
    Check("14.3.2", "browsers keep nothing but the page's own files", nothing_is_kept_by_browsers),
    Check("4.1.1", "type, charset and length with each answer", types_and_lengths_are_told),
    Check("16.5.3", "a damaged account lets nobody in", a_fault_closes_the_page),
    Check("7.4.1", "a restart ends all sessions", a_restart_ends_sessions),
    Check("16.3.1", "login and logout are noted with peer and session", logins_are_noted),
    Check("16.3.1", "wrong passwords are noted with their peer", wrong_passwords_are_noted),
    Check("16.3.3", "changes are noted with who made them", changes_are_noted),
    Check("16.3.2", "what is refused to a session is noted", refusals_are_noted),
    Check("16.3.3", "a new password is noted", password_changes_are_noted),
    Check("16.2.1", "each entry says when, who, from where and what, in UTC", entries_say_when_and_who),
    Check("16.4.1", "no value makes a line of its own", entries_are_one_line),
    Check("16.4.2", "entries cannot be changed", entries_cannot_be_changed),
]


def test_data():
    return play(CHECKS)
