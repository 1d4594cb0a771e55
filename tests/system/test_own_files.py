"""certificate = FILES: what stands in files that somebody else keeps serves, from the first handshake on, and so does what comes to
stand in them; what cannot be used never does."""
import os
import shutil
import signal
import ssl
import subprocess
import time

import http_client
from postern import Postern, scratch
from shop import Shop

NAME = "own.example.test"


class Kept:
    """Chain and key in a folder, as somebody keeps them there."""

    def __init__(self, shop, **first):
        self.shop, self.folder, self.sold = shop, scratch("kept"), 0
        self.chain, self.key = self.folder / "fullchain.pem", self.folder / "privkey.pem"
        self.put(*self.sell(**first))

    def sell(self, names=(NAME,), **more):
        self.sold += 1
        leaf, middle, key = self.shop.sell(f"sold{self.folder.name}{self.sold}", list(names), **more)
        return leaf + middle, key

    def write(self, path, text):
        """As a careful program does it."""
        new = path.with_suffix(".new")
        new.write_text(text)
        new.rename(path)

    def put(self, chain, key):
        self.write(self.key, key)
        self.write(self.chain, chain)

    def server(self, more=None, **keys):
        return Postern({NAME: {"certificate": f"{self.chain} {self.key}", **(more or {})}}, **keys)


def der_of(chain):
    return ssl.PEM_cert_to_DER_cert(chain[:chain.index("-----END CERTIFICATE-----") + 26])


def serves(server, chain, seconds=5.0, **more):
    began = time.monotonic()
    http_client.until(lambda: server.der(NAME, **more) == der_of(chain), seconds, "what stands in the files is served", 0.02)
    return time.monotonic() - began


def problem(server):
    return (server.status()[NAME].get("last_problem") or {}).get("detail", "")


def test_first_and_next():
    kept = Kept(Shop())
    with kept.server() as server:
        assert server.der(NAME) == der_of(kept.chain.read_text()), "from the first handshake on"
        status = server.status()[NAME]
        assert (status["kind"], status["rung"], status["state"], status["generation"]) == ("files", "public", "valid", 1), status
        assert status["next_attempt"] is None, status
        with http_client.Conn(server.https_port, sni=NAME) as held:
            assert held.request("/", NAME).status in (200, 308)
            waited = []
            for i in range(3):
                chain, key = kept.sell()
                kept.put(chain, key)
                waited.append(serves(server, chain))
            assert held.request("/", NAME).status in (200, 308), "a connection that was open goes on"
        print(f"    another certificate in the files is served after {max(waited):.2f} s at most")
        live = server.state / "live" / NAME / "fullchain.pem"
        http_client.until(lambda: live.read_text() == kept.chain.read_text(), 5, "it lies below live/ for others, a moment later")
        http_client.until(lambda: server.status()[NAME]["generation"] == 4, 5, "each was stored, once")
    with kept.server() as server:
        assert server.status()[NAME]["generation"] == 1, "another state"


def test_restart_takes_what_changed_meanwhile():
    kept = Kept(Shop())
    with kept.server() as server:
        state, folder = server.state, server.folder
        server.stop()
        chain, key = kept.sell()
        kept.put(chain, key)
        server.start()
        assert server.der(NAME) == der_of(chain)
        assert server.status()[NAME]["generation"] == 2
        server.stop()
        server.start()
        assert server.status()[NAME]["generation"] == 2, "the same files are the same certificate"
        assert server.command("renew", NAME).stdout.count("holds what serves already") == 1


def test_as_openssl_makes_it():
    """The one line that everybody knows makes a certificate which calls itself a CA."""
    folder = scratch("openssl")
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "30", "-subj", f"/CN={NAME}",
                    "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    (folder / "key.pem").chmod(0o644)  # the server is another user
    with Postern({NAME: {"certificate": f"{folder}/cert.pem {folder}/key.pem"}}) as server:
        assert server.der(NAME) == der_of((folder / "cert.pem").read_text())
        assert server.status()[NAME]["rung"] == "public", server.status()[NAME]


