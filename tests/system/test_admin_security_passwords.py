"""Passwords of the admin page, by OWASP ASVS 5.0: what they may be (V6.2), guessing them (V6.3), and the first one (V6.4)."""
import concurrent.futures
import json
import re

from admin_client import COOKIE, HASH, PASSWORD
from security_checks import CHANGES, FORM, READS, Check, Prober, cookie_attributes, is_problem, play

FRESH = "quite another secret"
HASH_OF_FRESH = "pbkdf2-sha256$1000$cG9zdGVybidzIHRlc3Rpbg$5cKFRrvltZ7OtENknNsLSJLGbzQTL5zOzO6L-Qe1zY8"
TOKEN = "^the admin page waits for its set-up, with the token ([0-9A-Z-]+)$"


def with_cookie(world, cookie):
    return world.nobody().get("/api/v1/status", fields=[("Cookie", cookie)]).status


# -- passwords.  Each of them ends all sessions but the one that changed it.

def change(world, fresh, old=PASSWORD):
    return world.owner.post("/api/v1/password", {"old": old, "new": fresh})


def changed_and_back(world, fresh):
    """Takes this password, logs in with it, and puts the usual one back."""
    reply = change(world, fresh)
    assert reply.status == 200, f"{fresh!r}: {reply}"
    try:
        assert world.nobody().log_in(fresh).status == 200, fresh
    finally:
        assert change(world, PASSWORD, fresh).status == 200


def refused(world, fresh, why):
    said = is_problem(change(world, fresh), 422)
    assert why in said and f'"{fresh}"' not in said and (len(fresh) < 10 or fresh not in said), said


def new_password_ends_sessions(world):
    owner, other = world.owner, world.log_in()
    before = owner.cookie
    changed_and_back(world, FRESH)
    assert owner.cookie != before and with_cookie(world, f"{COOKIE}={before}") == 401, "the token of who changed it is new too"
    assert other.get("/api/v1/status").status == 401 and owner.get("/api/v1/status").status == 200


def password_of_the_file_ends_sessions(world):
    """Whoever writes another hash into the configuration goes on, and nobody else; by the editor as by hand."""
    here = world.another()
    try:
        owner, other = here.log_in(), here.log_in()
        before, file = owner.cookie, owner.json("/api/v1/config")
        saved = owner.put("/api/v1/config", {"text": file["text"].replace(HASH, HASH_OF_FRESH)}, fields=[("If-Match", file["etag"])])
        assert saved.status == 200 and owner.cookie != before and cookie_attributes(saved)[2] == {"path": "/", "secure": "", "httponly": "", "samesite": "Strict"}
        assert owner.get("/api/v1/status").status == 200 and other.get("/api/v1/status").status == 401 and with_cookie(here, f"{COOKIE}={before}") == 401
        assert here.nobody().log_in(PASSWORD).status == 401 and here.nobody().log_in(FRESH).status == 200
        kept = owner.cookie
        assert owner.post("/api/v1/reload", {}).status == 200 and owner.cookie == kept and owner.get("/api/v1/status").status == 200, "the same hash once more"
        here.server.ini_file.write_text(here.server.ini_file.read_text().replace(HASH_OF_FRESH, HASH))
        assert here.server.command("reload").returncode == 0 and owner.get("/api/v1/status").status == 401
        assert here.nobody().log_in(PASSWORD).status == 200
        other = here.log_in()       # who saves something else while a new hash waits in the file is out like all others
        here.server.ini_file.write_text(here.server.ini_file.read_text().replace(HASH, HASH_OF_FRESH))
        file = other.json("/api/v1/config")
        saved = other.put("/api/v1/config", {"text": file["text"] + "# x\n"}, fields=[("If-Match", file["etag"])])
        assert saved.status == 200 and not saved.field("Set-Cookie"), saved
        assert other.get("/api/v1/status").status == 401
    finally:
        here.server.stop()


