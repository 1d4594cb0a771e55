"""What an owner asks besides renewals: revoke, delete, and a dry run."""
import json
import ssl
import urllib.request

import http_client
from lab import Lab
from postern import Postern

NAME, OTHER = "device.example.test", "other.example.test"


def status_at_ca(lab, der):
    """What the CA says of a certificate: Pebble's management interface."""
    serial = http_client.describe(der, "-serial").strip().partition("=")[2].lower()
    context = ssl.create_default_context(cafile=lab.ca_file)
    with urllib.request.urlopen(f"{lab.management}/cert-status-by-serial/{serial}", timeout=10, context=context) as reply:
        return json.loads(reply.read())


def files_of(server, name):
    return [p for p in server.state.rglob("*") if name in p.name and p.parent.name in ("archive", "live")]


def listed(server):
    """Certificates on the disk that no site has configured."""
    return [one["name"] for one in server.document()["unconfigured"]]


def test_revoke_and_delete():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}, OTHER: {}}, lab=lab) as server:
        server.wait_issued(NAME)
        server.wait_issued(OTHER)
        first = server.der(NAME)
        assert server.command("revoke", NAME, "--reason", "weather").returncode == 64
        assert server.command("revoke", "nobody.example.test").returncode == 1
        done = server.command("revoke", NAME, "--reason", "keyCompromise")
        assert done.returncode == 0 and "revoked" in done.stdout, done
        said = status_at_ca(lab, first)
        assert said["Status"] == "Revoked" and said.get("Reason") == 1, said
        assert "Pebble" not in http_client.describe(server.der(NAME), "-issuer") and server.live(NAME) is None
        assert server.status()[NAME]["rung"] == "self-signed" and server.issued(OTHER)
        done = server.command("renew", NAME)
        assert done.returncode == 2 and "held back" in done.stdout, done
        server.stop()
        server.start()
        assert not server.issued(NAME), "a restart orders nothing either"
        assert server.renew(NAME).returncode == 0 and server.issued(NAME)
        second = server.der(NAME)
        assert server.renew(NAME).returncode == 0
        assert server.command("revoke", NAME).returncode == 0
        assert server.der(NAME) == second and server.status()[NAME]["rung"] == "previous", "the one before it serves"
        done = server.command("delete", NAME)
        assert done.returncode == 0 and not files_of(server, NAME), done
        assert status_at_ca(lab, second)["Status"] == "Valid", "delete does not revoke"
        assert not server.issued(NAME) and server.issued(OTHER)


def test_alone_and_what_is_no_longer_configured():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        server = Postern({NAME: {}, OTHER: {}}, lab=lab)
        with server:
            server.wait_issued(NAME)
            server.wait_issued(OTHER)
            shown = server.der(NAME)
            server.stop()
            done = server.command("revoke", NAME, "--delete")
            assert done.returncode == 0 and not files_of(server, NAME), done
            assert status_at_ca(lab, shown)["Status"] == "Revoked"
            del server.sites[OTHER]
            server.write_ini()
            server.start()
            assert not server.issued(NAME) and files_of(server, OTHER)
            assert listed(server) == [OTHER], "it is listed"
            assert f"  {OTHER}  until " in server.command("status").stdout
            server.stop()
            said = server.command("status")
            assert f"  {OTHER}  until " in said.stdout and "postern delete NAME" in said.stdout, said
            server.start()
            assert server.command("delete", OTHER).returncode == 0 and not files_of(server, OTHER)
            assert listed(server) == [] and "No longer configured" not in server.command("status").stdout
            assert server.command("delete", OTHER).returncode == 1
            server.sites[NAME]["key_type"] = "ec384"
            server.write_ini()
            assert server.command("reload").returncode == 0
            server.wait_issued(NAME)    # another configuration


def test_revoked_in_its_own_name():
    """Without the account, by the certificate's key (RFC 8555 section 7.6): every kind of key that we make."""
    for key_type in ("ec256", "ec384", "rsa2048"):
        with Lab(retry_after_authz=0, retry_after_order=0) as lab:
            server = Postern({NAME: {"key_type": key_type}}, lab=lab)
            with server:
                server.wait_issued(NAME)
                shown = server.der(NAME)
                server.stop()
                gone = list(server.state.glob("accounts/*/account.*"))
                assert len(gone) == 2, gone
                for path in gone:
                    path.unlink()
                done = server.command("revoke", NAME)
                assert done.returncode == 0 and "revoked" in done.stdout, (key_type, done)
                assert status_at_ca(lab, shown)["Status"] == "Revoked", key_type


def test_dry_run():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}}, lab=lab) as server:
        server.wait_issued(NAME)
        shown, live = server.der(NAME), server.live(NAME)
        http_client.until((server.state / "jobs" / f"{NAME}.ari").exists, 20, "the CA is asked about the renewal after issuing")
        before = {p: p.read_bytes() for p in server.state.rglob("*") if p.is_file()}
        lab.clear_log()
        done = server.command("renew", NAME, "--dry-run")
        assert done.returncode == 0 and "would issue it; nothing was kept" in done.stdout, done
        assert any(e.get("kind") == "cert" for e in lab.log())
        assert server.der(NAME) == shown and server.live(NAME) == live
        assert {p: p.read_bytes() for p in server.state.rglob("*") if p.is_file()} == before, "something was kept"
        lab.set_faults("authz-invalid")
        done = server.command("renew", "--dry-run")
        assert done.returncode == 1 and NAME in done.stdout, done
        assert server.status()[NAME]["last_problem"] is None and server.status()[NAME]["state"] == "valid"
