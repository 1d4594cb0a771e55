"""Several boxes behind one name: a balancer that the CA reaches, a worker behind it that orders, somebody who gets the files."""
import socket
import ssl
import subprocess
import threading
import time

import http_client
import ports
from lab import Lab
from admin_client import Admin
from postern import Postern, own, scratch

NAME, BALANCER = "device.example.test", "balancer.example.test"
FOLDER = "/.well-known/acme-challenge/"
SOON = 1.0      # seconds for an answer that waits for nobody


def worker_behind(lab, sites=None, **more):
    """A server that the CA does not reach: the lab validates at other ports."""
    worker = Postern(sites or {NAME: {"challenge": "http-01"}}, lab=lab, **more)
    worker.http_port, worker.https_port = ports.one(), ports.one()
    worker.sections["server"] |= {"http": f"127.0.0.1:{worker.http_port}", "https": f"127.0.0.1:{worker.https_port}"}
    worker.write_ini()
    return worker


def balancer_with(lab=None, **acme):
    return Postern({BALANCER: {} if lab else {"certificate": "self-signed"}}, lab=lab, acme=acme)


def ask(server, token, **more):
    """An unknown token: (status, body, seconds)."""
    began = time.monotonic()
    answer = server.get_plain(FOLDER + token, NAME, **more)
    return answer.status, answer.body, time.monotonic() - began


def notices(server):
    return "\n".join(server.document()["notices"])


def reload(server):
    server.write_ini()
    done = server.command("reload")
    assert done.returncode == 0, done


class Upstream:
    """A machine behind us that answers every question with the same bytes; without any it never does."""

    def __init__(self, answer=None):
        self.answer, self.asked, self.held = answer, [], []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            self.asked.append(line.recv(4096).decode())
            self.held.append(line)
            if self.answer is not None:
                line.sendall(self.answer)
                line.close()

    def close(self):
        self.listener.close()
        for line in self.held:
            line.close()


def both_ways(patient):
    """The worker's certificate through the balancer, asked for (challenge_upstream) and known (thumbprint); the third gets
    the files at the second try: after a reload, or (patient) a minute after the first."""
    third = scratch("third") / "files"      # not there yet: the first delivery fails
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        worker = worker_behind(lab)
        worker.sections["deploy third"] = {"command": f'cp -L "$RENEWED_LINEAGE"/*.pem {third}/'}
        worker.write_ini()
        balancer = balancer_with(lab, challenge_upstream=f"http://127.0.0.1:{worker.http_port}")
        with balancer, worker:
            worker.wait_issued(NAME)        # by the upstream
            balancer.wait_issued(BALANCER)  # its own tokens go on as ever
            failed = http_client.until(lambda: worker.log().count("delivery.failed"), 10, "a delivery has failed")
            delivery = worker.document()["deliveries"][0]
            assert failed == 1 and delivery["state"] == "failing" and delivery["next_attempt"], delivery
            assert "[deploy third]" in worker.command("status").stdout and NAME in notices(worker)
            third.mkdir()
            own(third)
            made = time.monotonic()
            by_upstream = worker.der(NAME)

            thumbprint = worker.status()[NAME]["account_thumbprint"]
            assert thumbprint in worker.command("show", NAME).stdout
            del balancer.sections["acme"]["challenge_upstream"]
            reload(balancer)
            done = worker.renew(NAME)
            assert done.returncode == 1 and worker.der(NAME) == by_upstream, f"nobody answered, and yet: {done.stdout}"
            balancer.sections["acme"]["thumbprint"] = thumbprint
            reload(balancer)
            assert ask(balancer, "any-token")[:2] == (200, f"any-token.{thumbprint}".encode())

            if not patient:
                reload(worker)              # perhaps what was changed was what kept it
            http_client.until(lambda: worker.document()["deliveries"][0]["delivered"], 90 if patient else 10, "the second try")
            waited = time.monotonic() - made
            assert patient == (waited > 20), f"after {waited:.0f} s"
            done = worker.renew(NAME)       # by the thumbprint
            assert done.returncode == 0 and worker.der(NAME) != by_upstream, done
            http_client.until(lambda: worker.der(NAME) == ssl.PEM_cert_to_DER_cert((third / "cert.pem").read_text()), 10,
                              "the new one is there too")
            assert public_key(third / "privkey.pem", "pkey", "-pubout") == public_key(third / "cert.pem", "x509", "-pubkey", "-noout")
            assert worker.document()["deliveries"][0]["state"] == "delivered" and "[deploy" not in notices(worker)
            assert worker.log().count("delivery.ended") == 2
            worker.stop()
            worker.start()                  # what was delivered is remembered
            http_client.until(lambda: [d["state"] for d in worker.document()["deliveries"]] == ["delivered"], 10, "remembered")
            assert worker.log().count("delivery.begins") == 3
            return f"delivered {waited:.0f} s after the folder was made"