def password_of_seven(world):
    for short in ("", "a", "kiwibed", "鍵鍵鍵鍵鍵鍵鍵"):
        refused(world, short, "too short")


def password_of_eight_and_of_128(world):
    changed_and_back(world, "kiwi bed")
    changed_and_back(world, "鍵" * 128)


def password_of_129(world):
    refused(world, "é" * 129, "too long")
    refused(world, "abcde " * 100, "too long")


def common_passwords(world):
    for common in ("password", "12345678", "qwertyuiop", "iloveyou", "Password1", "PASSWORD123!", "football", "baseball", "sunshine", "princess"):
        refused(world, common, "tried first")


def own_words(world):
    for word in ("postern1", "Postern!", "POSTERN2024", "postern#12"):
        refused(world, word, "tried first")


def any_composition(world):
    for fresh in ("only small letters", "  ключ от двери 🔑 ", "82736450\"\\'<>&;%00"):
        changed_and_back(world, fresh)


def password_as_typed(world):
    fresh = "Correct Kiwi Staple "
    assert change(world, fresh).status == 200
    try:
        for near in (fresh.lower(), fresh.strip(), fresh + " "):
            assert world.stranger().log_in(near).status == 401, near
        assert world.stranger().log_in(fresh).status == 200
    finally:
        assert change(world, PASSWORD, fresh).status == 200


def change_wants_the_old_one(world):
    assert change(world, FRESH, "not it").status == 401
    for body in ({"new": FRESH}, {"old": "", "new": FRESH}, {"old": None, "new": FRESH}, {"old": True, "new": FRESH}):
        assert world.owner.post("/api/v1/password", body).status in (400, 401), body
    assert world.nobody().log_in(PASSWORD).status == 200


def fields_of_passwords(world):
    page = world.nobody().get("/login").body.decode()
    fields = re.findall(r"<input[^>]*>", page)
    shows = '<input id="show" type="checkbox">'      # lets them be looked at (the same item), sends nothing and is off
    assert shows in fields and len(fields) >= 2, fields
    for field in fields:
        assert field == shows or 'type="password"' in field, field
    shell = world.owner.get("/").body.decode()
    for field in re.findall(r'<input[^>]*(?:name|id)="[^"]*(?:password|old|new|again)[^"]*"[^>]*>', shell):
        assert 'type="password"' in field, field


def paste_is_allowed(world):
    pages = world.nobody().get("/login").body.decode() + world.owner.get("/").body.decode()
    assert 'autocomplete="current-password"' in pages and not re.search(r'autocomplete="off"|onpaste|readonly', pages)
    most = [int(n) for n in re.findall(r'<input[^>]*type="password"[^>]*maxlength="(\d+)"', pages)]
    assert most and min(most) >= 128, most
    scripts = b"".join(world.nobody().get(p, fields=[("Accept-Encoding", "identity")]).body for p in ("/access.js", "/dialog.js"))
    assert b"paste" not in scripts


def no_hints(world):
    assert not re.search(r"hint|question", json.dumps([r.body.decode() for r in (world.stranger().log_in("x"),
                                                                                 world.nobody().get("/api/v1/status"))]))


# -- guessing

def guesses(who, number):
    return [who.log_in(f"guess {i}").status for i in range(number)]


def guessing_is_slowed(world):
    stranger = world.stranger()
    assert guesses(stranger, 5) == [401] * 5
    reply = stranger.log_in("guess")
    is_problem(reply, 429)
    assert 1 <= int(reply.field("Retry-After")) <= 60


def waiting_is_for_all_doors(world):
    stranger = world.stranger()
    guesses(stranger, 5)
    right = PASSWORD.replace(" ", "+").encode()
    assert stranger.log_in(PASSWORD).status == 429, "even the right one has to wait"
    assert stranger.post("/login", b"password=" + right, kind=FORM).status == 429 and stranger.cookie is None


