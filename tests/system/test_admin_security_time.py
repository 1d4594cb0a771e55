"""What is over after a while at the admin page, by OWASP ASVS 5.0 (V7.3, V7.5).

tests/system/security_mutants plays these with a program whose limits are seconds; here is what can be waited for.
"""
import time

from admin_client import HASH, PASSWORD
from security_checks import NAME, Check, is_problem, play

LONG = True
OTHER_HASH = "pbkdf2-sha256$1000$cG9zdGVybidzIHRlc3Rpbg$" + "A" * 43     # of no password that anybody knows


def wants_the_password(world, what, method="POST", body=None, taken=(202, 409)):
    owner = world.log_in()
    ask = lambda: owner.ask(method, path, {} if body is None else body)
    path = f"/api/v1/certificates/{NAME}/{what}"
    assert owner.json("/api/v1/session")["confirmed"], "right after the login"
    time.sleep(world.confirmed_s + 0.5)
    assert not owner.json("/api/v1/session")["confirmed"]
    assert "password" in is_problem(ask(), 403)
    assert owner.post("/api/v1/session/confirm", {"password": "not it"}).status == 401
    is_problem(ask(), 403)
    assert owner.post(f"/api/v1/certificates/{NAME}/renew", {}).status in (202, 409), "what can be undone goes without"
    assert owner.post("/api/v1/session/confirm", {"password": PASSWORD}).status == 200
    assert ask().status in taken


def revoking_wants_the_password(world):
    wants_the_password(world, "revoke")


def deleting_wants_the_password(world):
    wants_the_password(world, "delete")


def uploading_wants_the_password(world):
    wants_the_password(world, "upload", "PUT", {"chain": "none", "key": "none"}, (202,))


def has_line(section, line):
    return lambda text: text.replace(f"[{section}]\n", f"[{section}]\n{line}\n") if f"[{section}]\n" in text else f"{text}\n[{section}]\n{line}\n"


GUARDED = [has_line("admin", "allow = any"), has_line("admin", "hosts = evil.example"), lambda text: text.replace("/bin/true", "/bin/false"),
           has_line("acme", "email = me@evil.example.net"), has_line("ca mine", "url = https://ca.evil.example/dir"),
           has_line("deploy mine", "command = /bin/true"), lambda text: text.replace(HASH, OTHER_HASH)]


def guarded_keys_want_the_password(world):
    here = world.another()
    try:
        found, file = here.log_in(), here.server.ini_file
        send = lambda method, path, body: found.ask(method, path, body, fields=[("If-Match", found.json("/api/v1/config")["etag"])])
        save = lambda change: send("PUT", "/api/v1/config", {"text": change(found.json("/api/v1/config")["text"])})
        assert save(has_line("hooks", "post = /bin/true")).status == 200, "right after the login"
        old = file.read_bytes()
        time.sleep(world.confirmed_s + 0.5)
        for i, change in enumerate(GUARDED):
            assert "password" in is_problem(save(change), 403), i
        assert "password" in is_problem(send("POST", "/api/v1/config/previous", {}), 403)
        wish = {"names": ["a.evil.example"], "agree_tos": True, "email": "me@evil.example.net"}
        assert "password" in is_problem(send("POST", "/api/v1/first-site", wish), 403)
        assert file.read_bytes() == old
        assert save(lambda text: text + "# a comment\n").status == 200, "what is not guarded goes without"
        for i, change in enumerate(GUARDED):
            assert found.post("/api/v1/session/confirm", {"password": PASSWORD}).status == 200
            assert save(change).status == 200, i
        assert here.nobody().log_in(PASSWORD).status == 401, "the last one is another password"
    finally:
        here.server.stop()


def rest_ends_a_session(world):
    owner = world.log_in()
    time.sleep(world.idle_s + 0.5)
    assert owner.get("/api/v1/status").status == 401


def an_open_page_lets_it_rest(world):
    """What its script asks by the clock: none of that is somebody who is there."""
    owner, began = world.log_in(), time.monotonic()
    polls = ["/api/v1/status", "/api/v1/history", "/api/v1/log", "/api/v1/requests", "/api/v1/findings", "/api/v1/jobs/1", "/"]
    while time.monotonic() - began < world.idle_s + 0.5:
        for path in polls:
            owner.get(path, fields=[("Sec-Fetch-Dest", "empty"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Site", "same-origin")])
        time.sleep(world.idle_s / 10)
    assert owner.get("/api/v1/status").status == 401


def age_ends_a_session(world):
    owner, began = world.log_in(), time.monotonic()
    while time.monotonic() - began < world.life_s - 1:
        assert owner.get("/api/v1/session").status == 200, f"after {time.monotonic() - began:.1f} s, in use all the time"
        time.sleep(world.idle_s / 4)
    time.sleep(1.5)
    assert owner.get("/api/v1/status").status == 401


CONFIRMATION = [
    Check("7.5.3", "revoking wants the password once more", revoking_wants_the_password),
    Check("7.5.3", "deleting wants the password once more", deleting_wants_the_password),
    Check("7.5.3", "uploading a certificate wants the password once more", uploading_wants_the_password),
    Check("7.5.1", "changing who gets in, who signs or what is run wants the password once more", guarded_keys_want_the_password),
]
ENDS = [
    Check("7.3.1", "a session ends by rest", rest_ends_a_session),
    Check("7.3.1", "a session ends by rest although its page is open", an_open_page_lets_it_rest),
    Check("7.3.2", "a session ends by age, however busy", age_ends_a_session),
]


def test_confirmation():
    return play(CONFIRMATION)


test_confirmation.seconds = 1800
