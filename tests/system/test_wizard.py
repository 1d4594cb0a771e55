"""The first start of a device: from the sample's INI to a certificate, by the API that the page uses; and what it refuses."""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import http_client
import postern
from admin_client import HASH, Admin
from lab import TOOLS, Lab
from postern import Postern, Skip

NAME, OTHER = "device.example.test", "www.device.example.test"
SITE = "/api/v1/first-site"


def fresh_ini(server, lab=None, end="\n"):
    """What `postern init` writes, at the ports and with the CA of a test; every other line of the sample is in it."""
    sample = server.folder / "sample.ini"
    sample.unlink(missing_ok=True)
    done = postern.run("init", sample)
    assert done.returncode == 0, done
    text = sample.read_text()
    put = {f"{key} = ": value for key, value in ({"user": None, "group": None} | server.sections["server"] | server.sections["admin"]).items()}
    if lab:
        put |= {"ca = letsencrypt\n": lab.directory, "ca_file = /etc/ssl/my-ca.pem\n": server.sections["acme"]["ca_file"]}
    for line, value in put.items():
        pattern = rf"^#?{re.escape(line)}" + ("" if line.endswith("\n") else r".*\n")
        key = line.split(" = ")[0]
        text, count = re.subn(pattern, "" if value is None else f"{key} = {value}\n", text, count=1, flags=re.M)
        assert count == 1, line
    server.ini_file.write_bytes(text.replace("\n", end).encode())
    postern.own(server.ini_file)
    return server.ini_file.read_bytes()


def device(lab=None, **more):
    server = Postern(lab=lab, admin={"password_hash": HASH, **more.pop("admin", {})}, **more)
    return server


def ask(owner, wish, etag, status):
    reply = owner.post(SITE, wish, fields=[("If-Match", etag)] if etag else [])
    assert reply.status == status, reply
    return json.loads(reply.body)


def follow(owner, job):
    def look():
        view = owner.json(f"/api/v1/jobs/{job}")
        return view if view["done"] else None
    return http_client.until(look, 60, f"job {job} ends", 0.1)


def look(owner, names):
    reply = owner.post("/api/v1/preflight", {"names": names})
    assert reply.status == 202, reply
    http_client.until(lambda: not owner.json("/api/v1/findings")["running"], 60, "it ends", 0.1)
    found = owner.json("/api/v1/findings")
    assert found["names"] == names, found
    return found


def differing(old, new):
    old, new = old.splitlines(keepends=True), new.splitlines(keepends=True)
    assert len(old) == len(new)
    return [(a, b) for a, b in zip(old, new) if a != b]


def play(end):
    with Lab(retry_after_authz=0, retry_after_order=0, nonce_reject=0) as lab:
        server = device(lab)
        old = fresh_ini(server, lab, end)
        with server:
            owner = Admin(server)
            page = owner.get("/").body
            assert b'href="#start"' in page and b"set agree_tos = yes below [acme]" in page, "the page speaks of it, without scripts too"
            first = owner.json(SITE)
            assert first["open"] and not first["asks"] and first["section"] == "site example.org" and not first["names"], first
            assert first["ca"]["directory"] == lab.directory and not first["ca"]["choices"] and not first["why_kept"], first
            found = look(owner, [NAME, OTHER])
            assert found["level"] != "fault" and {f["about"] for f in found["findings"] if f["check"] == "name"} == {NAME, OTHER}, found
            done = ask(owner, {"names": [NAME.upper(), OTHER], "agree_tos": True, "email": "me@example.org"}, first["etag"], 200)
            assert done["in_force"] and done["certificate"] == NAME and done["job"], done
            lines = differing(old, server.ini_file.read_bytes())
            nl = end.encode()
            assert [b for _, b in lines] == [line.encode() + nl for line in (
                "agree_tos = yes", "email = me@example.org", f"[site {NAME}]", f"names = {NAME}, {OTHER}", "certificate = acme")], lines
            assert [c["now"].encode() + nl for c in done["changes"]] == [b for _, b in lines], done["changes"]
            assert (server.folder / "postern.ini.previous").read_bytes() == old
            job = follow(owner, done["job"])
            assert job["ok"] and job["changed"] and len(job["steps"]) >= 3 and [s for s in job["steps"] if s["text"].startswith("installed")], job
            assert server.issued(NAME) and server.status()[NAME]["rung"] == "public"
            assert len(re.findall(r" acme.installed ", server.log())) == 1, "once, not once by the job and once by itself"
            assert b'href="#start"' not in owner.get("/").body, "it goes away"
            now = owner.json(SITE)
            assert not now["open"], now
            assert ask(owner, {"names": [NAME], "agree_tos": True}, now["etag"], 409)["paste"] == []


