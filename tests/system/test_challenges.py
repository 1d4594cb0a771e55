"""Which challenge is answered: tls-alpn-01 (RFC 8737) at the listener of the sites, and what is done where the CA does
not offer what is preferred."""
import ssl

import http_client
from lab import Lab, Tap
from postern import Postern

NAME, OTHER = "device.example.test", "www.device.example.test"
ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31"


def types(log):
    """Of the challenges that were answered, in order."""
    return [e.document["type"] for e in log if e.kind == "challenge"]


def ask(server, name, *protocols):
    """What a handshake at the HTTPS port shows a client of these protocols: (certificate in words, protocol chosen)."""
    context = http_client.context()
    context.set_alpn_protocols(protocols)
    with http_client.Conn(server.https_port, name, context) as conn:
        return http_client.describe(conn.sock.getpeercert(True), "-text"), conn.sock.selected_alpn_protocol()


def refused(server, name):
    """Whether a client that asks for the challenge of that name gets the alert that RFC 8737 section 3 asks for."""
    try:
        ask(server, name, "acme-tls/1")
    except ssl.SSLError as error:
        assert "UNRECOGNIZED_NAME" in str(error).upper().replace(" ", "_"), error
        return True
    return False


def by_tls_alpn(pebble):
    seen = []

    def before(exchange):
        """The CA is about to be told that the proof is there: who asks for it as the CA does sees it, nobody else."""
        if exchange.kind != "challenge":
            return
        for name in (NAME, OTHER):
            if refused(server, name):
                continue
            text, protocol = ask(server, name, "acme-tls/1")
            assert protocol == "acme-tls/1" and f"DNS:{name}\n" in text and ACME_IDENTIFIER + ": critical" in text, text
            seen.append(name)
        assert refused(server, "unknown.example.test")
        for protocols in (("http/1.1",), ("http/1.1", "acme-tls/1")):
            text, protocol = ask(server, NAME, *protocols)
            assert ACME_IDENTIFIER not in text and protocol == "http/1.1", text

    with Lab(pebble, nonce_reject=0, no_faulty=True) as lab:
        tap = Tap(lab, before)
        server = Postern({NAME: {"names": f"{NAME}, {OTHER}"}}, lab=lab, directory=tap.directory, server={"http": "off"})
        with server:
            server.wait_issued(NAME)
            assert types(tap.log) == ["tls-alpn-01"] * 2 and set(seen) == {NAME, OTHER}, (types(tap.log), seen)
            assert refused(server, NAME), "it is taken down when it has done its work"
            assert server.get("/", OTHER).status == 200
        tap.close()


def test_tls_alpn_with_pebble_of_debian_12():
    by_tls_alpn("own")


def test_tls_alpn_with_newest_pebble():
    by_tls_alpn("sid")


def renew_with_proof(server, lab, succeeds):
    """A renewal for which the CA wanted a proof.  Pebble wants none for one order in a hundred that its account has proven
    before, although PEBBLE_AUTHZREUSE is 0 (it compares with > where >= was meant)."""
    for _ in range(5):
        shown = server.der(NAME)
        lab.clear_log()
        done = server.renew(NAME)
        asked = [e for e in lab.log() if e.get("kind") == "challenge"]
        if done.returncode == 0 and not asked:
            continue
        assert len(asked) == (1 if succeeds else 0) and done.returncode == (0 if succeeds else 1), (done, asked)
        assert (server.der(NAME) != shown) == succeeds, "what serves"
        return
    raise AssertionError("the CA wants no proof, five times")


def test_another_challenge_where_the_preferred_one_is_not_offered():
    with Lab(nonce_reject=0) as lab, Postern({NAME: {}}, lab=lab) as server:
        server.wait_issued(NAME)
        lab.set_faults("no-http-01")
        renew_with_proof(server, lab, succeeds=True)
        lab.set_faults("no-challenges")
        renew_with_proof(server, lab, succeeds=False)
        problem = server.status()[NAME]["last_problem"]
        assert problem["type"] == "challenge" and f"{NAME}: no http-01 or tls-alpn-01" in problem["detail"], problem
        assert "offered: none" in problem["detail"], problem
        server.sections["acme"]["challenge"] = "http-01"
        server.write_ini()
        lab.set_faults("no-http-01")
        assert server.command("reload").returncode == 0
        renew_with_proof(server, lab, succeeds=False)
        shown = server.der(NAME)
        detail = server.status()[NAME]["last_problem"]["detail"]
        assert f"{NAME}: no http-01 that can be answered; offered: " in detail and "tls-alpn-01" in detail, detail
        lab.clear_faults()
        assert server.renew(NAME).returncode == 0 and server.der(NAME) != shown