def test_certificate_by_both_ways_and_files_to_a_third():
    return both_ways(patient=False)


def test_fetched_with_a_token():
    """Somebody behind a NAT comes himself; what he gets is what serves, key and chain."""
    token, path = "w7Jd2tYp9QxZk4LmB6sR", f"/api/v1/pull/third/{NAME}"
    with Lab(nonce_reject=0, retry_after_authz=0, retry_after_order=0) as lab:
        server = Postern({NAME: {}}, lab=lab)
        server.sections["deploy third"] = {"pull_token": token}
        server.write_ini()
        with server:
            third = Admin(server, None)

            def fetch(with_token=token, etag=None, where=path):
                fields = [("Authorization", f"Bearer {with_token}")] + ([("If-None-Match", etag)] if etag else [])
                return third.get(where, fields=fields)

            def state():
                return [d["state"] for d in server.document()["deliveries"]]
            server.wait_issued(NAME)
            assert state() == ["ready"], state()
            first = fetch()
            assert first.status == 200 and first.body.startswith(b"-----BEGIN EC PRIVATE KEY-----"), first
            both = server.folder / "fetched.pem"
            both.write_bytes(first.body)
            assert ssl.PEM_cert_to_DER_cert(first.body[first.body.index(b"-----BEGIN CERT"):].split(b"-----END CERTIFICATE-----")[0].decode()
                                            + "-----END CERTIFICATE-----\n") == server.der(NAME)
            assert public_key(both, "pkey", "-pubout") == public_key(both, "x509", "-noout", "-pubkey")
            assert state() == ["delivered"] and fetch(etag=first.field("ETag")).status == 304
            assert server.renew(NAME).returncode == 0
            assert state() == ["ready"], state()
            second = fetch(etag=first.field("ETag"))
            assert second.status == 200 and second.body != first.body and state() == ["delivered"]
            assert [fetch("x" * 20).status, fetch("").status, fetch(where=path + "x").status, fetch(where="/api/v1/pull/nobody/" + NAME).status,
                    third.get(path).status] == [401, 401, 404, 401, 401]
            assert server.log().count(" info pulled ") == 2 and " warn pull_refused " in server.log()
            assert token not in server.log() and token not in server.command("check", "--print").stdout


def public_key(file, *how):
    return subprocess.run(["openssl", how[0], "-in", file, *how[1:]], capture_output=True, text=True, check=True).stdout


def test_nobody_waits_for_an_upstream_that_is_silent():
    silent = Upstream()
    with balancer_with(challenge_upstream=silent.url) as server:
        results = []
        askers = [threading.Thread(target=lambda n=n: results.append(ask(server, f"token-{n}", timeout=15))) for n in range(80)]
        began = time.monotonic()
        for thread in askers:
            thread.start()
        time.sleep(0.3)
        slowest = 0.0
        while time.monotonic() - began < 3:
            at = time.monotonic()
            assert server.get("/", BALANCER).status == 200
            slowest = max(slowest, time.monotonic() - at)
            time.sleep(0.02)
        for thread in askers:
            thread.join()
        assert len(results) == 80 and all(status == 404 for status, _, _ in results), results
        at_once = sum(seconds < SOON for _, _, seconds in results)
        longest = max(seconds for _, _, seconds in results)
        assert 10 <= at_once <= 16, f"{at_once} of 80 were not asked for: 64 may wait"
        assert 3.5 < longest < 8, f"the last answer came after {longest:.1f} s"
        assert slowest < SOON, f"somebody else waited {slowest:.2f} s"
        assert "challenge_upstream" in notices(server) and silent.url in notices(server)
        begins = time.monotonic()
        threading.Thread(target=lambda: ask(server, "one-more", timeout=15), daemon=True).start()
        time.sleep(0.3)
        assert server.stop() == 0 and time.monotonic() - begins < 3, "the end waits for nobody either"
    silent.close()
    return f"80 questions to a silent upstream: {at_once} refused at once, the last after {longest:.1f} s; others at most {slowest * 1000:.0f} ms"


