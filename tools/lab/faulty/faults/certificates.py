"""Faults of the certificate chain that is downloaded."""
import re

from ..fault import Fault, fault
from ..forge import names_of, openssl

PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.S)


@fault("cert", on="cert", how="wrong-key")
class _(Fault):
    """Another certificate chain.  how: wrong-key wrong-name expired not-yet-valid is-ca
    unknown-issuer (these are issued); reversed leaf-only no-leaf duplicate unrelated garbage
    empty truncated html base64-broken preamble trailing-text crlf no-newline with-key huge
    der trusted-header (these are the same certificates, arranged otherwise)."""

    def answer(self, proxy, ex, a):
        if a.status != 200:
            return
        text = a.body.decode("latin-1")
        chain = [c if c.endswith("\n") else c + "\n" for c in PEM.findall(text)]
        if not chain:
            return
        forge, rest = proxy.forge, "".join(chain[1:])
        how = self.how
        if how in ("wrong-key", "wrong-name", "expired", "not-yet-valid", "is-ca", "unknown-issuer"):
            names = ["somebody-else.example.test"] if how == "wrong-name" else names_of(chain[0])
            span = {"expired": (-86400 * 30, -3600), "not-yet-valid": (86400 * 365, 86400 * 455)}
            start, end = span.get(how, (-3600, 86400 * 90))
            leaf = forge.issue(None if how == "wrong-key" else proxy.csr, names, start, end,
                               stranger=how == "unknown-issuer", ca=how == "is-ca")
            a.body = (leaf + rest).encode()
            return
        stranger = forge.stranger()[0].read_text()
        a.body = {
            "reversed": lambda: "".join(reversed(chain)), "leaf-only": lambda: chain[0],
            "no-leaf": lambda: rest, "duplicate": lambda: chain[0] + chain[0] + rest,
            "unrelated": lambda: chain[0] + stranger, "garbage": lambda: "\x00\x01 no certificate \xff" * 40,
            "empty": lambda: "", "truncated": lambda: text[:len(chain[0]) // 2],
            "html": lambda: "<html>certificate</html>",
            "base64-broken": lambda: text.replace("\nM", "\n*M", 1),
            "preamble": lambda: "subject=CN = x\nissuer=CN = y\n" + text,
            "trailing-text": lambda: text + "some words after it\n",
            "crlf": lambda: text.replace("\n", "\r\n"), "no-newline": lambda: text.rstrip("\n"),
            "with-key": lambda: text + (forge.dir / "stranger.key").read_text(),
            "huge": lambda: chain[0] + stranger * 5000,
            "der": lambda: openssl("x509", "-outform", "DER", data=chain[0].encode()).decode("latin-1"),
            "trusted-header": lambda: text.replace("BEGIN CERT", "BEGIN TRUSTED CERT").replace(
                "END CERT", "END TRUSTED CERT"),
        }[how]().encode("latin-1")
