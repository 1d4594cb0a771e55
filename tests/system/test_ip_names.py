"""Certificates for IP addresses (RFC 8738), of both families, by both challenges."""
import ssl

import http_client
from lab import Lab, Tap
from postern import Postern

SPELT, SIX, FOUR = "0:0:0:0:0:0:0:1", "::1", "127.0.0.1"
FOLDERS = {"0-0-0-0-0-0-0-1": "IP Address:0:0:0:0:0:0:0:1", FOUR: f"IP Address:{FOUR}", "mixed": "IP Address:127.0.0.2"}


def shown_at(server, host):
    """The names of the certificate that a client sees who dials an address, and so sends no name."""
    with http_client.Conn(server.https_port, "", host=host) as conn:
        return http_client.describe(conn.sock.getpeercert(True), "-ext", "subjectAltName")


def play(pebble, challenge):
    with Lab(pebble, nonce_reject=0, retry_after_authz=0, retry_after_order=0, no_faulty=True) as lab:
        tap = Tap(lab)
        listeners = {key: ", ".join(f"{host}:{port}" for host in (FOUR, "127.0.0.2", "[::1]"))
                     for key, port in (("http", lab.http_port), ("https", lab.tls_port))}
        server = Postern({"mixed": {"names": "mixed.example.test, 127.0.0.2"}, FOUR: {}, SPELT: {}},
                         lab=lab, directory=tap.directory, server=listeners, acme={"challenge": challenge})
        with server:
            for folder, name in FOLDERS.items():
                http_client.until(lambda: server.live(folder), 30, f"live/{folder}")
                pem = (server.state / "live" / folder / "cert.pem").read_text()
                assert name in http_client.describe(ssl.PEM_cert_to_DER_cert(pem), "-ext", "subjectAltName"), folder
            asked = [i for e in tap.log if e.kind == "new-order" for i in e.payload["identifiers"]]
            assert len(asked) == 4 and {"type": "ip", "value": SIX} in asked and {"type": "ip", "value": FOUR} in asked, asked
            assert {e.document["type"] for e in tap.log if e.kind == "challenge"} == {challenge}
            assert FOLDERS[FOUR] in shown_at(server, FOUR) and FOLDERS["0-0-0-0-0-0-0-1"] in shown_at(server, SIX)
            status = server.status()
            assert status["0-0-0-0-0-0-0-1"]["names"] == [SIX] and status[FOUR]["rung"] == "public", status
        tap.close()


def test_http_01_with_pebble_of_debian_12():
    play("own", "http-01")


def test_http_01_with_newest_pebble():
    play("sid", "http-01")


def test_tls_alpn_01_with_newest_pebble():
    play("sid", "tls-alpn-01")
