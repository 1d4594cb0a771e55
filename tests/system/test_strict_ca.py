"""What a CA may do to its clients: refuse nine nonces in ten, ask for no proof again, be strict, sign through three others."""
import re
import subprocess

from lab import Lab
from postern import Postern
from test_chains import roots_of, top

NAME = "device.example.test"
RENEWALS = 20
QUICK = {"retry_after_authz": 0, "retry_after_order": 0}
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.S)


def renew(server, say=""):
    before = server.der(NAME)
    done = server.renew(NAME)
    assert done.returncode == 0, f"{say}: {done.returncode} {done.stdout}{done.stderr}"
    assert server.der(NAME) != before and server.issued(NAME)


def test_nine_nonces_of_ten_are_refused():
    with Lab(nonce_reject=90, no_faulty=True, **QUICK) as lab, Postern({NAME: {}}, lab=lab) as server:
        server.wait_issued(NAME, 60)
        first = lab.requests()["all"]
        for n in range(RENEWALS):
            renew(server, f"renewal {n + 1} of {RENEWALS}")
        each = (lab.requests()["all"] - first) / RENEWALS
        assert each > 40, f"{each} requests a renewal: few nonces were refused"
        return f"{RENEWALS} renewals of {RENEWALS}, {each:.0f} requests each"


def reuse(pebble):
    """The first order proves the name; from then on the CA has an order ready at once (RFC 8555 section 7.1.6)."""
    with Lab(pebble, authz_reuse=100, nonce_reject=0, **QUICK) as lab, Postern({NAME: {}}, lab=lab) as server:
        server.wait_issued(NAME)
        for _ in range(3):
            lab.clear_log()
            renew(server)
            kinds = [e["kind"] for e in lab.log() if "method" in e]
            assert kinds.count("new-order") <= 2 and kinds.count("finalize") == 1, kinds   # 2: the first was replaced already
            assert "challenge" not in kinds and "authz" not in kinds, kinds
    return f"{len(kinds)} requests: {' '.join(kinds)}"


def test_reused_authorizations_with_pebble_of_debian_12():
    return reuse("own")


def test_reused_authorizations_with_newest_pebble():
    return reuse("sid")


def strict(pebble):
    """What Pebble will refuse one day it refuses today; with its one bad nonce in twenty, and its pauses."""
    with Lab(pebble, strict=True) as lab:
        assert "-strict" in command_of(lab, "pebble"), "the CA is not strict"
        with Postern({NAME: {"names": f"{NAME}, www.{NAME}"}}, lab=lab) as server:
            server.wait_issued(NAME)
            renew(server)
            assert server.status()[NAME]["last_problem"] is None
        refused = [e for e in lab.log() if "method" in e and e["status"] >= 400 and e["error"] not in ("badNonce", None)
                   and e["ca_status"] != 409]
        assert not refused, refused
        return f"Pebble {lab.version}: {len(lab.log())} requests"


def command_of(lab, name):
    pid = int(re.search(r'"pid": (\d+)', (lab.dir / f"{name}.pid").read_text())[1])
    with open(f"/proc/{pid}/cmdline") as f:
        return f.read().split("\0")


def test_strict_with_pebble_of_debian_12():
    return strict("own")


def test_strict_with_newest_pebble():
    return strict("sid")


def test_chain_of_three_with_alternates():
    """Three that sign below each of three roots; what is sent ends below the one that was asked for, and verifies."""
    # with ECDSA, which the newest alone has: twelve RSA keys take Pebble a minute on a slow machine
    with Lab("sid", chain_length=3, alternate_roots=2, nonce_reject=0, key_algorithm="ecdsa", **QUICK) as lab:
        roots = roots_of(lab)
        assert len(set(roots)) == 3, roots
        for wanted in (roots[1], roots[2], roots[0]):
            with Postern({NAME: {}}, lab=lab, acme={"preferred_chain": wanted}) as server:
                server.wait_issued(NAME)
                assert top(server) == wanted, (top(server), wanted)
                sent = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.https_port}", "-servername",
                                       NAME, "-showcerts", "-verify_return_error", "-verify_hostname", NAME,
                                       "-CAfile", lab.roots], input="", capture_output=True, text=True)
                certificates = PEM.findall(sent.stdout)
                assert sent.returncode == 0 and "Verify return code: 0" in sent.stdout, sent.stdout + sent.stderr
                assert len(certificates) == 4, f"{len(certificates)} certificates are sent"
                assert "".join(certificates) == (server.state / "live" / NAME / "fullchain.pem").read_text()
