"""What the servers serve: files of known sizes, and certificates."""
import os
import sys

from command import run

FILES = {"1k.html": 1024, "10k.css": 10240, "100k.bin": 102400, "1m.bin": 1 << 20, "100m.bin": 100 << 20}


def make_content(where):
    os.makedirs(where, exist_ok=True)
    for name, size in FILES.items():
        path = os.path.join(where, name)
        if not os.path.exists(path) or os.path.getsize(path) != size:
            with open(path, "wb") as f:
                f.write((b"0123456789abcdef" * (size // 16 + 1))[:size])


def make_cert(where, name, newkey):
    cert, key = os.path.join(where, name + ".crt"), os.path.join(where, name + ".key")
    if not os.path.exists(cert):
        r = run(["openssl", "req", "-x509", "-nodes", "-days", "30", "-newkey", *newkey, "-keyout", key, "-out", cert,
                 "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        if r.returncode:
            sys.exit(r.stderr)
        os.chmod(key, 0o644)
    return cert, key


def serial_of(cert):
    return run(["openssl", "x509", "-noout", "-serial", "-in", cert]).stdout.strip().split("=")[1].lstrip("0")
