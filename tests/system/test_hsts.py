"""Strict-Transport-Security (RFC 6797): governed by the certificate that serves, fixed, or off."""
import re

import postern
from lab import Lab
from postern import Postern

NAME, OTHER = "device.example.test", "other.example.test"
FIELD = "strict-transport-security"


def told(server, name, path="/"):
    return server.get(path, name).field(FIELD)


def test_governed_fixed_and_off():
    with Lab(nonce_reject=0, retry_after_authz=0, retry_after_order=0) as lab:
        sites = {NAME: {}, OTHER: {"certificate": "self-signed"},
                 "fixed.example.test": {"certificate": "self-signed", "hsts": "400d", "hsts_subdomains": "yes", "hsts_preload": "yes"}}
        with Postern(sites, lab=lab) as server:
            server.wait_issued(NAME)
            server.stop()
            server.start()      # it is looked at once a minute, and at the first request
            days = 90
            age = re.fullmatch(r"max-age=(\d+)", told(server, NAME))
            assert age and (days - 1) * 86400 < int(age[1]) <= days * 86400, told(server, NAME)
            assert told(server, NAME, "/not-there") is not None, "on a 404 too"
            assert told(server, OTHER) is None, "a self-signed one proves nothing"
            assert told(server, "fixed.example.test") == f"max-age={400 * 86400}; includeSubDomains; preload"
            assert server.get_plain("/", NAME).field(FIELD) is None, "never over plain HTTP (section 7.2)"


def test_off_and_the_redirect():
    with Postern({NAME: {"certificate": "self-signed", "hsts": "off"},
                  OTHER: {"certificate": "self-signed", "hsts": "1h", "names": f"{OTHER}, www.{OTHER}", "canonical": OTHER}}) as server:
        assert told(server, NAME) is None
        sent = server.get("/", f"www.{OTHER}")
        assert sent.status == 301 and sent.field(FIELD) == "max-age=3600", sent
    done = postern.run("check", "-c", server.ini_file)
    assert done.returncode == 0, done
