"""ACME Renewal Information (RFC 9773) with a real CA that has it: the window moved, broken, kept over a restart."""
import json
import subprocess
import time

import http_client
from lab import Lab
from postern import Postern

NAME = "device.example.test"


def tell(lab, server, *argv):
    """What the CA answers from now on for the certificate that serves."""
    certificate = server.state / "live" / NAME / "cert.pem"
    subprocess.run([*lab.tool, "ari", str(certificate), *argv], capture_output=True, check=True)


def renew(server):
    return server.command("renew", NAME)


def window(server):
    return json.loads(server.command("status", "--json").stdout)["certificates"][0]["ari"]


def test_window():
    with Lab("sid", retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}}, lab=lab) as server:
        server.wait_window(NAME)
        first = window(server)
        assert first and first["start"] <= first["moment"] < first["end"], first
        shown, generation = server.der(NAME), server.live(NAME)
        done = renew(server)
        assert done.returncode == 2 and "not due before" in done.stdout, done
        tell(lab, server, "--response", "{broken")
        done = renew(server)
        assert done.returncode == 2 and server.der(NAME) == shown, done
        moved = time.monotonic()
        tell(lab, server, "--start", "-2", "--end", "-1")
        done = renew(server)
        assert done.returncode == 0 and "installed" in done.stdout, done
        assert server.der(NAME) != shown and server.live(NAME) != generation
        took = time.monotonic() - moved
        assert took < 60, f"{took:.1f} s from the moving of the window to the new certificate"
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        assert server.wait_window(NAME)["start"] > now, "the window is of the old one, which the CA moved to the past"
        server.stop()
        server.start()
        done = renew(server)
        assert done.returncode == 2, done
        assert window(server), "kept over a restart"
        return f"renewed {took:.1f} s after the window was moved"
