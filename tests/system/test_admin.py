"""Who gets into the admin page of the shipped program: the first set-up, logins, passwords, and what is left on the disk."""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import http_client
import postern

from admin_client import COOKIE, HASH, PASSWORD, Admin
from lab import TOOLS, Lab
from postern import Postern, Skip

NAME = "device.example.test"
FRESH = "quite another secret"
BROWSER = [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")]
PRINT = "^its certificate is self-signed; the SHA-256 fingerprint is ([0-9A-F:]+)$"
TOKEN = "^the admin page waits for its set-up, with the token ([0-9A-Z-]+)$"


def with_password(**more):
    return Postern(admin={"password_hash": HASH, **more})


def test_first_set_up():
    with Postern() as server:
        token = server.wait_for(TOKEN)[1]
        kept = server.state / "setup-token"
        assert kept.read_text().strip() == token and kept.stat().st_mode & 0o777 == 0o600
        owner = Admin(server, None)
        assert owner.get("/").field("Location") == "/setup" and owner.get("/setup").status == 200
        assert owner.get("/api/v1/status").status == 403 and owner.log_in("").status == 403
        set_up = lambda token, password: owner.post("/api/v1/setup", {"token": token, "password": password})
        assert set_up("00000-00000-00000-00000-00000-00000", FRESH).status == 401
        reply = set_up(token, "password1")
        assert reply.status == 422 and b"password1" not in reply.body, reply
        assert kept.exists() and owner.cookie is None
        reply = set_up(token.lower().replace("-", " "), FRESH)      # as a person types it
        assert reply.status == 200 and owner.json("/api/v1/status")["certificates"], reply
        assert not kept.exists()
        account = server.state / "admin.json"
        assert account.stat().st_mode & 0o777 == 0o600 and FRESH not in account.read_text()
        assert set_up(token, FRESH).status == 409
        server.stop()
        server.start()
        assert not re.search(TOKEN, server.log(server.log_from), re.M), "it is set up"
        assert not re.search(PRINT, server.log(server.log_from), re.M), "nobody has to compare it any more"
        assert owner.get("/").field("Location") == "/login", "a restart ends all sessions"
        assert Admin(server, FRESH).get("/").status == 200
        assert FRESH not in server.log() and token in server.log()
        said = (server.state / "audit.log").read_text()
        assert "set-up" in said and "login" in said and FRESH not in said, said


def fingerprint_at(port):
    """What a browser would show of the certificate at that port, as openssl sees it."""
    return http_client.describe(http_client.peer_der(port, ""), "-fingerprint", "-sha256").strip().partition("=")[2]


def test_the_fingerprint_on_the_console():
    with Postern() as server:
        told = server.wait_for(PRINT)[1]
        assert told == fingerprint_at(server.admin_port) and len(told) == 95, told
        server.stop()
        server.start()      # it waits still, and shows the same certificate
        assert server.wait_for(PRINT)[1] == told == fingerprint_at(server.admin_port)
    with Postern(admin={"setup_token": "for-the-device-of-row-7"}) as server:
        assert server.wait_for(PRINT)[1] == fingerprint_at(server.admin_port)
    with with_password() as server:
        assert not re.search("fingerprint is", server.log()), "set up already"


def test_no_fingerprint_of_a_public_certificate():
    with Lab() as lab:
        server = Postern({NAME: {}}, lab=lab, admin={"password_hash": HASH})
        with server:
            server.wait_issued(NAME)
        del server.sections["admin"]["password_hash"]
        server.write_ini()
        with server:
            server.wait_for(TOKEN)
            assert "fingerprint is" not in server.log(server.log_from), "a browser can tell by itself"


def test_token_of_the_configuration():
    with Postern(admin={"setup_token": "for-the-device-of-row-7"}) as server:
        server.wait_for("^the admin page waits for its set-up, with the setup_token of the configuration$")
        assert not (server.state / "setup-token").exists()
        owner = Admin(server, None)
        assert b"stands in the device\xe2\x80\x99s configuration" in owner.get("/setup").body
        assert owner.post("/api/v1/setup", {"token": "FOR THE DEVICE OF ROW 7", "password": FRESH}).status == 200
        assert owner.get("/").status == 200


def test_login_and_logout():
    with with_password() as server:
        owner = Admin(server, None)
        assert owner.get("/").field("Location") == "/login" and owner.get("/api/v1/status").status == 401
        assert owner.log_in("not it").status == 401 and owner.cookie is None
        reply = owner.log_in(PASSWORD)
        cookie = reply.field("Set-Cookie")
        assert reply.status == 200 and {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(cookie.split("; ")), cookie
        assert len(owner.cookie) == 22 and owner.json("/api/v1/session")["confirmed"]
        before = owner.cookie
        assert owner.ask("DELETE", "/api/v1/session").status == 200 and owner.cookie is None
        owner.cookie = before
        assert owner.get("/api/v1/status").status == 401, "ended on the server"
        reply = owner.post("/login", f"password={PASSWORD.replace(' ', '+')}".encode(), kind="application/x-www-form-urlencoded")
        assert reply.status == 303 and reply.field("Location") == "/" and owner.cookie != before
        assert owner.get("/").status == 200
        reply = owner.post("/logout", kind="application/x-www-form-urlencoded")
        assert reply.status == 303 and owner.get("/").status == 303


def test_guessing_is_slow_for_who_guesses():
    with with_password() as server:
        stranger = Admin(server, None, source="127.0.0.2")
        told = [stranger.log_in(f"guess {i}").status for i in range(6)]
        assert told[:5] == [401] * 5 and told[5] == 429, told
        slowed = stranger.log_in(PASSWORD)
        assert slowed.status == 429 and 1 <= int(slowed.field("Retry-After")) <= 60, slowed
        assert Admin(server, source="127.0.0.3").get("/").status == 200, "the owner gets in from elsewhere"
        http_client.until(lambda: (server.state / "audit.log").exists(), 5, "the audit log")
        assert len((server.state / "audit.log").read_text().splitlines()) <= 3, "a line for all of the wrong ones"


def test_a_new_password():
    with with_password() as server:
        owner, other = Admin(server), Admin(server)
        assert owner.post("/api/v1/password", {"old": "wrong", "new": FRESH}).status == 401
        assert owner.post("/api/v1/password", {"old": PASSWORD, "new": "short"}).status == 422
        assert owner.post("/api/v1/password", {"old": PASSWORD, "new": FRESH}).status == 200
        assert owner.get("/").status == 200 and other.get("/").status == 303, "all others have to log in again"
        server.stop()
        server.start()          # the INI still names the old one
        assert Admin(server, None).log_in(PASSWORD).status == 401
        assert Admin(server, FRESH).get("/").status == 200


def test_passwd():
    with Postern() as server:
        reply = server.command("passwd", input="12345678\n")
        assert reply.returncode == 1 and "12345678" not in reply.stderr and reply.stderr.strip(), reply
        reply = server.command("passwd", input=FRESH + "\n")
        assert reply.returncode == 0, reply
        owner = Admin(server, FRESH)
        assert not (server.state / "setup-token").exists() and owner.get("/").status == 200
        assert server.command("passwd", input=PASSWORD + "\n").returncode == 0
        assert owner.get("/").status == 303 and Admin(server, PASSWORD).get("/").status == 200
        server.stop()
        reply = server.command("passwd", input=FRESH + "\n")        # without a server
        assert reply.returncode == 0, reply
        server.start()
        assert Admin(server, FRESH).get("/").status == 200
        printed = server.command("passwd", "--print", input=PASSWORD + "\n")
        assert printed.returncode == 0 and printed.stdout.startswith("pbkdf2-sha256$200000$"), printed
        server.sections["admin"]["password_hash"] = printed.stdout.strip()
        server.write_ini()
        assert server.command("reload").returncode == 0
        assert Admin(server, PASSWORD).get("/").status == 200, "written after the last change, it counts"
        account = json.loads((server.state / "admin.json").read_text())
        http_client.until(lambda: "$200000$" not in (server.state / "admin.json").read_text(), 10, f"hashed anew: {account}")


def test_a_damaged_account():
    with with_password() as server:
        Admin(server).post("/api/v1/password", {"old": PASSWORD, "new": FRESH})
        server.stop()
        (server.state / "admin.json").write_text('{"password":')
        server.start()
        assert server.get("/", "localhost").status == 200, "the sites do not depend on it"
        reply = Admin(server, None).get("/")
        assert reply.status == 503 and b"passwd --print" in reply.body, reply
        assert not re.search(TOKEN, server.log(), re.M), "it is not taken for none"
        assert any("admin page is closed" in n for n in server.document()["notices"]), server.document()["notices"]


def test_who_may_speak():
    for allow, status in (("10.0.0.0/8", 403), ("127.0.0.0/30", 303), ("any", 303), ("private", 303)):
        with with_password(allow=allow) as server:
            stranger = Admin(server, None, source="127.0.0.2")
            assert stranger.get("/").status == status, allow
            assert stranger.get("/style.css").status == (403 if status == 403 else 200), allow
            if status == 403:
                page = stranger.get("/", fields=BROWSER)
                assert page.status == 403 and page.field("Content-Type").startswith("text/html") and b"[admin]" in page.body, page


def by_its_addresses():
    """A machine in a home: reached by what stands on its label, and no name in front of it is believed."""
    own, others = ["192.168.77.1", "fd00:77::1"], ["192.168.77.9", "fd00:77::9"]
    for address, bits in zip([*own, *others], [32, 128] * 2):
        subprocess.run(["ip", "addr", "add", f"{address}/{bits}", "dev", "lo"], check=True)
    with Postern(admin={"listen": None}) as server:       # as it comes: [::]:8443 for private networks, and no hosts
        server.admin_port = 8443
        token = server.wait_for(TOKEN)[1]
        assert Admin(server, None, address=own[1]).post("/api/v1/setup", {"token": token, "password": PASSWORD}).status == 200
        for address in own:
            owner = Admin(server, address=address)      # whose login has the Origin of that address
            assert owner.get("/").status == 200 and owner.post("/api/v1/renew", {}).status == 202
            assert owner.post("/api/v1/renew", {}, origin=f"https://{Admin(server, None).host}").status == 403
            for other in [*own, *others, "192.168.77.77"]:
                host = Admin(server, None, address=other).host
                assert owner.get("/", host=host).status == (200 if other == address else 421), (address, other)
            for name in ("router.lan:8443", f"{own[0]}.evil.example:8443", "evil.example"):
                refused = owner.post("/api/v1/session", {"password": PASSWORD}, host=name, origin=f"https://{name}")
                assert refused.status == 421 and refused.field("Set-Cookie") is None, (name, refused)
                page = owner.get("/", host=name, fields=BROWSER)
                assert page.status == 421 and page.field("Content-Type").startswith("text/html") and b"hosts = NAME" in page.body, page
                assert b"router.lan" not in page.body and b"evil" not in page.body, page
            page = owner.get("/nothing.html", fields=BROWSER)
            assert page.status == 404 and page.field("Content-Type").startswith("text/html"), page
        mapped = Admin(server, address=own[0])
        assert mapped.get("/", host=f"[::ffff:{own[0]}]:8443").status == 200, "the same address in another spelling"
    print("in the namespace: all holds")


def test_it_answers_by_its_own_addresses():
    if os.geteuid() != 0:
        raise Skip("needs root")
    inner = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); sys.dont_write_bytecode = True\n" \
            "import postern, test_admin\ntry:\n    test_admin.by_its_addresses()\n" \
            "finally:\n    postern.end_all(); postern.remove_scratch()\n"
    done = subprocess.run([TOOLS / "in-namespace", sys.executable, "-c", inner], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0 and "all holds" in done.stdout, done.stdout + done.stderr


def test_a_renewal_by_hand():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        with Postern({NAME: {}}, lab=lab, admin={"password_hash": HASH}) as server:
            server.wait_issued(NAME)
            owner, before = Admin(server), server.der(NAME)
            for refused in (owner.post(f"/api/v1/certificates/{NAME}/renew", {"force": True}, origin="https://evil.example"),
                            owner.post(f"/api/v1/certificates/{NAME}/renew", {"force": True}, origin=False)):
                assert refused.status == 403, refused
            reply = owner.post(f"/api/v1/certificates/{NAME}/renew", {"force": True})
            assert reply.status == 202, reply
            job = json.loads(reply.body)["job"]
            http_client.until(lambda: owner.json(f"/api/v1/jobs/{job}")["done"], 20, "the job is done", 0.2)
            assert owner.json(f"/api/v1/jobs/{job}")["changed"] and server.der(NAME) != before
            assert COOKIE not in server.log() and owner.cookie not in server.log()
