"""`postern monitor`: what a Nagios would see of a server that runs, waits, or is gone."""
import re

from lab import Lab
from postern import Postern

NAME = "device.example.test"
NUMBERS = r"'%s'=\d+s;\d+:;\d+:;0;\d+" % re.escape(NAME)


def monitor(server, *argv):
    done = server.command("monitor", *argv)
    assert done.stdout.count("\n") == 1 and not done.stderr, done
    return done.returncode, done.stdout


def test_states():
    sites = {NAME: {"names": f"{NAME}, www.{NAME}"}}
    with Lab(retry_after_authz=0, retry_after_order=0) as lab, Postern(sites, lab=lab) as server:
        server.wait_issued(NAME)
        status, line = monitor(server)
        assert status == 0 and re.match(rf"CERTIFICATES OK - 2 names in order, .* ends first: \d+ days left \| {NUMBERS}$", line), line
        status, line = monitor(server, "--warning", "36500d")
        assert status == 1 and "CERTIFICATES WARNING - " in line, line
        status, line = monitor(server, "--warning=36500d", "--critical=36400d")
        assert status == 2 and f"CERTIFICATES CRITICAL - {NAME}: " in line, line
        status, line = monitor(server, "--critical", "soon")
        assert status == 3 and "--critical" in line, line
        server.sites["localhost"] = {"certificate": "self-signed"}      # not reloaded: a name that is not served yet
        server.write_ini()
        status, line = monitor(server)
        assert status == 2 and "localhost: the certificate that is served is for other names; 2 more in order" in line, line
        server.stop()
        status, line = monitor(server)
        assert status == 3 and "Connection refused" in line and "|" not in line, line
        server.write_ini("[server]\nhttsp = off\n")
        status, line = monitor(server)
        assert status == 3 and "postern check -c" in line, line


def test_self_signed():
    """Where a CA's is wanted it is critical, where it is what was asked for it is not."""
    sites = {NAME: {"certificate": "acme"}, "own.example.test": {"certificate": "self-signed"}}
    with Postern(sites, acme={"ca": "https://nobody.invalid/dir", "agree_tos": "yes"}) as server:
        status, line = monitor(server)
        assert status == 2 and f"{NAME}: a self-signed certificate is served; 1 more in order" in line, line
        server.sections["server"]["https"] = f"[::]:{server.https_port}"
        server.sites.pop(NAME)
        server.write_ini()
        assert server.command("reload").returncode == 0
        status, line = monitor(server)
        assert status == 0 and "1 name in order" in line, line