def the_owner_is_not_locked_out(world):
    owner = world.stranger()
    assert owner.log_in(PASSWORD).status == 200
    guesses(world.stranger(), 6)
    assert owner.get("/api/v1/status").status == 200 and Prober(world.server, PASSWORD, source=owner.source).cookie


def an_address_is_not_claimed(world):
    stranger = world.stranger()
    claim = lambda i: [(name, f"192.0.2.{i}") for name in ("X-Forwarded-For", "X-Real-IP", "True-Client-IP", "Client-IP")] + [("Forwarded",
                                                                                                                               f"for=192.0.2.{i}")]
    told = [stranger.post("/api/v1/session", {"password": f"guess {i}"}, fields=claim(i)).status for i in range(6)]
    assert told == [401] * 5 + [429], told


def confirming_is_slowed(world):
    owner = Prober(world.server, PASSWORD, source=next(world.sources))
    told = [owner.post("/api/v1/session/confirm", {"password": f"guess {i}"}).status for i in range(6)]
    assert told == [401] * 5 + [429], told
    assert owner.get("/api/v1/status").status == 200, "the session itself goes on"


def parallel_guesses_gain_nothing(world):
    source = next(world.sources)
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        told = list(pool.map(lambda i: Prober(world.server, None, source=source).log_in(f"guess {i}").status, range(12)))
    assert told.count(401) + told.count(503) <= 5 and told.count(429) >= 7, told


def wrong_is_wrong(world):
    texts = ["", " ", "a", PASSWORD[:-1], PASSWORD + "x", PASSWORD.upper(), "鍵" * 128, "x" * 500, "x" * 2000, "\x01\x02"]
    seen = set()
    for text in texts:
        reply = world.stranger().log_in(text)
        seen.add((reply.status, reply.body, tuple((k, v) for k, v in reply.fields if k.lower() != "date")))
    assert len(seen) == 1 and next(iter(seen))[0] == 401, seen


# -- the first password: at a server that has none.  Some of these leave it with one.

def token_of(world):
    return world.server.wait_for(TOKEN)[1]


def set_up(world, token, password, who=None):
    return (who or world.stranger()).post("/api/v1/setup", {"token": token, "password": password})


def nothing_before_set_up(world):
    nobody = world.nobody()
    for method, path in [("GET", path) for path in READS] + [c for c in CHANGES if c[1] != "/api/v1/setup"]:
        reply = nobody.ask(method, path, {})
        assert "not set up" in is_problem(reply, 403), (method, path)
    for path in ("/", "/login", "/metrics", "/nothing"):
        assert nobody.get(path).field("Location") == "/setup", path
    assert nobody.log_in("").status == 403 and nobody.log_in(PASSWORD).status == 403


def set_up_wants_the_token(world):
    token = token_of(world)
    for wrong in ("", "0" * 30, token[:-1], token + "0", token[::-1], "x" * 128):
        reply = set_up(world, wrong, FRESH)
        assert reply.status == 401 and not reply.field("Set-Cookie"), (wrong, reply)
    for body in ({"password": FRESH}, {"token": None, "password": FRESH}, {"token": token}, {"token": [token], "password": FRESH}):
        assert world.stranger().post("/api/v1/setup", body).status == 400, body
    assert world.stranger().post(f"/api/v1/setup?token={token}", {"password": FRESH}).status == 400
    assert (world.server.state / "setup-token").exists() and world.nobody().get("/").field("Location") == "/setup"


def set_up_token_is_long(world):
    token = token_of(world)
    assert re.fullmatch("(?:[0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}", token), token     # 150 bits
    other = world.another(password=False)
    try:
        assert token_of(other) != token
    finally:
        other.server.stop()


def set_up_token_is_for_its_owner(world):
    assert (world.server.state / "setup-token").stat().st_mode & 0o777 == 0o600


def set_up_wants_a_good_password(world):
    token = token_of(world)
    for bad in ("short", "password", "postern1", "x" * 129):
        is_problem(set_up(world, token, bad), 422)
    assert (world.server.state / "setup-token").read_text().strip() == token, "it is still good"


