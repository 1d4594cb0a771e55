"""Who may see a site: by address, by password, how often; and whose word on the address counts."""
import subprocess

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
