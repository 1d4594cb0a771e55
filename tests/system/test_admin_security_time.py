"""What is over after a while at the admin page, by OWASP ASVS 5.0 (V7.3, V7.5).

tests/system/security_mutants plays these with a program whose limits are seconds; here is what can be waited for.
"""
import time

from admin_client import PASSWORD
from security_checks import NAME, Check, is_problem, play

LONG = True


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
]
ENDS = [
    Check("7.3.1", "a session ends by rest", rest_ends_a_session),
    Check("7.3.1", "a session ends by rest although its page is open", an_open_page_lets_it_rest),
    Check("7.3.2", "a session ends by age, however busy", age_ends_a_session),
]


def test_confirmation():
    return play(CONFIRMATION)


test_confirmation.seconds = 1200