def test_what_an_upstream_may_say():
    good = "token." + "t" * 43
    for answer, status, said in [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 49\r\n\r\n" + good.encode(), 200, ""),
            (b"HTTP/1.1 200 OK\r\n\r\n" + good.encode() + b" \r\n", 200, ""),
            (b"HTTP/1.1 404 Not Found\r\n\r\n", 404, ""),
            (b"HTTP/1.1 200 OK\r\n\r\n<html>welcome</html>", 404, "key authorization"),
            (b"HTTP/1.1 200 OK\r\n\r\nother." + b"t" * 43, 404, "key authorization"),
            (b"HTTP/1.1 301 Moved\r\nLocation: https://x.example/\r\n\r\n", 404, "301"),
            (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000 + b"\r\n\r\n" + good.encode(), 404, "longer than"),
            (b"SSH-2.0-OpenSSH\r\n", 404, "no HTTP"), (b"", 404, "no HTTP")]:
        upstream = Upstream(answer)
        with balancer_with(challenge_upstream=upstream.url + "/behind/") as server:
            got = ask(server, "token")
            assert got[0] == status and got[2] < SOON, (answer, got)
            if status == 200:
                assert got[1] == good.encode(), got
                assert ask(server, "token")[0] == 200 and len(upstream.asked) == 1, "it is remembered"
            head = upstream.asked[0].split("\r\n")
            assert head[0] == f"GET /behind{FOLDER}token HTTP/1.0" and f"Host: {NAME}" in head, head
            told = [n for n in server.document()["notices"] if "challenge_upstream" in n]
            assert (said in told[0]) if said else not told, (answer, told)
        upstream.close()


def test_nobody_there():
    """Refused, and known to be so; a name that hides, the bare folder and other methods are never passed on."""
    port = ports.one()
    with balancer_with(challenge_upstream=f"http://127.0.0.1:{port}") as server:
        status, _, seconds = ask(server, "token")
        assert status == 404 and seconds < SOON and "refused" in notices(server), notices(server)
        upstream = Upstream(b"HTTP/1.1 404 Not Found\r\n\r\n")
        server.sections["acme"]["challenge_upstream"] = upstream.url
        reload(server)
        assert "challenge_upstream" not in notices(server)
        for path in (FOLDER, FOLDER + "..%2fx", FOLDER + "a.b", FOLDER + "x" * 129, FOLDER + "a/b"):
            assert server.get_plain(path, NAME).status == 404
        assert server.get_plain(FOLDER + "token", NAME, method="POST").status == 404 and not upstream.asked, upstream.asked
        assert ask(server, "token")[0] == 404 and len(upstream.asked) == 1
        upstream.close()


def test_round_in_a_circle():
    first, second = balancer_with(), balancer_with()
    for one, other in ((first, second), (second, first)):
        one.sections["acme"] = {"challenge_upstream": f"http://127.0.0.1:{other.http_port}"}
        one.write_ini()
    with first, second:
        status, _, seconds = ask(first, "token")
        assert status == 404 and seconds < SOON, (status, seconds)
        assert "challenge_upstream" not in notices(first) + notices(second), "a circle is no fault of the other's"


def test_faults_in_the_file():
    server = Postern({NAME: {"certificate": "self-signed"}}, acme={"challenge_upstream": "https://10.0.0.1", "thumbprint": "short"})
    server.sections["deploy a"] = {"certificate": NAME, "command": "true"}
    server.sections["deploy b"] = {}
    server.sections["deploy c/d"] = {"command": "true", "certificate": "nowhere"}
    server.write_ini()
    done = server.command("check")
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    for words in ("write http://", "thumbprint", "comes from no CA", "[deploy b] command: is missing", "is no name for a receiver",
                  "there is no [site nowhere]"):
        assert words in said, (words, said)
