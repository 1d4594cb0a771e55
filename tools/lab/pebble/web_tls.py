"""TLS material of the CA's own web server."""
from .calls import call


def make_tls(directory):
    directory.mkdir(parents=True, exist_ok=True)
    if (directory / "server.pem").exists():
        return
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    call(["openssl", "req", "-x509", *ec, "-keyout", directory / "ca.key", "-out",
          directory / "ca.pem", "-days", "3650", "-subj", "/CN=pebble-lab web CA",
          "-addext", "basicConstraints=critical,CA:TRUE",
          "-addext", "keyUsage=critical,keyCertSign,cRLSign"])
    call(["openssl", "req", *ec, "-keyout", directory / "server.key", "-out",
          directory / "server.csr", "-subj", "/CN=localhost"])
    ext = directory / "server.ext"
    ext.write_text("subjectAltName=DNS:localhost,DNS:acme.example.test,IP:127.0.0.1,IP:::1\n"
                   "extendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n")
    call(["openssl", "x509", "-req", "-in", directory / "server.csr", "-CA", directory / "ca.pem",
          "-CAkey", directory / "ca.key", "-CAcreateserial", "-days", "820", "-sha256",
          "-extfile", ext, "-out", directory / "server.pem"])