def test_half_written():
    """Whoever writes two files writes one of them first: nothing is told, nothing is lost."""
    kept = Kept(Shop())
    with kept.server() as server:
        chain, key = kept.sell()
        kept.write(kept.chain, chain)
        time.sleep(3)
        assert server.der(NAME) != der_of(chain) and not problem(server)
        assert server.status()[NAME]["state"] == "valid"
        kept.write(kept.key, key)
        serves(server, chain)
        assert not problem(server) and "acme.files" not in server.log()


def test_what_cannot_be_used():
    shop = Shop()
    kept = Kept(shop)
    good = kept.chain.read_text(), kept.key.read_text()
    other_chain, other_key = kept.sell()
    strange, strange_key = kept.sell(["other.example.test"])
    old, old_key = kept.sell(days=0)
    with kept.server() as server:
        before = server.der(NAME)
        for chain, key, why in ((other_chain, good[1], "key"), (strange, strange_key, "does not cover"), (old, old_key, "ends at"),
                                ("nothing\n", good[1], "CERTIFICATE"), (good[0][:700], good[1], "")):
            kept.put(chain, key)
            asked = server.command("renew", NAME)
            assert asked.returncode != 0 and why in asked.stdout + asked.stderr, asked
            assert why in problem(server) and str(kept.chain) in problem(server), problem(server)
            status = server.status()[NAME]
            assert status["state"] == "failing" and "files are watched" in status["last_problem"]["advice"], status
            assert server.der(NAME) == before, "the one before stays"
        server.stop()
        server.start()
        assert server.der(NAME) == before, "over a restart too"
        kept.put(*good)
        http_client.until(lambda: not problem(server), 5, "it is over when they are good again")
        kept.chain.unlink()
        http_client.until(lambda: "No such file" in problem(server), 20, "that it is gone is told without a question")
        assert server.log().count("acme.files") == 6, "each once"
        kept.put(*good)
        http_client.until(lambda: not problem(server), 5, "it is over when it is there again")
        assert server.status()[NAME]["state"] == "valid" and server.der(NAME) == before


def test_links():
    """As certbot keeps them (a link for each file), and as Kubernetes does (one link for the folder)."""
    shop = Shop()
    kept = Kept(shop)
    sold = [kept.sell() for _ in range(3)]
    for i, (chain, key) in enumerate(sold):
        folder = kept.folder / f"..data{i}"
        folder.mkdir()
        (folder / "fullchain.pem").write_text(chain)
        (folder / "privkey.pem").write_text(key)

    def point(link, to):
        new = link.with_name(link.name + ".new")
        new.symlink_to(to)
        new.rename(link)

    for name in ("privkey.pem", "fullchain.pem"):
        point(kept.folder / name, f"..data0/{name}")
    point(kept.folder / "..data", "..data1")
    with kept.server() as server:
        serves(server, sold[0][0])
        for name in ("privkey.pem", "fullchain.pem"):
            point(kept.folder / name, f"..data1/{name}")
        serves(server, sold[1][0])
        for name in ("privkey.pem", "fullchain.pem"):
            point(kept.folder / name, f"..data/{name}")
        time.sleep(1)
        point(kept.folder / "..data", "..data2")
        serves(server, sold[2][0])


def test_two_kinds_of_key():
    shop = Shop()
    ec, rsa = Kept(shop), Kept(shop, rsa=True)
    both = {"certificate": f"{ec.chain} {ec.key}, {rsa.chain} {rsa.key}"}
    old = http_client.context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with ec.server(both) as server:
        serves(server, ec.chain.read_text())
        serves(server, rsa.chain.read_text(), tls=old)
        assert sorted(server.status()) == [NAME, f"{NAME}+2"], server.status()
        chain, key = rsa.sell(rsa=True)
        rsa.put(chain, key)
        serves(server, chain, tls=old)
        serves(server, ec.chain.read_text())


