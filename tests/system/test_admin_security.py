"""Sessions of the admin page, by OWASP ASVS 5.0: their cookie (V3.3), their token (V7.2) and their end (V7.4)."""
import base64
import re
import time

import http_client

from admin_client import COOKIE, PASSWORD
from security_checks import FORM, Check, cookie_attributes, play


def logged_in(reply):
    return reply.status == 200


def with_cookie(world, cookie):
    """The status for somebody who brings this text as his cookies."""
    return world.nobody().get("/api/v1/status", fields=[("Cookie", cookie)]).status


# -- the cookie

def login_cookies(world):
    """As both ways of logging in set it."""
    return [cookie_attributes(world.nobody().log_in(PASSWORD)), cookie_attributes(world.log_in_by_form())]


def cookie_is_secure(world):
    for name, _, attributes in login_cookies(world):
        assert name.startswith("__Host-") and "secure" in attributes, (name, attributes)


def cookie_is_same_site(world):
    for _, _, attributes in login_cookies(world):
        assert attributes.get("samesite") == "Strict", attributes


def cookie_is_of_one_host(world):
    for name, _, attributes in login_cookies(world):
        assert name == COOKIE and attributes.get("path") == "/" and "domain" not in attributes, attributes


def cookie_is_not_for_scripts(world):
    for _, _, attributes in login_cookies(world):
        assert "httponly" in attributes, attributes
    reply = world.nobody().log_in(PASSWORD)
    token = cookie_attributes(reply)[1].encode()
    assert token not in reply.body and token not in world.owner.get("/").body + world.owner.get("/api/v1/session").body
    assert world.owner.cookie.encode() not in world.owner.get("/").body + world.owner.get("/api/v1/session").body


def cookie_is_short(world):
    for name, value, _ in login_cookies(world):
        assert len(name) + len(value) < 4096


def cookie_ends_with_the_browser(world):
    for _, _, attributes in login_cookies(world):
        assert "max-age" not in attributes and "expires" not in attributes, attributes


# -- the token in it

def token_is_long_and_random(world):
    tokens = [base64.urlsafe_b64decode(world.log_in().cookie + "==") for _ in range(6)]
    assert all(len(t) == 16 for t in tokens) and len(set(tokens)) == 6, "128 bits, no two alike"
    same = [i for i in range(16) if len({t[i] for t in tokens}) == 1]
    assert len(same) < 2, f"bytes {same} are the same in all of them"      # by chance: once in 10^20
    ones = sum(bin(byte).count("1") for t in tokens for byte in t) / (6 * 128)
    assert 0.35 < ones < 0.65, f"{ones} of the bits are set"               # eight times the deviation


def token_is_new_at_login(world):
    chosen = "A" * 22
    for reply in (world.nobody().post("/api/v1/session", {"password": PASSWORD}, fields=[("Cookie", f"{COOKIE}={chosen}")]),
                  world.nobody().post("/login", b"password=a+well-kept+secret", fields=[("Cookie", f"{COOKIE}={chosen}")], kind=FORM)):
        assert cookie_attributes(reply)[1] != chosen
    assert with_cookie(world, f"{COOKIE}={chosen}") == 401, "a token that was planted opens nothing"


def login_ends_the_session_before(world):
    owner = world.log_in()
    before = owner.cookie
    assert logged_in(owner.log_in(PASSWORD)) and owner.cookie != before and owner.get("/api/v1/status").status == 200
    assert with_cookie(world, f"{COOKIE}={before}") == 401


def confirming_renews_the_token(world):
    owner = world.log_in()
    before, who = owner.cookie, owner.json("/api/v1/session")["id"]
    reply = owner.post("/api/v1/session/confirm", {"password": PASSWORD})
    assert reply.status == 200 and owner.cookie != before, reply
    assert owner.json("/api/v1/session")["id"] == who and with_cookie(world, f"{COOKIE}={before}") == 401


def token_must_be_whole(world):
    token = world.owner.cookie
    for text in ("", token[:-1], token + "A", token[::-1], token.swapcase(), token[:21] + ("A" if token[21] != "A" else "Q"),
                 '"' + token + '"', token + "%00", "..", "*", "0" * 22, "A" * 4000):
        assert with_cookie(world, f"{COOKIE}={text}") == 401, text
    assert with_cookie(world, f"{COOKIE}={token}") == 200


def token_under_another_name(world):
    token = world.owner.cookie
    for name in ("postern", "__host-postern", "__HOST-POSTERN", "__Secure-postern", "__Host-postern2", "x__Host-postern", "session"):
        assert with_cookie(world, f"{name}={token}") == 401, name