def guessing_the_token_is_slowed(world):
    stranger = world.stranger()
    told = [set_up(world, f"{i}" * 30, FRESH, stranger).status for i in range(6)]
    assert told == [401] * 5 + [429], told
    assert set_up(world, token_of(world), FRESH, stranger).status == 429, "even the right one has to wait"


def set_up_is_once(world):
    token = token_of(world)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        told = [r.status for r in pool.map(lambda i: set_up(world, token, f"{FRESH} {i}"), range(4))]
    assert told.count(200) == 1 and set(told) <= {200, 401, 409, 503}, told
    assert set_up(world, token, FRESH).status == 409 and not (world.server.state / "setup-token").exists()
    assert sum(world.stranger().log_in(f"{FRESH} {i}").status == 200 for i in range(4)) == 1, "of these passwords one counts"


def token_is_no_password(world):
    if (world.server.state / "setup-token").exists():
        assert set_up(world, token_of(world), FRESH).status == 200
    token = token_of(world)
    for text in (token, token.replace("-", ""), ""):
        assert world.stranger().log_in(text).status == 401
    assert world.server.command("reload").returncode == 0
    assert set_up(world, token, FRESH).status == 409 and not (world.server.state / "setup-token").exists()


PASSWORDS = [
    Check("7.4.3", "a new password ends all sessions", new_password_ends_sessions),
    Check("7.4.3", "another password_hash in the configuration does so too", password_of_the_file_ends_sessions),
    Check("6.2.1", "seven characters are too few", password_of_seven),
    Check("6.2.9", "eight characters will do, and 128", password_of_eight_and_of_128),
    Check("6.2.1", "129 characters are refused, not cut", password_of_129),
    Check("6.2.4", "common passwords are refused", common_passwords),
    Check("6.2.11", "this program's own words are refused", own_words),
    Check("6.2.5", "characters of any kind, spaces and all of Unicode", any_composition),
    Check("6.2.8", "a password counts as it was typed", password_as_typed),
    Check("6.2.3", "a change wants the old password", change_wants_the_old_one),
    Check("6.2.6", "fields of passwords are masked", fields_of_passwords),
    Check("6.2.7", "password managers and pasting are allowed", paste_is_allowed),
    Check("6.4.2", "no hints and no questions", no_hints),
    Check("6.3.8", "a wrong password is answered alike, whatever is wrong with it", wrong_is_wrong),
]
GUESSING = [
    Check("6.3.1", "guessing is slowed down", guessing_is_slowed),
    Check("6.3.3", "who has to wait, waits at each door, with the right password too", waiting_is_for_all_doors),
    Check("6.3.1", "somebody else's guesses do not lock the owner out", the_owner_is_not_locked_out),
    Check("4.1.3", "nobody claims another address by a field", an_address_is_not_claimed),
    Check("6.3.3", "guessing by confirmation is slowed down as well", confirming_is_slowed),
    Check("6.3.1", "many guesses at the same time gain nothing", parallel_guesses_gain_nothing),
]
SET_UP = [
    Check("2.3.1", "before the set-up nothing answers but what sets a password", nothing_before_set_up),
    Check("11.5.1", "the set-up token is long, random and of this device", set_up_token_is_long),
    Check("13.3.2", "the set-up token is for its owner's eyes", set_up_token_is_for_its_owner),
    Check("6.4.1", "the set-up wants the token", set_up_wants_the_token),
    Check("6.2.4", "the first password is held to the rules too", set_up_wants_a_good_password),
    Check("6.3.1", "guessing the token is slowed down", guessing_the_token_is_slowed),
    Check("2.3.4", "the set-up happens once, however many try at the same time", set_up_is_once),
    Check("6.4.1", "a used token is good for nothing", token_is_no_password),
]


def test_passwords():
    return play(PASSWORDS)


def test_guessing():
    return play(GUESSING)


def test_set_up():
    return play(SET_UP, password=False)
