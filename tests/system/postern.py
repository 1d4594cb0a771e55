"""The shipped program as an object: an INI made from parameters, free ports, `ready`, its log, its end by pid."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import http_client
import lab as lab_module
import openapi
import ports

TREE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("POSTERN", TREE / "out/native/postern")).resolve()
NOBODY = 65534      # as whom the program runs when the tests run as root: it must not need root
_root = None        # of everything the tests write
_servers = []       # started by the test that runs
_lock = threading.Lock()


class Skip(Exception):
    """This test cannot run here: the reason is printed."""


def scratch(name="t"):
    """A new folder, which the program may write."""
    global _root
    if _root is None:
        _root = Path(tempfile.mkdtemp(prefix="postern-system-"))
        _root.chmod(0o755)
    folder = Path(tempfile.mkdtemp(prefix=name + "-", dir=_root))
    folder.chmod(0o755)
    own(folder)
    return folder


def own(path):
    """Gives a file or folder, and all below it, to the identity the program runs as."""
    if os.geteuid() == 0:
        for entry in [path, *(path.rglob("*") if path.is_dir() else [])]:
            os.chown(entry, NOBODY, NOBODY, follow_symlinks=False)


def copy_state(state, to):
    """A copy of a state folder that no server has open: all of it but the control socket."""
    shutil.copytree(state, to, symlinks=True, ignore=lambda _, names: [n for n in names if n.endswith(".sock")])
    own(to)


def program():
    """The program, where an unprivileged identity can reach it."""
    with _lock:
        copy = (_root or scratch().parent) / "postern"
        if not copy.exists():
            shutil.copy(PROGRAM, copy)
            copy.chmod(0o755)
        return copy


def remove_scratch():
    global _root
    if _root is not None:
        shutil.rmtree(_root, ignore_errors=True)
        _root = None


def end_all():
    """Ends what the test left running; [(name, log)] of the last servers that it started."""
    for server in _servers:
        server.stop()
    logs = [(f"log of {s.ini_file}", s.log()[-6000:]) for s in _servers[-3:]]
    _servers.clear()
    for lab in list(lab_module.started):
        lab.down()
    return logs


def identity(as_root):
    """Arguments of Popen that give up root."""
    if os.geteuid() != 0 or as_root:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def ini_text(sections):
    lines = []
    for name, keys in sections:
        lines.append(f"[{name}]")
        for key, value in (keys.items() if isinstance(keys, dict) else keys):
            if value is not None:
                lines.append(f"{key} = {value}")
        lines.append("")
    return "\n".join(lines)


class Postern:
    """sites: {name: {key: value}}.  With a lab, its CA is asked and the ports that it validates at are ours; without one
    every site is self-signed.  server, acme, admin: more keys for those sections (None takes one away).  program: another
    than POSTERN."""

    def __init__(self, sites=None, lab=None, directory=None, server=None, acme=None, admin=None, state=None,
                 as_root=False, folder=None, program=None):
        self.folder = folder or scratch("postern")
        self.program = program
        self.as_root = as_root
        self.state = state or self.folder / "state"
        self.http_port = lab.http_port if lab else ports.one()
        self.https_port, self.admin_port = lab.tls_port if lab else ports.one(), ports.one()
        self.sites = sites or {"localhost": {}}
        self.lab = lab
        self.sections = {
            "server": {"http": f"127.0.0.1:{self.http_port}", "https": f"127.0.0.1:{self.https_port}",
                       "state": self.state, "log": "stderr", "access_log": "off",
                       "resolver": lab.dns_server if lab else "127.0.0.1:1",    # nobody: no test asks the machine's own
                       **(server or {})},
            "admin": {"listen": f"127.0.0.1:{self.admin_port}", **(admin or {})},
        }
        if lab:
            trust = self.folder / "ca.pem"      # the lab's own lies in a home, perhaps closed to others
            shutil.copy(lab.ca_file, trust)
            trust.chmod(0o644)
            self.sections["acme"] = {"ca": directory or lab.directory, "ca_file": trust, "agree_tos": "yes",
                                     **(acme or {})}
        elif acme:
            self.sections["acme"] = acme
        self.ini_file = self.folder / "postern.ini"
        self.log_file = self.folder / "server.log"
        self.process = None
        self.write_ini()

    def write_ini(self, text=None):
        if text is None:
            default = {} if self.lab or "acme" in self.sections else {"certificate": "self-signed"}
            sites = [(f"site {name}", {**default, **keys}) for name, keys in self.sites.items()]
            text = ini_text([*self.sections.items(), *sites])
        self.ini_file.write_text(text)

    # -- its life

    def start(self, seconds=10.0, wrap=(), wait=True):
        """wrap: a command to run it under.  `self.ready_s` is then the time until `ready`."""
        argv = [*map(str, wrap), str(self.program or program()), "serve", "-c", str(self.ini_file)]
        self.log_from = self.log_file.stat().st_size if self.log_file.exists() else 0
        with open(self.log_file, "ab") as out:
            self.started = time.monotonic()
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder,
                                            start_new_session=True, **identity(self.as_root))
        if self not in _servers:
            _servers.append(self)
        if wait:
            self.wait_for(r"\bready\b", seconds)
            self.ready_s = time.monotonic() - self.started
        return self

    def wait_for(self, pattern, seconds=10.0):
        """The first match in what it has logged since its last start."""
        def look():
            found = re.search(pattern, self.log(self.log_from), re.M)
            assert found or self.process.poll() is None, \
                f"ended with {self.process.returncode} before it logged /{pattern}/:\n{self.log(self.log_from)}"
            return found
        return http_client.until(look, seconds, f"/{pattern}/ in the log", 0.005)

    def log(self, start=0):
        if not self.log_file.exists():
            return ""
        with open(self.log_file, "rb") as f:
            f.seek(start)
            return f.read().decode(errors="replace")

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=12.0):
        """SIGTERM, and SIGKILL when that does not do; its exit status."""
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode if self.process else None

    def kill(self):
        if self.alive():
            self.process.kill()
        self.process.wait()

    def signal(self, number=signal.SIGHUP):
        os.kill(self.pid, number)

    def __enter__(self):
        return self if self.alive() else self.start()

    def __exit__(self, *_):
        self.stop()

    # -- its commands

    def command(self, *argv, seconds=60, ini=True, input=None):
        """Runs `postern ARGV... -c INI` as the identity of the server.  input: what it reads."""
        argv = [str(self.program or program()), *map(str, argv)] + (["-c", str(self.ini_file)] if ini else [])
        return subprocess.run(argv, capture_output=True, text=True, timeout=seconds, cwd=self.folder,
                              **({"input": input} if input is not None else {"stdin": subprocess.DEVNULL}), **identity(self.as_root))

    def document(self):
        """`status --json`."""
        done = self.command("status", "--json")
        assert done.returncode in (0, 1), f"status --json: {done.returncode} {done.stdout}{done.stderr}"
        document = json.loads(done.stdout)
        openapi.judge_as("Status", document)
        return document

    def status(self):
        """A dict of its certificates by name."""
        return {c["name"]: c for c in self.document()["certificates"]}

    def renew(self, name, *more, seconds=90):
        return self.command("renew", name, "--force", *more, seconds=seconds)

    # -- what it serves

    def der(self, name="localhost", port=None, **more):
        return http_client.peer_der(port or self.https_port, name, **more)

    def get(self, path="/", host="localhost", **more):
        """Over HTTPS."""
        return http_client.fetch(self.https_port, path, host, sni=host, **more)

    def get_plain(self, path="/", host="localhost", **more):
        return http_client.fetch(self.http_port, path, host, **more)

    def live(self, name):
        """The generation that live/NAME points to, as text; None without one."""
        try:
            return os.readlink(self.state / "live" / name)
        except OSError:
            return None

    def issued(self, name):
        """Whether what a new connection is shown comes from the lab's CA."""
        return "Pebble" in http_client.describe(self.der(name), "-issuer")

    def wait_issued(self, name, seconds=30.0):
        http_client.until(lambda: self.issued(name), seconds, f"the CA's certificate for {name} is served", 0.05)

    def wait_window(self, name, seconds=30.0):
        """Until the CA has a renewal window for the certificate.  Pebble lists an order by its serial only after the
        certificate can be fetched; one that was asked for in between it may never know, and another one helps."""
        self.wait_issued(name, seconds)
        for _ in range(8):
            try:
                return http_client.until(lambda: self.status()[name]["ari"], 1.5, "the window is known")
            except AssertionError:
                assert self.renew(name).returncode == 0
        raise AssertionError(f"the CA has no window for {name}")