def two_cookies_of_the_name(world):
    token, other = world.owner.cookie, "A" * 22
    assert with_cookie(world, f"{COOKIE}={other}; {COOKIE}={token}") == 401, "the first one counts, and nothing is tried out"
    assert with_cookie(world, f"{COOKIE}={token}; {COOKIE}={other}") == 200


def token_elsewhere(world):
    token, nobody = world.owner.cookie, world.nobody()
    for path, fields in ((f"/api/v1/status?{COOKIE}={token}", []), (f"/api/v1/status?token={token}", []),
                         ("/api/v1/status", [("Authorization", f"Bearer {token}")]), ("/api/v1/status", [("X-Session", token)]),
                         ("/api/v1/status", [("X-Cookie", f"{COOKIE}={token}")])):
        assert nobody.get(path, fields=fields).status == 401, (path, fields)


# -- the end of a session

def logout_ends_it_on_the_server(world):
    for path, method, kind in (("/api/v1/session", "DELETE", None), ("/logout", "POST", FORM)):
        owner = world.log_in()
        before = owner.cookie
        reply = owner.ask(method, path, kind=kind)
        assert reply.status in (200, 303) and with_cookie(world, f"{COOKIE}={before}") == 401, path
        name, value, attributes = cookie_attributes(reply)
        assert name == COOKIE and not value and attributes["max-age"] == "0" and {"secure", "path"} <= set(attributes), attributes


def logout_clears_the_browser(world):
    for path, method, kind in (("/api/v1/session", "DELETE", None), ("/logout", "POST", FORM)):
        assert '"cache"' in (world.log_in().ask(method, path, kind=kind).field("Clear-Site-Data") or ""), path


def logout_leaves_others(world):
    one, other = world.log_in(), world.log_in()
    one.ask("DELETE", "/api/v1/session")
    assert other.get("/api/v1/status").status == 200


def logout_ends_its_stream(world):
    owner = world.log_in()
    with http_client.Conn(owner.port, "", timeout=15) as c:
        c.send(http_client.request_bytes("/api/v1/events", owner.host, fields=[("Cookie", f"{COOKIE}={owner.cookie}")]))
        assert c.response("HEAD").status == 200
        assert owner.ask("DELETE", "/api/v1/session").status == 200
        world.server.command("reload")      # something that the stream would tell
        until = time.monotonic() + 10
        while not c.buffer.endswith(b"0\r\n\r\n") and c._more():
            # the line of the login itself may come late
            assert b"reloaded" not in c.buffer and time.monotonic() < until, c.buffer


def logout_has_its_place(world):
    page = world.owner.get("/").body.decode()
    assert re.search(r'<form[^>]*action="/logout"', page) and re.search(r'<form[^>]*method="post"[^>]*action="/logout"', page, re.I)


CHECKS = [
    Check("3.3.1", "the cookie is Secure and its name says so", cookie_is_secure),
    Check("3.3.2", "the cookie is SameSite=Strict", cookie_is_same_site),
    Check("3.3.3", "the cookie is of this host alone: __Host-, Path=/, no Domain", cookie_is_of_one_host),
    Check("3.3.4", "the cookie is HttpOnly, and its value in no body", cookie_is_not_for_scripts),
    Check("3.3.5", "the cookie is short", cookie_is_short),
    Check("7.3.2", "the cookie ends with the browser", cookie_ends_with_the_browser),
    Check("7.2.3", "a token has 128 random bits", token_is_long_and_random),
    Check("7.2.4", "a new session token at login", token_is_new_at_login),
    Check("7.2.4", "a login ends the session that the browser had", login_ends_the_session_before),
    Check("7.2.4", "a new session token when the password is given once more", confirming_renews_the_token),
    Check("7.2.1", "the server looks at the whole token", token_must_be_whole),
    Check("7.2.1", "a cookie of another name is none", token_under_another_name),
    Check("7.2.1", "of two cookies of the name the first counts", two_cookies_of_the_name),
    Check("14.2.1", "a token in the address or in another field is none", token_elsewhere),
    Check("7.4.1", "logout ends the session on the server", logout_ends_it_on_the_server),
    Check("14.3.1", "logout clears what the browser has kept", logout_clears_the_browser),
    Check("7.4.1", "logout ends that session alone", logout_leaves_others),
    Check("8.3.2", "a stream of events ends with its session", logout_ends_its_stream),
    Check("7.4.4", "the page has its logout", logout_has_its_place),
]


def test_sessions():
    return play(CHECKS)
