"""preferred_chain with a CA that offers several (RFC 8555 section 7.4.2)."""
import re
import subprocess

from lab import Lab
from postern import Postern

NAME = "device.example.test"


def roots_of(lab):
    """Common names of the lab's roots, the first being that of the CA's first chain."""
    pems = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", lab.roots.read_text(), re.S)
    texts = [subprocess.run(["openssl", "x509", "-noout", "-subject"], input=pem, capture_output=True, text=True,
                            check=True).stdout for pem in pems]
    return [re.search(r"CN ?= ?(.*)", text)[1].strip() for text in texts]


def top(server):
    """Of what is installed: the issuer's common name of the last certificate."""
    chain = (server.state / "live" / NAME / "fullchain.pem").read_text()
    last = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", chain, re.S)[-1]
    said = subprocess.run(["openssl", "x509", "-noout", "-issuer"], input=last, capture_output=True, text=True, check=True)
    return re.search(r"CN ?= ?(.*)", said.stdout)[1].strip()


def play(pebble):
    with Lab(pebble, retry_after_authz=0, retry_after_order=0, alternate_roots=2, key_algorithm="ecdsa") as lab:
        roots = roots_of(lab)
        assert len(set(roots)) == 3, roots
        server = Postern({NAME: {}}, lab=lab, acme={"preferred_chain": roots[2]})
        with server:
            server.wait_issued(NAME)
            assert top(server) == roots[2], (top(server), roots)
            server.sections["acme"]["preferred_chain"] = "No Such Root"
            server.write_ini()
            assert server.command("reload").returncode == 0
            done = server.renew(NAME)
            assert done.returncode == 0 and "no chain ends below the preferred root No Such Root" in done.stdout, done
            assert top(server) == roots[0], (top(server), roots)


def test_with_pebble_of_debian_12():
    play("own")


def test_with_newest_pebble():
    play("sid")
