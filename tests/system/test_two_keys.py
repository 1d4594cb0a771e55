"""A site with two kinds of keys: two certificates, each client sees the one that it can check (RFC 8446 section 4.2.3)."""
import re
import subprocess

import http_client
from lab import Lab
from postern import Postern

NAME = "device.example.test"
EC, RSA = "id-ecPublicKey", "rsaEncryption"


def shown(server, *argv):
    """The certificate's kind of key that `openssl s_client ARGV` sees, and its public key; (None, None): no handshake."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.https_port}", "-servername", NAME, *argv],
                          input="", capture_output=True, text=True, timeout=20)
    pem = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", done.stdout, re.S)
    if not pem:
        return None, None
    text = subprocess.run(["openssl", "x509", "-noout", "-text", "-issuer"], input=pem[0], capture_output=True, text=True,
                          check=True).stdout
    key = subprocess.run(["openssl", "x509", "-noout", "-pubkey"], input=pem[0], capture_output=True, text=True, check=True)
    assert "Pebble" in text, text
    return re.search(r"Public Key Algorithm: (\S+)", text)[1], key.stdout


def test_each_client_sees_the_one_it_can_check():
    with Lab(retry_after_authz=0, retry_after_order=0, nonce_reject=0) as lab:
        server = Postern({NAME: {"key_type": "ec256, rsa2048", "reuse_key": "yes"}}, lab=lab)
        with server:
            for folder in (NAME, NAME + "+rsa"):
                http_client.until(lambda: server.live(folder), 60, f"live/{folder}")
            server.wait_issued(NAME)
            looks = {("-tls1_3", "-sigalgs", "ECDSA+SHA256"): EC, ("-tls1_3", "-sigalgs", "RSA-PSS+SHA256"): RSA,
                     ("-tls1_2", "-sigalgs", "ECDSA+SHA256"): EC, ("-tls1_2", "-sigalgs", "RSA+SHA256:RSA-PSS+SHA256"): RSA,
                     ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"): RSA, ("-tls1_3",): EC, ("-tls1_2",): EC,
                     ("-tls1_3", "-sigalgs", "ECDSA+SHA384"): None}
            for argv, kind in looks.items():
                assert shown(server, *argv)[0] == kind, argv
            status = server.status()
            assert {status[n]["key"] for n in (NAME, NAME + "+rsa")} == {"ec256", "rsa2048"}, status
            before = {kind: shown(server, "-tls1_3", "-sigalgs", kind)[1] for kind in ("ECDSA+SHA256", "RSA-PSS+SHA256")}
            ders = server.der(NAME)
            assert server.renew(NAME).returncode == 0 and server.renew(NAME + "+rsa").returncode == 0
            assert server.der(NAME) != ders, "renewed"
            for kind, key in before.items():
                assert shown(server, "-tls1_3", "-sigalgs", kind)[1] == key, "reuse_key: the key is the same"
            server.sites[NAME] = {"key_type": "ec256"}
            server.write_ini()
            assert server.command("reload").returncode == 0
            assert shown(server, "-tls1_3", "-sigalgs", "RSA-PSS+SHA256") == (None, None)
            assert shown(server, "-tls1_3")[0] == EC
            assert server.renew(NAME).returncode == 0
            assert shown(server, "-tls1_3")[1] != before["ECDSA+SHA256"], "without reuse_key the key is new"
