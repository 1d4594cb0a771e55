"""A CA that makes accounts only for those whom it knows already (RFC 8555 section 7.3.4)."""
import base64
import json

import http_client
from lab import Lab
from postern import Postern

NAME = "device.example.test"
KEY = base64.urlsafe_b64encode(bytes(range(48))).decode()
WRONG = base64.urlsafe_b64encode(bytes(48)).decode()


def failed_with(server, kind):
    problem = server.status()[NAME]["last_problem"]
    return problem if problem and problem["type"] == kind else None


def looked_at(server):
    """(exit status, the finding on the CA) of a look before the next order."""
    done = server.command("check", "--preflight", "--json", seconds=75)
    return done.returncode, [f for f in json.loads(done.stdout)["findings"] if f["check"] == "ca"][0]


def play(pebble):
    with Lab(pebble, retry_after_authz=0, retry_after_order=0, nonce_reject=0, eab=f"kid-1={KEY}") as lab:
        server = Postern({NAME: {}}, lab=lab)
        with server:
            http_client.until(lambda: failed_with(server, "externalAccountRequired"), 20, "it is told what is missing")
            assert not [e for e in lab.log() if e.get("kind") == "new-account"]
            status, finding = looked_at(server)
            assert status == 2 and finding["level"] == "fault" and "`externalAccountRequired`" in finding["result"], finding
            assert [line.split(" = ")[0] for line in finding["paste"][0]["lines"]] == ["eab_kid", "eab_hmac_key"], finding
            server.sections["acme"].update(eab_kid="kid-1", eab_hmac_key=WRONG)
            server.write_ini()
            assert "has the keys" in looked_at(server)[1]["seen"]       # whether they are right only an order tells
            assert server.command("reload").returncode == 0
            problem = http_client.until(lambda: failed_with(server, "eab"), 20, "the wrong key is told")
            assert "kid-1" in problem["detail"] and "eab_hmac_key" in problem["advice"], problem
            assert len([e for e in lab.log() if e.get("kind") == "new-account"]) == 1, "it is not tried again"
            secret = server.folder / "eab.key"
            secret.write_text(KEY + "\n")
            secret.chmod(0o644)
            server.sections["acme"].update(eab_hmac_key=None, eab_hmac_key_file=secret)
            server.write_ini()
            assert server.command("reload").returncode == 0
            server.wait_issued(NAME)
            status, finding = looked_at(server)
            assert status == 0 and finding["level"] == "ok" and "ours is made" in finding["seen"], finding
            printed = server.command("check", "--print").stdout
            assert KEY not in printed + server.log() and WRONG not in server.log(), "a secret is shown"


def test_with_pebble_of_debian_12():
    play("own")


def test_with_newest_pebble():
    play("sid")
