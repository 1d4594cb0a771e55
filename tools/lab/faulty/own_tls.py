"""The TLS contexts of the proxy's own side: a good one, and those whose certificate or version is a fault."""
import ssl
from pathlib import Path

from .forge import Forge, openssl


def make_context(directory, opts, how):
    cert, key = directory / f"tls-{how}.pem", directory / f"tls-{how}.key"
    ca, cakey = opts.tls_ca, opts.tls_ca_key
    if how in ("untrusted", "self-signed") or not ca:
        ca, cakey = directory / "tls-ca.pem", directory / "tls-ca.key"
        if not ca.exists():
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    cakey, "-out", ca, "-days", 3650, "-subj", "/CN=faulty-ca web CA")
    if how == "self-signed":
        cert, key = ca, cakey
    else:
        helper = Forge(directory / f"tls-{how}", None, None)
        helper.issuer = lambda: (Path(ca).resolve(), Path(cakey).resolve())
        names = ["elsewhere.example.test"] if how == "wrong-name" else ["localhost", "acme.example.test"]
        if how != "wrong-name":
            names[-1] += ",IP:127.0.0.1,IP:::1"
        span = {"expired": (-86400 * 60, -86400), "not-yet-valid": (86400 * 365, 86400 * 730)}
        start, end = span.get(how, (-3600, 86400 * 820))
        cert.write_text(helper.issue(None, names, start, end))
        key.write_bytes((helper.dir / "other.key").read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if how == "tls11":
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.load_cert_chain(cert, key)
    context.set_alpn_protocols(["http/1.1"])
    return context
