"""Who may see a site: by address, by password, how often; and whose word on the address counts."""
import base64
import subprocess
import time

import http_client
import ports
import postern
from postern import Postern

NAME = "localhost"


def server(keys, more=None, **server_keys):
    """A site of the welcome page with those keys, answered on the plain listener too."""
    s = Postern({NAME: {"redirect_http": "no", **keys}, **(more or {})})
    s.sections["server"].update(server_keys)
    s.write_ini()
    return s


def curl(s, *argv, path="/", version="--http2", source="127.0.0.1", name=NAME):
    """(status, {field: value}) as curl sees it."""
    done = subprocess.run(["curl", "-sk", version, "--interface", source, "-D", "-", "-o", "/dev/null", *argv, "--resolve",
                           f"{name}:{s.https_port}:127.0.0.1", f"https://{name}:{s.https_port}{path}"],
                          capture_output=True, text=True, timeout=20, check=True)
    first, *lines = done.stdout.replace("\r", "").strip().split("\n\n")[-1].split("\n")
    assert first.startswith("HTTP/2" if version == "--http2" else "HTTP/1.1"), first
    return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}


def statuses(s, source, path="/"):
    """By HTTP/1.1 and HTTP/2 over TLS, and on the plain listener: one number when they agree."""
    found = {curl(s, source=source, path=path)[0], curl(s, source=source, path=path, version="--http1.1")[0],
             s.get(path, source=source).status, s.get_plain(path, source=source).status}
    return found.pop() if len(found) == 1 else found


def test_addresses():
    with server({"allow": "127.0.0.1, 127.0.1.0/24", "deny": "127.0.1.7"}) as s:
        for source, status in (("127.0.0.1", 200), ("127.0.0.2", 403), ("127.0.1.6", 200), ("127.0.1.7", 403)):
            assert statuses(s, source) == status, (source, statuses(s, source))
        refused = s.get("/", source="127.0.0.2")
        assert b"403 Forbidden" in refused.body and refused.field("Content-Type") == "text/html; charset=utf-8", refused
        assert s.get("/none", source="127.0.0.2").status == 403, "what is there is nobody's business"
        s.sites[NAME]["deny"] = "127.0.1.6"
        s.write_ini()
        s.signal()
        s.wait_for("reloaded")
        assert (statuses(s, "127.0.1.6"), statuses(s, "127.0.1.7")) == (403, 200), "a reload takes it"


def test_what_stands_before_the_rules():
    """The CA is answered in any case, and so is who is only redirected."""
    closed = {"names": f"{NAME}, www.example.test", "canonical": NAME, "allow": "192.0.2.1"}
    with server({**closed, "redirect_http": "yes"}) as s:
        token = s.get_plain("/.well-known/acme-challenge/none")
        assert token.status == 404, token
        assert s.get("/.well-known/acme-challenge/none").status == 404
        assert s.get("/.well-known/security.txt").status == 403
        moved = s.get_plain("/x?y")
        assert (moved.status, moved.field("Location")) == (301, f"https://{NAME}:{s.https_port}/x?y"), moved
        moved = s.get("/x", host="www.example.test")
        assert (moved.status, moved.field("Location")) == (301, f"https://{NAME}:{s.https_port}/x"), moved
        assert s.get("/x").status == 403


def test_addresses_of_both_families():
    """On [::] a visitor by IPv4 is seen as ::ffff:127.0.0.1, and counts as what he is."""
    port = ports.one()
    with server({"allow": "127.0.0.1, ::1", "deny": "127.0.0.3"}, https=f"[::]:{port}") as s:
        s.https_port = port
        for host, source, status in (("127.0.0.1", "127.0.0.1", 200), ("127.0.0.1", "127.0.0.2", 403), ("127.0.0.1", "127.0.0.3", 403),
                                     ("::1", None, 200)):
            found = http_client.fetch(port, "/", NAME, sni=NAME, source=source, at=host)
            assert found.status == status, (host, source, found)


def test_a_real_certificate_for_a_closed_site():
    from lab import Lab
    name = "closed.example.test"
    with Lab() as lab, Postern({name: {"allow": "192.0.2.1", "redirect_http": "no"}}, lab=lab) as s:
        s.wait_issued(name)
        assert s.get("/", host=name).status == 403 and s.get_plain("/", host=name).status == 403


BCRYPT = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"     # of "secret"
SLOW = "$6$rounds=300000$saltsalt$"


def users_file(*lines):
    file = postern.scratch("users") / "users"
    file.write_text("\n".join(lines) + "\n")
    postern.own(file.parent)
    return file


def basic(user, password):
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def locked(file, **more):
    log = postern.scratch("log") / "access.log"
    postern.own(log.parent)
    s = Postern({NAME: {"basic_auth": file, **more}})
    s.sections["server"]["access_log"] = log
    s.write_ini()
    return s, log