def test_who_is_told():
    kept = Kept(Shop())
    said = kept.folder / "said"
    with kept.server(more={}) as server:
        server.sections["hooks"] = {"deploy": f"echo $RENEWED_DOMAINS >> {said}"}
        server.write_ini()
        server.signal(signal.SIGHUP)
        server.wait_for("reloaded")
        chain, key = kept.sell()
        kept.put(chain, key)
        http_client.until(said.exists, 10, "the deploy hook runs")
        assert said.read_text().split() == [NAME]
        asked = server.command("status")
        assert NAME in asked.stdout, asked


def test_reload():
    """From our own to files, to others, and back."""
    kept, other = Kept(shop := Shop()), Kept(shop)
    with Postern({NAME: {"certificate": "self-signed"}}) as server:
        for pair in (kept, other):
            server.sites[NAME]["certificate"] = f"{pair.chain} {pair.key}"
            server.write_ini()
            server.signal(signal.SIGHUP)
            serves(server, pair.chain.read_text())
        kept.put(*kept.sell())
        time.sleep(1)
        assert server.der(NAME) == der_of(other.chain.read_text()), "nobody watches those any more"
        chain, key = other.sell()
        other.put(chain, key)
        serves(server, chain)
        server.sites[NAME]["certificate"] = "self-signed"
        server.write_ini()
        server.signal(signal.SIGHUP)
        http_client.until(lambda: server.status()[NAME]["kind"] == "self-signed", 5, "our own again")
        assert server.der(NAME) != der_of(chain)


def test_broken_files_keep_nobody_down():
    """At the start and at a reload: what was taken of them before serves, and the other sites do."""
    kept = Kept(Shop())
    with kept.server() as server:
        before = server.der(NAME)
        server.stop()
        kept.key.write_text("")
        kept.chain.unlink()
        server.start()
        assert server.der(NAME) == before
        assert "No such file" in server.command("renew", NAME).stdout
        server.signal(signal.SIGHUP)
        server.wait_for("reloaded")
        assert server.der(NAME) == before
        assert server.command("check").returncode != 0, "who asks is told"
        assert server.command("delete", NAME).returncode != 0, "it would be back at once"


def test_monitor_looks_past_a_balancer():
    kept = Kept(Shop())
    with kept.server(server={"trusted_proxies": "127.0.0.0/8, ::1", "proxy_protocol": "yes"}) as server:
        said = server.command("monitor")
        assert said.returncode == 0 and said.stdout.startswith("CERTIFICATES OK"), said


def test_folder_made_anew():
    kept = Kept(Shop())
    with kept.server() as server:
        for _ in range(2):
            shutil.rmtree(kept.folder)
            time.sleep(1)
            kept.folder.mkdir()
            time.sleep(1)
            chain, key = kept.sell()
            kept.put(chain, key)
            assert serves(server, chain, 20) < 3


def test_typos():
    kept = Kept(Shop())
    server = kept.server()
    for value, why in ((f"{kept.chain}", "is not the two files of a pair: CHAIN.pem KEY.pem"),
                       (f"{kept.folder}/none.pem {kept.key}", "No such file"),
                       (f"{kept.key} {kept.chain}", "holds no block 'BEGIN CERTIFICATE'"),
                       (f"{kept.chain} {kept.chain}", "holds no block 'PRIVATE KEY'"),
                       (", ".join(f"{kept.folder}{'/.' * i}/fullchain.pem {kept.key}" for i in range(3)), "two pairs at most")):
        server.sites[NAME]["certificate"] = value
        server.write_ini()
        done = server.command("check")
        assert done.returncode != 0 and why in done.stderr + done.stdout, done
    both = kept.folder / "both.pem"
    both.write_text(kept.key.read_text() + kept.chain.read_text())
    server.sites[NAME]["certificate"] = f"{os.path.relpath(both, server.folder)} {both}"
    server.write_ini()
    with server:
        serves(server, kept.chain.read_text())
