"""Certificates that the real CA would not issue, made with the openssl command."""
import os
import re
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request


def openssl(*argv, data=None):
    done = subprocess.run(["openssl", *map(str, argv)], input=data, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout


class Forge:
    """Issues what the real CA would not, with its own intermediate's key where the
    management interface gives it away (Pebble), or with a throw-away CA."""

    def __init__(self, directory, management, cafile):
        self.dir = directory / "forge"
        self.dir.mkdir(parents=True, exist_ok=True)
        self.management, self.cafile = management, cafile
        self.lock = threading.Lock()

    def _get(self, path):
        context = ssl.create_default_context(cafile=self.cafile)
        request = urllib.request.Request(self.management + path, headers={"User-Agent": "faulty-ca"})
        with urllib.request.urlopen(request, context=context, timeout=5) as reply:
            return reply.read()

    def stranger(self):
        cert, key = self.dir / "stranger.pem", self.dir / "stranger.key"
        if not cert.exists():
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", cert, "-days", 3650, "-subj", "/CN=Unknown CA")
        return cert, key

    def issuer(self):
        cert, key = self.dir / "issuer.pem", self.dir / "issuer.key"
        if not self.management:
            return self.stranger()
        if not cert.exists():
            try:
                key.write_bytes(self._get("/intermediate-keys/0"))
            except urllib.error.HTTPError as error:
                raise RuntimeError("the CA does not give its key away (Pebble does so for RSA keys only)") from error
            cert.write_bytes(self._get("/intermediates/0"))
        return cert, key

    def issue(self, csr=None, names=None, start=-3600, end=86400 * 90, stranger=False, ca=False):
        """A leaf as PEM.  csr: DER, or None for a key of our own."""
        with self.lock:
            cert, key = self.stranger() if stranger else self.issuer()
            request = self.dir / "request.pem"
            if csr is None:
                openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", self.dir / "other.key", "-out", request, "-subj", "/CN=faulty-ca")
            else:
                request.write_bytes(openssl("req", "-inform", "DER", "-outform", "PEM", data=csr))
            (self.dir / "index.txt").write_text("")
            (self.dir / "serial").write_text(os.urandom(8).hex().upper().replace("F", "7", 1) + "\n")
            san = ",".join("DNS:" + n for n in names)
            (self.dir / "ca.cnf").write_text(
                f"[ca]\ndefault_ca=x\n[x]\ndatabase={self.dir}/index.txt\nserial={self.dir}/serial\n"
                f"new_certs_dir={self.dir}\ndefault_md=sha256\npolicy=p\nunique_subject=no\n"
                f"x509_extensions=e\n[p]\ncommonName=optional\n[e]\nsubjectAltName={san}\n"
                f"basicConstraints=critical,CA:{'TRUE' if ca else 'FALSE'}\nkeyUsage=critical,digitalSignature\n"
                "extendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n")

            def stamp(offset):
                return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + offset))
            openssl("ca", "-batch", "-notext", "-config", self.dir / "ca.cnf", "-in", request, "-cert", cert,
                    "-keyfile", key, "-startdate", stamp(start), "-enddate", stamp(end),
                    "-subj", "/", "-out", self.dir / "leaf.pem")
            return (self.dir / "leaf.pem").read_text()


def names_of(pem):
    text = openssl("x509", "-noout", "-ext", "subjectAltName", data=pem.encode()).decode()
    return re.findall(r"DNS:([^,\s]+)", text) or ["unknown.example.test"]
