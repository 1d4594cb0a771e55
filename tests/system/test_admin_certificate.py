"""[admin] certificate: which certificate the admin page shows, whatever name it is asked by, and by which names it may be asked."""
import re
import signal
import socket
import ssl
import time

import http_client
from admin_client import HASH, Admin
from postern import Postern
from shop import Shop
from test_own_files import NAME, Kept, der_of

FIRST = "first.example.test"
PRINT = "^its certificate is self-signed; the SHA-256 fingerprint is ([0-9A-F:]+)$"


def house(kept, certificate=NAME, site=None, **admin):
    """Two sites: the first with a certificate of its own making, the other with files."""
    return Postern({FIRST: {"certificate": "self-signed"}, NAME: {"certificate": f"{kept.chain} {kept.key}", **(site or {})}},
                   admin={"password_hash": HASH, "certificate": certificate, **admin})


def shown(server, name="", **more):
    return server.der(name, server.admin_port, **more)


def reload(server, certificate):
    """With another value; what the log says of it then."""
    server.sections["admin"]["certificate"] = certificate
    server.write_ini()
    before = len(server.log())
    server.signal(signal.SIGHUP)
    http_client.until(lambda: re.search("reloaded|reload_refused", server.log()[before:]), 5, "the reload is over", 0.01)
    return server.log()[before:]


def reloaded(server, certificate):
    said = reload(server, certificate)
    assert "reload_refused" not in said, said


def asked_as(server, host):
    return http_client.fetch(server.admin_port, "/login", host, sni=host).status


def test_a_sites_certificate_whoever_asks():
    kept = Kept(Shop())
    with house(kept) as server:
        want = der_of(kept.chain.read_text())
        for name in ("", FIRST, NAME, "localhost", "nobody.example.test"):
            for version in ("1.2", "1.3"):
                assert shown(server, name, tls=http_client.context(version=version)) == want, (name, version)
        assert server.der("") == server.der(FIRST) != want, "visitors are shown what they ask for"
        assert server.der(NAME) == want
        assert not re.search("fingerprint is", server.log())


def test_a_new_one_is_shown_at_once():
    kept = Kept(Shop())
    with house(kept) as server, http_client.Conn(server.admin_port, "") as held:
        assert held.request("/login").status == 200
        waited = []
        for _ in range(3):
            chain, key = kept.sell()
            kept.put(chain, key)
            began = time.monotonic()
            http_client.until(lambda: shown(server) == der_of(chain), 5, "the new one is shown")
            waited.append(time.monotonic() - began)
            assert held.request("/login").status == 200, "a connection that is there goes on"
    assert max(waited) < 1, waited
    return f"{max(waited):.2f} s at most behind the files"


def test_both_kinds_of_key():
    shop = Shop()
    ec, rsa = Kept(shop), Kept(shop, rsa=True)
    old = http_client.context(version="1.2")
    old.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with house(ec, site={"certificate": f"{ec.chain} {ec.key}, {rsa.chain} {rsa.key}"}) as server:
        assert shown(server) == der_of(ec.chain.read_text())
        assert shown(server, tls=old) == der_of(rsa.chain.read_text())
        chain, key = rsa.sell(rsa=True)
        rsa.put(chain, key)
        http_client.until(lambda: shown(server, tls=old) == der_of(chain), 5, "the other kind's new one is shown")
        assert shown(server) == der_of(ec.chain.read_text())


def test_by_which_names():
    kept = Kept(Shop(), names=(NAME, "*.own.example.test"))
    with house(kept, site={"names": f"{NAME}, *.own.example.test"}, hosts="router.lan") as server:
        ways = {NAME: 200, "any.own.example.test": 200, "router.lan": 200, "127.0.0.1": 200, "a.b.own.example.test": 421,
                FIRST: 421, "evil.example.test": 421, f"{NAME}.evil.example.test": 421}
        assert {host: asked_as(server, host) for host in ways} == ways
        for certificate in ("auto", "self-signed", FIRST):
            reloaded(server, certificate)
            assert asked_as(server, NAME) == 421 and asked_as(server, "router.lan") == 200, certificate
            assert asked_as(server, FIRST) == (200 if certificate == FIRST else 421)


