"""Which site answers, and under which certificate: names, wildcards of one label, addresses, the canonical name; over HTTP, HTTPS
and HTTP/2."""
import subprocess

import http_client
import postern
from http_client import Conn
from postern import Postern
from shop import Shop

W = "w.example.test"
HOME = "home.example.test"


def files_of(text):
    root = postern.scratch(text)
    (root / "index.html").write_text(text)
    postern.own(root)
    return root


def sold(shop, name, names):
    leaf, middle, key = shop.sell(name, names)
    folder = postern.scratch("sold")
    (folder / "chain.pem").write_text(leaf + middle)
    (folder / "key.pem").write_text(key)
    postern.own(folder)
    return f"{folder}/chain.pem {folder}/key.pem"


def by_curl(server, version, host):
    """(status, body, Location) as curl has it."""
    done = subprocess.run(["curl", "-sk", f"--{version}", "--max-time", "5", "--resolve", f"{host}:{server.https_port}:127.0.0.1",
                           "-w", "\n%{http_code} %{http_version} %{redirect_url}", f"https://{host}:{server.https_port}/"],
                          capture_output=True, text=True)
    body, _, last = done.stdout.rpartition("\n")
    status, spoken, *to = last.split(" ")
    assert spoken == {"http2": "2", "http1.1": "1.1"}[version], done
    return int(status), body, to[0] if to else ""


def test_wildcards_addresses_and_canonical_names():
    shop = Shop()
    sites = {
        "wild": {"names": f"*.{W}", "root": files_of("wild"), "certificate": sold(shop, "wild", [f"*.{W}"])},
        "exact": {"names": f"exact.{W}", "root": files_of("exact"), "certificate": "self-signed"},
        "home": {"names": f"{HOME}, www.{HOME}, *.{HOME}", "canonical": HOME, "root": files_of("home"),
                 "certificate": sold(shop, "home", [HOME, f"*.{HOME}"])},
        "address": {"names": "127.0.0.1", "root": files_of("address"), "certificate": "self-signed"},
    }
    with Postern(sites) as s:
        to_home = f"https://{HOME}:{s.https_port}/"
        rows = [    # host, its certificate's names (None: whatever), status, body, Location
            (f"x.{W}", f"DNS:*.{W}", 200, "wild", ""), (f"X.{W}".upper(), f"DNS:*.{W}", 200, "wild", ""),
            (f"exact.{W}", f"DNS:exact.{W}", 200, "exact", ""), (HOME, f"DNS:{HOME}", 200, "home", ""),
            (f"www.{HOME}", f"DNS:*.{HOME}", 301, None, to_home), (f"any.{HOME}", f"DNS:*.{HOME}", 301, None, to_home),
            (W, None, 421, None, ""), (f"a.b.{W}", None, 421, None, ""), ("x.example.test", None, 421, None, ""),
            (f"a.b.{HOME}", None, 421, None, ""),
        ]
        for host, names, status, body, to in rows:
            if names:
                assert names in http_client.describe(s.der(host), "-ext", "subjectAltName"), host
            for version in ("http1.1", "http2"):
                got = by_curl(s, version, host)
                assert (got[0], got[2].lower()) == (status, to) and (body is None or got[1] == body), f"{host} {version}: {got}"
                assert status != 421 or host not in got[1], got
            plain = s.get_plain("/", host)
            sent_to = to or f"https://{host.lower()}:{s.https_port}/"
            assert (plain.status, plain.field("Location")) == ((421, None) if status == 421 else (301, sent_to)), f"{host}: {plain}"
        # Who dials an address sends no name (RFC 6066 section 3), and gets that site's certificate.
        with Conn(s.https_port, "") as c:
            assert "IP Address:127.0.0.1" in http_client.describe(c.sock.getpeercert(True), "-ext", "subjectAltName")
            assert c.request("/", "127.0.0.1").body == b"address"
            assert c.request("/", f"127.0.0.1:{s.https_port}").body == b"address"
        # All that one wildcard names may be asked for over one connection; what has a certificate of its own may not, though the
        # wildcard would cover it, nor what has another (RFC 9110 section 7.4).
        with Conn(s.https_port, f"x.{W}") as c:
            answers = [c.request("/", host).status for host in (f"y.{W}", f"exact.{W}", HOME, "127.0.0.1")]
            assert answers == [200, 421, 421, 421], answers
    return f"{len(rows)} names, three protocols"