def test_from_the_sample_to_a_certificate():
    play("\n")


def test_a_file_from_windows():
    play("\r\n")


def test_a_way_back_after_names_that_fail():
    wrong, right = "tpyo.example.test", NAME
    with Lab(retry_after_authz=0, retry_after_order=0, nonce_reject=0) as lab:
        server = device(lab)
        fresh_ini(server, lab)
        lab.dns("a", wrong, "127.0.0.3")
        with server:
            owner = Admin(server)
            assert look(owner, [wrong])["level"] == "fault"
            done = ask(owner, {"names": [wrong], "agree_tos": True}, owner.json(SITE)["etag"], 200)
            job = follow(owner, done["job"])
            assert not job["ok"] and not job["changed"], job
            assert server.status()[wrong]["last_problem"]["advice"], "what to do"
            first = owner.json(SITE)
            assert first["open"] and first["asks"] and first["names"] == [wrong] and first["section"] == f"site {wrong}", first
            done = ask(owner, {"names": [right], "agree_tos": True}, first["etag"], 200)
            assert done["certificate"] == right and [c["now"] for c in done["changes"]] == [f"[site {right}]", f"names = {right}"], done
            assert follow(owner, done["job"])["ok"] and server.issued(right)


def test_what_is_refused():
    server = device()
    old = fresh_ini(server)
    with server:
        owner = Admin(server)
        etag = owner.json(SITE)["etag"]
        good = {"names": [NAME], "agree_tos": True}
        for wish in ({}, {"names": []}, {"agree_tos": True}, {**good, "names": "a"}, {**good, "names": [7]}, {**good, "agree_tos": "yes"},
                     {**good, "email": 7}, {**good, "more": 1}, [good], b"", b"no JSON", {"names": ["x" * 70000], "agree_tos": True}):
            ask(owner, wish, etag, 400)
        for wish, key in (({**good, "agree_tos": False}, "agree_tos"), ({**good, "names": []}, "names"), ({**good, "names": ["https://a.example/"]}, "names"),
                          ({**good, "names": ["*.example.org"]}, "names"), ({**good, "names": ["a b"]}, "names"), ({**good, "names": ["a.example\n[acme]"]}, "names"),
                          ({**good, "names": [f"n{i}.example" for i in range(101)]}, "names"), ({**good, "email": "a@b\nca = x"}, "email"),
                          ({**good, "email": "nobody"}, "email"), ({**good, "ca": "zerossl"}, "ca"), ({**good, "ca": "https://evil.example/"}, "ca")):
            faults = ask(owner, wish, etag, 422)["faults"]
            assert [f["key"] for f in faults] == [key] and faults[0]["text"], (wish, faults)
        ask(owner, good, None, 428)
        stale = ask(owner, good, '"other"', 412)
        assert stale["etag"] == etag and stale["text"].encode() == old
        assert server.ini_file.read_bytes() == old and not (server.folder / "postern.ini.previous").exists()
        names = lambda body: json.loads(owner.post(SITE + "/check", body).body)
        assert names({"names": ["A.Example", "2001:DB8:0::1", "a.example"]}) == {"names": ["a.example", "2001:db8::1"], "faults": []}
        assert [f["key"] for f in names({"names": ["a.example", "a_b", "", "-"]})["faults"]] == ["names"] * 3
        assert names({})["faults"] and owner.post(SITE + "/check", {"name": ["a"]}).status == 400


def test_names_to_look_at_are_bounded_and_one_look_at_a_time():
    with Lab() as lab:      # a DNS that answers, and a directory
        server = device(lab)
        fresh_ini(server, lab)
        with server:
            owner = Admin(server)
            start = lambda body: owner.post("/api/v1/preflight", body)
            assert start({"names": [f"n{i}.example.test" for i in range(101)]}).status == 422
            assert start({"names": ["a.example.test", "no name"]}).status == 422
            assert start({"names": "a.example.test"}).status == 400 and start({"name": []}).status == 400
            assert start({"names": [f"n{i}.example.test" for i in range(100)]}).status == 202
            assert start({"names": [NAME]}).status == 409 and start(None).status == 409, "one at a time"
            http_client.until(lambda: not owner.json("/api/v1/findings")["running"], 120, "it ends", 0.2)
            assert len(owner.json("/api/v1/findings")["names"]) == 100
            assert start({}).status == 202, "of all that is configured"
            http_client.until(lambda: not owner.json("/api/v1/findings")["running"], 60, "it ends", 0.2)
            assert owner.json("/api/v1/findings")["names"] == []


