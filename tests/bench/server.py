"""A server that runs: started on its CPU, asked until it answers, looked at, ended."""
import os
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import time

from command import run
from peer import Peer
from places import HERE, RUN, SERVER_CPU, WORK

TICK = os.sysconf("SC_CLK_TCK")
INSECURE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)   # the certificates are the harness's own
INSECURE.check_hostname, INSECURE.verify_mode = False, ssl.CERT_NONE


class Server:
    """One running instance of a peer, in one variant ('', 'log', 'rsa', or one with its own start line)."""
    next_port = 21000
    upstream = 0     # port of the plain server that proxies pass requests on to

    def __init__(self, peer, variant, certs, wrap="", cpus=SERVER_CPU):
        self.peer, self.variant, self.wrap, self.cpus = peer, variant, wrap, cpus
        self.dir = os.path.join(RUN, f"{peer.name}-{variant or 'base'}-{Server.next_port}")
        os.makedirs(self.dir, exist_ok=True)
        os.chmod(self.dir, 0o777)
        cert, key = certs["rsa" if variant == "rsa" else "ec"]
        v = dict(peer.base, upstream=Server.upstream, dir=self.dir, www=os.path.join(WORK, "www"), conf=os.path.join(self.dir, "server.conf"),
                 cert=os.path.join(self.dir, "cert.pem"), key=os.path.join(self.dir, "key.pem"))
        for i, p in enumerate(("http", "https", "redir")):
            v[p] = Server.next_port + i
        Server.next_port += 3
        self.http, self.https, self.redir, self.v = v["http"], v["https"], v["redir"], v
        self.set_cert(cert, key)
        if "template" in peer.ini:
            on = "log" if variant == "log" else "nolog"
            lines = []
            for line in open(os.path.join(HERE, "adapters", peer.ini["template"])):
                m = re.match(r"\?(\w+)(.*)", line, re.S)
                if m and m[1] != on:
                    continue
                lines.append(Peer.fill(m[2] if m else line, v))
            open(v["conf"], "w").writelines(lines)
        self.proc = None

    def set_cert(self, cert, key):
        for src, dst in ((key, self.v["key"]), (cert, self.v["cert"])):
            shutil.copy(src, dst + ".new")
            os.rename(dst + ".new", dst)

    def start(self, ready=True):
        cmd = self.peer.ini.get("start." + self.variant, self.peer.ini["start"])
        cmd = Peer.fill(cmd, self.v)
        if self.wrap:
            cmd = cmd.replace("exec ", "exec " + self.wrap + " ", 1)
        self.out = open(os.path.join(self.dir, "out.txt"), "ab")
        self.began = time.perf_counter()
        self.proc = subprocess.Popen(["taskset", "-c", self.cpus, "sh", "-c", cmd], stdout=self.out, stderr=self.out,
                                     stdin=subprocess.DEVNULL, start_new_session=True, cwd=self.dir,
                                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000)))
        if ready:
            self.first_answer(60 if self.wrap else 10)
        return self

    def first_answer(self, limit=10):
        """Seconds from the start until the first complete answer."""
        tls = "https" in self.peer.features and self.variant != "redir"
        port = self.https if tls else self.redir if self.variant == "redir" else self.http
        ctx = INSECURE
        while time.perf_counter() - self.began < limit:
            try:
                s = socket.create_connection(("127.0.0.1", port), timeout=limit)
                if tls:
                    s = ctx.wrap_socket(s, server_hostname="localhost")
                s.sendall(f"GET /1k.html HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
                if re.match(rb"HTTP/1.1 (200|30\d)", s.recv(4096)):
                    took = time.perf_counter() - self.began
                    s.close()
                    return took
                s.close()
            except OSError:
                pass
            if self.proc.poll() is not None:
                break
            time.sleep(0.0003)
        self.stop()
        tail = open(os.path.join(self.dir, "out.txt")).read()[-300:]
        raise RuntimeError(f"{self.peer.name}/{self.variant}: no answer on {port}: {tail}")

    def stop(self):
        if not self.proc:
            return
        self.proc.terminate()
        try:
            self.proc.wait(20 if self.wrap else 2)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.proc.pid, signal.SIGKILL)   # the session this object started, nothing else
        except ProcessLookupError:
            pass
        self.proc.wait()
        self.out.close()
        self.proc = None

    def reload(self):
        cmd = self.peer.ini.get("reload", "restart")
        if cmd == "restart":
            self.proc.terminate()
            try:
                self.proc.wait(2)
            except subprocess.TimeoutExpired:
                os.killpg(self.proc.pid, signal.SIGKILL)
                self.proc.wait()
            self.start(ready=False)
        else:
            run(Peer.fill(cmd, dict(self.v, pid=self.proc.pid)))

    def pids(self):
        todo, seen = [self.proc.pid], []
        while todo:
            p = todo.pop()
            seen.append(p)
            try:
                for t in os.listdir(f"/proc/{p}/task"):
                    todo += [int(x) for x in open(f"/proc/{p}/task/{t}/children").read().split()]
            except OSError:
                pass
        return seen

    def cpu(self):
        """CPU seconds (user + system) used so far by the server's processes."""
        total = 0
        for p in self.pids():
            try:
                f = open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()
                total += sum(int(x) for x in f[11:15])
            except OSError:
                pass
        return total / TICK

    def watched(self):
        """Of each epoll instance that watches anything: how many descriptors."""
        counts = []
        for p in self.pids():
            for f in os.listdir(f"/proc/{p}/fdinfo"):
                try:
                    counts.append(open(f"/proc/{p}/fdinfo/{f}").read().count("tfd:"))
                except OSError:
                    pass
        return [n for n in counts if n]

    def memory(self):
        rss = pss = 0
        for p in self.pids():
            try:
                t = open(f"/proc/{p}/smaps_rollup").read()
                rss += int(re.search(r"^Rss:\s+(\d+)", t, re.M)[1])
                pss += int(re.search(r"^Pss:\s+(\d+)", t, re.M)[1])
            except (OSError, TypeError):
                pass
        return rss, pss