def run(*argv, seconds=30, **more):
    """The program without a server: run('version')."""
    return subprocess.run([str(program()), *map(str, argv)], capture_output=True, text=True, timeout=seconds,
                          stdin=subprocess.DEVNULL, **{**identity(False), **more})


def port_is_free(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0


def need_strace():
    """Skips a test that attaches to a server: which lets nobody look into it but root."""
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    if os.geteuid() != 0:
        raise Skip("needs root, to attach strace to a server")


def system_calls(server, seconds, during, calls):
    """Counts {call: number} that the running server makes while `during()` runs, by strace."""
    need_strace()
    out = scratch("strace") / "calls"
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-e", "trace=" + ",".join(calls), "-o", out,
                               "-p", str(server.pid)], stderr=subprocess.PIPE, start_new_session=True)
    try:
        http_client.until(lambda: _traced(server.pid), seconds, "strace is attached")
        time.sleep(0.2)
        during()
        time.sleep(0.1)
    finally:
        tracer.terminate()
        tracer.wait()
    count = dict.fromkeys(calls, 0)
    for line in out.read_text(errors="replace").splitlines():
        found = re.match(r"\d+ +(\w+)\(", line)
        if found and found[1] in count:
            count[found[1]] += 1
    return count


def _traced(pid):
    return all(re.search(r"^TracerPid:\s+[1-9]", (task / "status").read_text(), re.M)
               for task in Path(f"/proc/{pid}/task").iterdir())