def test_a_file_that_is_not_ours_to_write():
    server = device()
    old = fresh_ini(server)
    with server:
        owner = Admin(server)
        os.chmod(server.folder, 0o555)
        try:
            first = owner.json(SITE)
            assert "may not write" in first["why_kept"], first
            told = ask(owner, {"names": [NAME], "agree_tos": True, "email": "me@example.org"}, first["etag"], 409)
            assert "may not write" in told["detail"] and [p["lines"] for p in told["paste"]] == [
                ["agree_tos = yes", "email = me@example.org"], [f"names = {NAME}", "certificate = acme"]], told
            assert told["paste"][1]["where"] == f"[site example.org], {server.ini_file}", told
            ask(owner, {"names": [NAME], "agree_tos": True, "email": "no address"}, first["etag"], 422)
        finally:
            os.chmod(server.folder, 0o755)
        assert server.ini_file.read_bytes() == old


def test_a_site_of_ones_own_is_no_first_one():
    with Lab() as lab:
        with Postern({"a.example.test": {}, "b.example.test": {}}, lab=lab, admin={"password_hash": HASH}) as server:
            owner = Admin(server)
            old = server.ini_file.read_bytes()
            first = owner.json(SITE)
            assert not first["open"], first
            ask(owner, {"names": [NAME], "agree_tos": True}, first["etag"], 409)
            assert server.ini_file.read_bytes() == old


def apart(function):
    """Runs a function of this file in a network of its own."""
    if os.geteuid() != 0:
        raise Skip("needs root")
    inner = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); sys.dont_write_bytecode = True\n" \
            f"import postern, test_wizard\ntry:\n    test_wizard.{function}()\n" \
            "finally:\n    postern.end_all(); postern.remove_scratch()\n"
    done = subprocess.run([TOOLS / "in-namespace", sys.executable, "-c", inner], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0 and "all holds" in done.stdout, done.stdout + done.stderr


def with_addresses():
    """A machine with a public address and no name, at an authority that has profiles."""
    for address in ("1.2.3.4/32", "2a00::4/128"):
        subprocess.run(["ip", "addr", "add", address, "dev", "lo"], check=True)
    with Lab("sid", http_port=80, tls_port=443, dns_port=53, nonce_reject=0, retry_after_authz=0, retry_after_order=0) as lab:
        server = device(lab, as_root=True, server={"user": postern.NOBODY, "group": postern.NOBODY, "http": "[::]:80", "https": "[::]:443"})
        fresh_ini(server, lab)
        with server:
            owner = Admin(server)
            first = owner.json(SITE)
            assert first["addresses"] == ["1.2.3.4", "2a00::4"], first
            assert look(owner, ["1.2.3.4"])["level"] != "fault"
            done = ask(owner, {"names": ["1.2.3.4"], "agree_tos": True}, first["etag"], 200)
            assert done["certificate"] == "1.2.3.4" and follow(owner, done["job"])["ok"], done
            assert server.status()["1.2.3.4"]["rung"] == "public"
    print("in the namespace: all holds")


def test_an_address_in_place_of_a_name():
    Lab("sid").down()       # so that Pebble is fetched: there is no network inside
    apart("with_addresses")


def test_an_address_at_lets_encrypt_gets_its_profile():
    """In a network where nobody is: Let's Encrypt itself is asked nothing."""
    apart("at_lets_encrypt")


def at_lets_encrypt():
    server = device()
    old = fresh_ini(server)
    with server:
        owner = Admin(server)
        first = owner.json(SITE)
        assert first["ca"]["name"] == "letsencrypt" and first["ca"]["terms"].startswith("https://letsencrypt.org/"), first
        done = ask(owner, {"names": ["1.2.3.4"], "agree_tos": True, "ca": "letsencrypt-staging"}, first["etag"], 200)
        assert [b for _, b in differing(old, server.ini_file.read_bytes())] == [
            b"ca = letsencrypt-staging\n", b"agree_tos = yes\n", b"[site 1.2.3.4]\n", b"names = 1.2.3.4\n", b"certificate = acme\n",
            b"profile = shortlived\n"], done
        job = follow(owner, done["job"])
        assert not job["ok"] and server.status()["1.2.3.4"]["last_problem"]["type"], job
    print("in the namespace: all holds")