def test_to_and_fro():
    kept = Kept(Shop())
    with house(kept, "auto") as server, http_client.Conn(server.admin_port, NAME) as held:
        files, first = der_of(kept.chain.read_text()), server.der(FIRST)
        assert (shown(server), shown(server, FIRST), shown(server, NAME)) == (first, first, files), "by name, as it always was"
        seen = {}
        for certificate in (NAME, "self-signed", FIRST, "auto", "self-signed", NAME.upper(), None):
            reloaded(server, certificate)
            http_client.until(lambda: certificate != "self-signed" or "admin" in server.status(), 5, "it has one of its own")
            now = seen.setdefault(certificate, shown(server, FIRST))
            assert shown(server, FIRST) == now, f"{certificate}: the same as before"
            assert held.request("/login").status == 200, certificate
        own = seen["self-signed"]
        assert own not in (files, first) and shown(server) == shown(server, FIRST) == first
        assert (seen[NAME], seen[NAME.upper()], seen[FIRST], seen["auto"]) == (files, files, first, first)
        assert "admin" not in server.status() and "restart_needed" not in server.log()
        said = server.command("monitor")
        assert said.returncode != 0 or "admin" not in said.stdout, said


def test_monitor_looks_at_what_visitors_see():
    with Postern({FIRST: {"certificate": "self-signed"}}, admin={"password_hash": HASH, "certificate": "self-signed"}) as server:
        said = server.command("monitor")
        assert said.returncode == 0 and "1 name in order" in said.stdout, said


def test_a_site_that_is_not_there():
    kept = Kept(Shop())
    with house(kept) as server:
        files = der_of(kept.chain.read_text())
        said = reload(server, "onw.example.test")
        line = server.ini_file.read_text().split("\n").index("certificate = onw.example.test") + 1
        why = f"{server.ini_file}:{line}: [admin] certificate: there is no [site onw.example.test]; did you mean {NAME}? " \
              f"allowed: auto, self-signed, {FIRST}, {NAME}"
        assert "reload_refused" in said and why in said, said
        assert why in server.command("check").stderr + server.command("check").stdout
        assert shown(server) == files
        gone = server.sites.pop(NAME)
        said = reload(server, NAME)
        assert "reload_refused" in said and f"there is no [site {NAME}]" in said, said
        assert shown(server) == server.der(NAME) == files, "the page and the site go on"
        server.sites[NAME] = gone
        reloaded(server, NAME)


def test_the_editor_changes_it():
    kept = Kept(Shop())
    with house(kept, "auto") as server:
        owner = Admin(server)
        for value in (NAME, "auto"):
            now = owner.json("/api/v1/config")
            text = re.sub("(?m)(^listen = .*\n(?:.*\n)*?)certificate = .*$", rf"\g<1>certificate = {value}", now["text"], count=1)
            reply = owner.put("/api/v1/config", {"text": text}, fields=[("If-Match", now["etag"])])
            assert reply.status == 200, reply
            assert owner.post("/api/v1/reload").status == 200
            assert shown(server) == (der_of(kept.chain.read_text()) if value == NAME else server.der(FIRST)), value
        now = owner.json("/api/v1/config")
        text = now["text"].replace("certificate = auto", "certificate = nothing.example.test")
        reply = owner.put("/api/v1/config", {"text": text}, fields=[("If-Match", now["etag"])])
        assert reply.status == 422 and b"there is no [site nothing.example.test]" in reply.body, reply


def test_the_fingerprint_is_told_of_what_is_shown():
    for certificate in ("self-signed", FIRST, NAME):
        kept = Kept(Shop())
        server = house(kept, certificate)
        del server.sections["admin"]["password_hash"]
        server.write_ini()
        with server:
            server.wait_for("the admin page waits for its set-up")
            told = re.search(PRINT, server.log(), re.M)
            if certificate == NAME:
                assert not told, "a CA has signed it"
                continue
            of_it = http_client.describe(shown(server), "-fingerprint", "-sha256").strip().partition("=")[2]
            assert told and told[1] == of_it, (certificate, told, of_it)


def session_at(port, tls, session=None):
    """(whether it was resumed, the session)"""
    with socket.create_connection(("127.0.0.1", port), 5) as plain, tls.wrap_socket(plain, server_hostname=NAME, session=session) as line:
        line.sendall(http_client.request_bytes("/login", NAME))
        line.recv(65536)
        return line.session_reused, line.session


def test_sessions_are_not_shared():
    kept = Kept(Shop())
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        tls = http_client.context()
        tls.minimum_version = tls.maximum_version = version
        with house(kept) as server:
            ours, theirs = session_at(server.admin_port, tls)[1], session_at(server.https_port, tls)[1]
            assert session_at(server.admin_port, tls, ours)[0] and session_at(server.https_port, tls, theirs)[0], "each at its own"
            assert not session_at(server.admin_port, tls, theirs)[0], "that of the site whose certificate it shows"
            assert not session_at(server.https_port, tls, ours)[0]
            reloaded(server, NAME)
            assert session_at(server.admin_port, tls, ours)[0], "over a reload that changes nothing"
            reloaded(server, FIRST)
            assert not session_at(server.admin_port, tls, ours)[0], "that was with another certificate"
