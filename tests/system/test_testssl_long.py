"""testssl.sh 3.2 or later judges the server: A+ with both kinds of keys, and nothing of MEDIUM or above but what a lab cannot have."""
import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path

import http_client
import postern
from lab import Lab
from postern import Postern

LONG = True
NAME = "device.example.test"
CACHE = Path(os.environ.get("POSTERN_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "postern")
TREE = CACHE / "newer/pkg/testssl.sh-trixie"       # tools/setup unpacks it there
GRAVE = {"MEDIUM", "HIGH", "CRITICAL", "FATAL"}
# By id, and why a lab cannot have it.
LAB_ONLY = {
    "cert_revocation <hostCert#1>": "Pebble's certificates name neither a CRL nor an OCSP responder; those of the authorities out there do",
    "cert_revocation <hostCert#2>": "likewise, of the second key",
}
# Must have been looked at, or the judge did not do its work.
LOOKED_AT = {"overall_grade", "cert_trust <hostCert#1>", "cert_chain_of_trust <hostCert#1>", "cert_chain_of_trust <hostCert#2>", "HSTS_time", "ALPN_HTTP2", "heartbleed",
             "ROBOT", "secure_renego", "secure_client_renego", "CRIME_TLS", "BREACH", "fallback_SCSV", "SWEET32", "LUCKY13", "LOGJAM", "DROWN", "RC4", "TLS1", "TLS1_1",
             "TLS1_2", "TLS1_3", "FS", "cipher_order"}


def judged(server, roots, *what):
    """{id: (severity, finding)}, and the seconds that it took."""
    if not TREE.is_dir():
        raise postern.Skip("testssl.sh is not there: tools/setup test unpacks it")
    out, began = postern.scratch("testssl"), time.monotonic()
    done = subprocess.run([TREE / "usr/bin/testssl", "--color", "0", "--warnings", "off", "--ip", "127.0.0.1", "--nodns", "none", "--add-ca", roots,
                           "--jsonfile", out / "all.json", *what, f"https://{NAME}:{server.https_port}/"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**os.environ, "TESTSSL_INSTALL_DIR": str(TREE / "etc/testssl")}, cwd=out, timeout=1500)
    try:
        found = json.loads((out / "all.json").read_text())
    except (OSError, ValueError) as error:
        raise AssertionError(f"{error}: {done.stdout[-3000:]} {done.stderr[-1000:]}") from None
    found.sort(key=lambda f: f["severity"] in GRAVE)        # of an id that stands twice the graver counts
    return {f["id"]: (f["severity"], f["finding"]) for f in found}, time.monotonic() - began


def grave(found):
    return {name: finding for name, (severity, finding) in found.items() if severity in GRAVE}


def test_a_plus():
    version = (TREE / ".done").read_text().strip() if TREE.is_dir() else ""
    root = postern.scratch("www")
    (root / "index.html").write_text("<!doctype html><title>a page</title>" + "<p>some text\n" * 500)
    postern.own(root)
    with Lab(retry_after_authz=0, retry_after_order=0, nonce_reject=0) as lab:
        site = {"root": root, "key_type": "ec256, rsa2048", "hsts": "365d", "compress": "no"}
        with Postern({NAME: site}, lab=lab) as server:
            for folder in (NAME, NAME + "+rsa"):
                http_client.until(lambda: server.live(folder), 60, f"live/{folder}")
            server.wait_issued(NAME)
            found, seconds = judged(server, lab.roots)
            assert server.alive()
            # Gzip alone makes it say so, whatever is packed: with us files and pages in which nothing of a request comes back.
            server.sites[NAME].pop("compress")
            server.write_ini()
            server.signal()
            server.wait_for("reloaded")
            packed, _ = judged(server, lab.roots, "--breach")
    counts = Counter(severity for severity, _ in found.values())
    note = f"testssl.sh {version}: grade {found.get('overall_grade', ('', 'none'))[1]}, score {found.get('final_score', ('', '?'))[1]}, {len(found)} findings " \
        f"({', '.join(f'{n} {s}' for s, n in counts.items())}) in {seconds:.0f} s; WARN: {[n for n, (s, _) in found.items() if s == 'WARN']}"
    assert not LOOKED_AT - set(found), f"{note}; not looked at: {LOOKED_AT - set(found)}"
    assert found["overall_grade"][1] == "A+", f"{note}: { {n: f for n, f in found.items() if 'cap' in n or 'warning' in n} }"
    assert found["ALPN_HTTP2"] == ("OK", "h2"), found["ALPN_HTTP2"]
    unexpected = {name: finding for name, finding in grave(found).items() if name not in LAB_ONLY}
    assert not unexpected, f"{note}; {unexpected}"
    assert not set(LAB_ONLY) - set(grave(found)), f"these are well, so take them off the list: {set(LAB_ONLY) - set(grave(found))}"
    assert set(grave(packed)) == {"BREACH"} and "gzip HTTP compression" in packed["BREACH"][1], packed
    return note


test_a_plus.seconds = 3200
