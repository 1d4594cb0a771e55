"""`check --preflight` and `check --probe`, against a mock DNS and ports that do each thing a port can do."""
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import http_client
import ports
import postern
from lab import TOOLS, Lab
from postern import Postern, Skip

NAME = "device.example.test"


def on_all(lab):
    """Keys of [server] that let every address of loopback lead here, IPv6 too."""
    return {"http": f"[::]:{lab.http_port}", "https": f"[::]:{ports.one()}"}


def look(server, *argv, seconds=75):
    """(exit status, the findings, seconds it took)."""
    began = time.monotonic()
    done = server.command("check", "--preflight", "--json", *argv, seconds=seconds)
    assert done.stdout.startswith("{"), done
    return done.returncode, json.loads(done.stdout)["findings"], time.monotonic() - began


def said(findings, level):
    return [f for f in findings if f["level"] == level]


def one(findings, check, about):
    found = [f for f in findings if f["check"] == check and about in f["about"]]
    assert len(found) == 1, (check, about, findings)
    return found[0]


@contextmanager
def web_server(address, port):
    """Somebody else's, at that address."""
    class Other(http.server.BaseHTTPRequestHandler):
        server_version, sys_version = "nginx/1.22.1", ""

        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer((address, port), Other)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def full_backlog(address, port):
    """A port whose kernel answers no SYN more: what a firewall that drops looks like."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(0)
    waiting = []
    try:
        for _ in range(4):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex((address, port))
            waiting.append(s)
        time.sleep(0.1)
        yield
    finally:
        for s in [*waiting, listener]:
            s.close()


def test_all_is_well():
    with Lab() as lab, Postern({NAME: {}}, lab=lab, server=on_all(lab)) as server:
        lab.dns("aaaa", NAME, "::1")
        for _ in range(2):      # by the server that runs, then on ports of its own
            status, findings, seconds = look(server)
            assert status == 0 and {f["level"] for f in findings} == {"ok"}, findings
            assert seconds < 20, seconds
            assert {f["check"] for f in findings} == {"state", "clock", "ca", "name", "port", "caa", "limits"}, findings
            assert {f["about"].split(" (")[0] for f in findings if f["check"] == "port"} == {
                f"port {p} of {ip}" for p in (lab.http_port, int(server.sections["server"]["https"].split(":")[-1]))
                for ip in ("127.0.0.1", "::1")}, findings
            server.stop()
        text = server.command("check", "--preflight").stdout
        assert "All is well." in text and "check --probe" in text, text
        assert max(map(len, text.splitlines())) < 80, text
        assert not list(server.state.rglob("*preflight*")), "nothing stays behind"


def test_each_thing_a_port_can_do():
    names = {key: f"{key}.example.test" for key in ("nowhere", "refused", "silent", "other", "well")}
    with Lab() as lab:
        server = Postern({"all": {"names": ", ".join(names.values())}}, lab=lab)
        lab.dns("default", "")
        for key, ip in {"refused": "127.0.0.3", "silent": "127.0.0.4", "other": "127.0.0.5", "well": "127.0.0.1"}.items():
            lab.dns("a", names[key], ip)
        with full_backlog("127.0.0.4", lab.http_port), web_server("127.0.0.5", lab.http_port):
            status, findings, seconds = look(server)
            text = server.command("check", "--preflight", seconds=75).stdout
        assert status == 2 and seconds < 60, (status, seconds)
        assert "neither A nor AAAA" in one(findings, "name", names["nowhere"])["seen"]
        port = f"port {lab.http_port} of "
        finding = one(findings, "port", port + "127.0.0.3")
        assert finding["level"] == "fault" and "refused" in finding["seen"] and "`connection`" in finding["result"], finding
        finding = one(findings, "port", port + "127.0.0.4")
        lines = [line for paste in finding["paste"] for line in paste["lines"]]
        assert finding["level"] == "fault" and "time out" in finding["seen"], finding
        assert f"iptables -I INPUT -p tcp --dport {lab.http_port} -j ACCEPT" in lines, lines
        finding = one(findings, "port", port + "127.0.0.5")
        assert finding["level"] == "fault" and "nginx/1.22.1, status 404" in finding["seen"], finding
        assert one(findings, "port", port + "127.0.0.1")["level"] == "ok", findings
        assert "an order would fail now" in text and f"uci set firewall.postern_{lab.http_port}=rule" in text, text
        assert max(map(len, text.splitlines())) < 80, text      # names and ports are short here


def test_caa_and_clock():
    with Lab() as lab:
        server = Postern({NAME: {}}, lab=lab)
        lab.dns("caa", "example.test", "issue=somebody.example")
        status, findings, _ = look(server)
        finding = one(findings, "caa", NAME)
        assert "somebody.example" in finding["seen"], finding
        assert finding["level"] in ("note", "fault"), finding     # Pebble of old does not say what it is called
        lab.set_faults("date:skew=-7200")
        status, findings, _ = look(server)
        assert one(findings, "clock", "")["level"] == "warning" and " ahead " in one(findings, "clock", "")["seen"], findings
        lab.set_faults("date:skew=7200")
        status, findings, _ = look(server)
        assert status == 2 and "behind" in one(findings, "clock", "")["seen"], findings


def test_trust_and_reach():
    with Lab() as lab:
        server = Postern({NAME: {}}, lab=lab, acme={"ca_file": None})
        status, findings, _ = look(server)
        finding = one(findings, "ca", lab.directory)
        assert status == 2 and "ca_file = " in finding["change"] and finding["paste"], finding
        lab.down()
        status, findings, seconds = look(server)
        assert status == 2 and "refused" in one(findings, "ca", "")["seen"] and seconds < 60, findings
        assert one(findings, "name", NAME)["level"] == "warning", "DNS went with it, which is no verdict on the name"


def apart(function, words, **environment):
    """Runs that function of this file in namespaces of its own, which prints these words at its end."""
    if os.geteuid() != 0:
        raise Skip("needs root")
    inner = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); sys.dont_write_bytecode = True\n" \
            f"import postern, test_preflight\ntry:\n    test_preflight.{function}()\n" \
            "finally:\n    postern.end_all(); postern.remove_scratch()\n"
    Lab().down()        # so that Pebble is fetched: there is no network inside
    done = subprocess.run([TOOLS / "in-namespace", sys.executable, "-c", inner], capture_output=True, text=True, timeout=180,
                          env=os.environ | environment)
    assert done.returncode == 0 and words in done.stdout, done.stdout + done.stderr


def without_a_bundle():
    """No system bundle: what is built in is the CAs' with a name, and the lab's is none of them."""
    with Lab() as lab:
        server = Postern({NAME: {}}, lab=lab)
        own_file = server.sections["acme"].pop("ca_file")
        server.write_ini()
        status, findings, _ = look(server)
        finding = one(findings, "ca", lab.directory)
        assert status == 2 and "is refused" in finding["seen"] and "the trust anchors built in" in finding["change"], finding
        with server:
            http_client.until(lambda: (server.status()[NAME]["last_problem"] or {}).get("type") == "trust", 20, "it is refused, not given up")
            server.stop()
        server.sections["acme"]["ca_file"] = own_file
        server.write_ini()
        with server:
            server.wait_issued(NAME)
        assert "by " + str(own_file) in one(look(server)[1], "ca", "")["seen"]
    print("without a bundle: all holds")


def test_without_a_bundle():
    empty = postern.scratch() / "empty.crt"
    empty.write_text("")
    apart("without_a_bundle", "without a bundle: all holds", LAB_TRUST=str(empty))


def test_ports_that_cannot_be_had():
    with Lab() as lab, web_server("0.0.0.0", lab.http_port):
        server = Postern({NAME: {}}, lab=lab)
        status, findings, _ = look(server)
        finding = one(findings, "port", f"port {lab.http_port}")
        assert status == 2 and "nginx" in finding["seen"] and "Another program" in finding["seen"], finding
    if os.geteuid() == 0:
        server = Postern({NAME: {}}, acme={"ca": "https://localhost:1/dir", "agree_tos": "yes"},
                         server={"http": "127.0.0.1:81"})
        status, findings, _ = look(server)      # as nobody
        finding = one(findings, "port", "port 81")
        assert finding["level"] == "warning" and "sudo" in finding["change"], finding


def in_namespace():
    """Addresses of our own and of others, and a state folder on a disk that is full, or that is not to be written."""
    def run(*argv):
        subprocess.run(argv, check=True)
    run("ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1")     # a cable at whose end nobody listens
    run("ip", "addr", "add", "1.2.3.4/24", "dev", "d0")
    run("ip", "link", "set", "d0", "up")
    run("ip", "link", "set", "d1", "up")
    run("ip", "neigh", "add", "1.2.3.9", "lladdr", "02:00:00:00:00:09", "dev", "d0")
    with Lab(http_port=80, tls_port=443, dns_port=53) as lab:
        server = Postern({NAME: {}}, lab=lab, as_root=True, server={
            "user": postern.NOBODY, "group": postern.NOBODY, "http": "[::]:80", "https": "[::]:443", "resolver": "system"})
        lab.dns("default", "1.2.3.4")
        status, findings, _ = look(server)
        assert status == 0 and {f["level"] for f in findings} == {"ok"}, findings
        lab.dns("default", "1.2.3.9")
        status, findings, _ = look(server)
        finding = one(findings, "name", NAME)
        assert status == 2 and "not an address of this machine, which has 1.2.3.4" in finding["seen"], finding
        assert finding["paste"][0]["lines"] == [f"{NAME}. IN A 1.2.3.4"], finding
        assert not [f for f in findings if f["check"] == "port"], "it is not our port that fails"
        run("ip", "addr", "del", "1.2.3.4/24", "dev", "d0")
        run("ip", "addr", "add", "192.168.1.2/24", "dev", "d0")
        run("ip", "route", "add", "default", "dev", "d0")
        run("ip", "neigh", "replace", "1.2.3.9", "lladdr", "02:00:00:00:00:09", "dev", "d0")
        status, findings, _ = look(server)
        finding = one(findings, "port", "port 80 of 1.2.3.9")
        assert status == 0 and finding["level"] == "note" and "hairpin" in finding["seen"], findings
        assert "192.168.1.2 port 80" in finding["change"], finding
        lab.dns("default", "192.168.1.2")
        server.state.mkdir()
        for options, word in (("size=64k", "full"), ("size=64k,ro", "read-only"), ("size=64k,mode=755", "by user")):
            run("mount", "-t", "tmpfs", "-o", options, "tmpfs", server.state)
            if word == "full":
                try:
                    (server.state / "lost+found").write_bytes(bytes(1 << 20))
                except OSError:
                    os.chmod(server.state, 0o777)
            status, findings, _ = look(server)
            run("umount", server.state)
            finding = one(findings, "state", str(server.state))
            assert status == 2 and finding["level"] == "fault" and word in finding["seen"], finding
    print("in the namespace: all holds")


def test_addresses_and_disks():
    apart("in_namespace", "in the namespace: all holds")


def test_advice_before_the_first_order():
    """It warns while the order goes on, and is gone when there is a certificate."""
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        lab.dns("a", NAME, "127.0.0.3")
        with Postern({NAME: {}}, lab=lab) as server:
            found = server.wait_for(r" warn preflight .*check=port.*$", 20)
            assert "level=fault" in found[0] and f"port {lab.http_port} of 127.0.0.3" in found[0], found[0]
            server.wait_for(r" acme.failed ", 30)
            text = server.command("status").stdout
            assert f"Note: port {lab.http_port} of 127.0.0.3" in text and "To do: " in text, text
            lab.dns("clear-a", NAME)
            assert server.renew(NAME).returncode == 0
            assert "Note: port" not in server.command("status").stdout
            began = time.monotonic()
            assert server.stop() == 0 and time.monotonic() - began < 8


@contextmanager
def probing(server):
    """(the process, its first line with a URL)."""
    process = subprocess.Popen([str(postern.program()), "check", "--probe", "-c", str(server.ini_file)], text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=server.folder,
                               **postern.identity(False))
    try:
        for line in process.stdout:
            if line.startswith("  http://"):
                break
        yield process, line.strip()
    finally:
        process.kill()
        process.wait()


def try_probe(server):
    with probing(server) as (process, url):
        path = "/" + url.split("/", 3)[3]
        answer = server.get_plain(path, "localhost")
        assert answer.status == 200 and b"You got through" in answer.body, answer
        for line in process.stdout:
            if "a visit" in line:
                break
        assert f"from 127.0.0.1 (IPv4) at port {server.http_port}, http" in line, line
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(5) == 0 and "Ended. Nobody came from outside." in rest, rest
    return path


def test_probe():
    with Postern({"localhost": {}}) as server:
        path = try_probe(server)
        http_client.until(lambda: server.get_plain(path, "localhost").status == 404, 3, "the page is taken down")
        server.stop()
        try_probe(server)       # on ports of its own
        assert postern.port_is_free(server.http_port)