def test_passwords():
    file = users_file("# people", "ann:" + BCRYPT, "bob smith:$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA:a remark")
    s, log = locked(file)
    with s:
        asked = s.get("/")
        assert asked.status == 401 and asked.field("WWW-Authenticate") == f'Basic realm="{NAME}", charset="UTF-8"', asked
        assert curl(s)[1]["www-authenticate"] == f'Basic realm="{NAME}", charset="UTF-8"'
        for user, password, status in (("ann", "secret", 200), ("bob smith", "secret", 200), ("ann", "Secret", 401), ("zoe", "secret", 401),
                                       ("ann", "", 401), ("", "", 401)):
            assert s.get("/", fields=[basic(user, password)]).status == status, (user, password)
            assert curl(s, "-u", f"{user}:{password}", source="127.0.0.2")[0] == status, (user, password)
        with http_client.Conn(s.https_port, NAME) as c:
            for _ in range(3):
                assert c.request("/", fields=[basic("ann", "secret")]).status == 200, "a connection goes on"
            assert c.request("/none", method="POST", body=b"x" * 1000, fields=[basic("ann", "secret")]).status in (404, 405)
            assert c.request("/").status == 401
        assert s.get_plain("/").status == 301, "no password is asked for in clear"
        assert s.get("/.well-known/acme-challenge/x").status == 404
    lines = log.read_text()
    assert '127.0.0.1 - ann [' in lines and '127.0.0.1 - bob smith [' in lines and '127.0.0.1 - - [' in lines, lines
    for word in ("YW5u", "secret", "Basic"):
        assert word not in lines and word not in s.log(), word


def test_guessing_is_slowed_down():
    s, _ = locked(users_file("ann:" + BCRYPT))
    with s:
        statuses = [s.get("/", fields=[basic("ann", f"wrong{i}")], source="127.0.0.9") for i in range(8)]
        assert [r.status for r in statuses] == [401] * 5 + [429] * 3, statuses
        assert 1 <= int(statuses[-1].field("Retry-After")) <= 60, statuses[-1]
        assert s.get("/", fields=[basic("ann", "secret")], source="127.0.0.9").status == 429
        assert s.get("/", fields=[basic("ann", "secret")]).status == 200, "another is not kept waiting"
        assert s.get("/", fields=[basic("ann", "secret")], source="127.0.0.9").status == 200, "what is known by now costs no look"


def test_a_reload_reads_the_users_again():
    file = users_file("ann:" + BCRYPT)
    s, _ = locked(file)
    with s:
        old = http_client.Conn(s.https_port, NAME)
        assert old.request("/", fields=[basic("ann", "secret")]).status == 200
        assert s.get("/", fields=[basic("eve", "secret")]).status == 401
        file.write_text("eve:" + BCRYPT + "\n")
        s.signal()
        s.wait_for("reloaded")
        assert s.get("/", fields=[basic("ann", "secret")]).status == 401
        assert s.get("/", fields=[basic("eve", "secret")]).status == 200
        file.write_text("eve:{SHA}x\nzoe\n")
        s.signal()
        s.wait_for("reload_refused")
        assert "line 1: 'eve': a SHA-1 hash" in s.log() and "line 2: no ':'" in s.log(), s.log()
        assert s.get("/", fields=[basic("eve", "secret")]).status == 200, "the old ones stay in force"
        old.close()


def test_nobody_waits_for_a_slow_hash():
    """While a password is looked at its request waits, and the loop serves others."""
    s, _ = locked(users_file("ann:" + SLOW + "x" * 86))
    s.sections["server"]["loops"] = 1
    s.sites["open.example.test"] = {"certificate": "self-signed"}
    s.write_ini()
    with s, http_client.Conn(s.https_port, NAME, timeout=20) as slow:
        slow.send(http_client.request_bytes("/", NAME, fields=[basic("ann", "secret")]))
        began, worst = time.monotonic(), 0.0
        for _ in range(10):
            before = time.monotonic()
            assert s.get("/", host="open.example.test").status == 200
            worst = max(worst, time.monotonic() - before)
        others = time.monotonic() - began
        assert slow.response().status == 401
        waited = time.monotonic() - began
        # who is not there takes as long as who is
        times = {}
        for user in ("ann", "nobody"):
            before = time.monotonic()
            assert s.get("/", fields=[basic(user, "other")], timeout=20).status == 401
            times[user] = time.monotonic() - before
        assert 0.5 < times["nobody"] / times["ann"] < 2, times
    return f"ten others took {others * 1000:.0f} ms, the worst {worst * 1000:.0f}, while one waited {waited * 1000:.0f} ms; {times}"


def test_faults_of_a_user_file():
    good = users_file("ann:" + BCRYPT)
    for lines, keys, said in ((("ann:$apr1$x$y", "bob:secret"), {}, ("line 1: 'ann': an MD5", "line 2: 'bob': a password in clear", "htpasswd -B")),
                              ((), {}, ("no user in it",)), (("ann:" + BCRYPT,), {"redirect_http": "no"}, ("needs HTTPS",))):
        s, _ = locked(users_file(*lines), **keys)
        done = s.command("check")
        assert done.returncode == 2 and all(word in done.stdout + done.stderr for word in said), done
        assert "$apr1$x" not in done.stdout + done.stderr
    assert locked(good)[0].command("check").returncode == 0


def test_rate():
    """A burst, then 429 with the seconds to wait, on every listener together; another client is not kept waiting."""
    with server({"rate": "1/m burst 6"}, loops=3) as s:
        found = [curl(s)[0], s.get("/").status, s.get_plain("/").status] + [s.get("/").status for _ in range(5)]
        assert found == [200] * 6 + [429] * 2, found
        refused = s.get("/")
        assert 1 <= int(refused.field("Retry-After")) <= 60 and b"429 Too Many Requests" in refused.body, refused
        assert curl(s)[0] == 429 and int(curl(s)[1]["retry-after"]) <= 60
        assert s.get("/", source="127.0.0.2").status == 200
        assert s.get("/.well-known/acme-challenge/x").status == 404, "the CA is answered"
    with server({"rate": "20/s burst 1"}) as s:
        assert s.get("/").status == 200 and s.get("/").status == 429
        time.sleep(0.1)
        assert s.get("/").status == 200, "time brings it back"
