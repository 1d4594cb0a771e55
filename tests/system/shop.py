"""A CA of the test's own, made by openssl."""
import subprocess

from postern import scratch


def openssl(*argv):
    done = subprocess.run(["openssl", *map(str, argv)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Shop:
    """A CA of the test's own, made by openssl: root, intermediate, and what it sells."""

    def __init__(self):
        self.folder = scratch("shop")
        self.sign("root", "/CN=Shop Root", None, "basicConstraints=critical,CA:TRUE")
        self.sign("middle", "/CN=Shop Intermediate", "root", "basicConstraints=critical,CA:TRUE,pathlen:0")

    def sign(self, name, subject, by, extension, days=90, rsa=False):
        at = lambda kind: self.folder / f"{name}.{kind}"
        openssl("req", "-new", "-newkey", *(["rsa:2048"] if rsa else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), "-nodes", "-keyout", at("key"), "-out", at("csr"), "-subj", subject)
        at("ext").write_text(extension + "\n")
        signer = ["-signkey", at("key")] if by is None else ["-CA", self.folder / f"{by}.pem", "-CAkey", self.folder / f"{by}.key", "-CAcreateserial"]
        openssl("x509", "-req", "-in", at("csr"), "-out", at("pem"), "-days", str(days), "-extfile", at("ext"), *signer)

    def sell(self, name, names, days=90, rsa=False):
        """(leaf, intermediate, key)"""
        self.sign(name, f"/CN={names[0]}", "middle", "subjectAltName=" + ",".join("DNS:" + one for one in names), days, rsa)
        return self.text(name), self.text("middle"), (self.folder / f"{name}.key").read_text()

    def text(self, name):
        return (self.folder / f"{name}.pem").read_text()
