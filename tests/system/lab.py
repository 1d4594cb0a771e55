"""The test CA: tools/lab/pebble-lab as an object, and a tap that also notes what the CA asked the client to wait."""
import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
import types
import urllib.request
from email.utils import parsedate_to_datetime
from pathlib import Path

import ports

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "lab"
sys.path.insert(0, str(TOOLS))
import faulty.proxy     # noqa: E402  (the path above)
import faulty.server        # noqa: E402

started = []        # labs that are up, for end_all()
_fetched = set()


def _cache():
    return Path(os.environ.get("PEBBLE_LAB_STATE") or
                Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pebble-lab")


def fetch(pebble):
    """Downloads that Pebble once, however many ask at the same time."""
    if pebble in _fetched:
        return
    _cache().mkdir(parents=True, exist_ok=True)
    with open(_cache() / "fetch.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run([TOOLS / "pebble-lab", "fetch", "--pebble", pebble], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"pebble-lab fetch --pebble {pebble}: {done.stderr}")
    _fetched.add(pebble)


class Lab:
    """A running CA.  Options are those of `pebble-lab up`: Lab(nonce_reject=0, retry_after_authz=0)."""

    def __init__(self, pebble="own", **options):
        fetch(pebble)
        self.name = f"system-{secrets.token_hex(4)}"    # process numbers are the same in two namespaces
        self.tool = [sys.executable, str(TOOLS / "pebble-lab"), "--name", self.name]
        argv = ["--pebble", pebble]
        for key, value in options.items():
            argv += ["--" + key.replace("_", "-")] + ([] if value is True else [str(value)])
        for attempt in range(3):    # somebody else may take a port between our look and Pebble's bind
            up = subprocess.run([*self.tool, "up", "--ports", str(ports.block(9)), *argv],
                                capture_output=True, text=True)
            if up.returncode == 0:
                break
        else:
            subprocess.run([*self.tool, "down"], capture_output=True)   # what came up of it
            raise RuntimeError(f"pebble-lab up: {up.stderr}")
        env = dict(re.findall(r"^export (\w+)=(\S+)$", up.stdout, re.M))
        self.dir = Path(env["ACME_LAB_DIR"])
        self.direct, self.ca_file = env["ACME_DIRECTORY"], Path(env["ACME_CA_FILE"])
        self.directory = env.get("ACME_FAULTY_DIRECTORY", self.direct)     # through faulty-ca
        self.control = env.get("ACME_FAULTY_CONTROL")
        self.roots = Path(env["ACME_ISSUER_ROOTS"])
        self.management = env["ACME_MANAGEMENT"]
        self.http_port, self.tls_port = int(env["ACME_HTTP_PORT"]), int(env["ACME_TLS_PORT"])
        self.version = env["ACME_PEBBLE_VERSION"]
        self.dns_server = env["ACME_DNS"]
        started.append(self)

    def down(self):
        if self in started:
            started.remove(self)
            subprocess.run([*self.tool, "down"], capture_output=True)
            shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down()

    # -- faulty-ca

    def _ask(self, method, path, data=None):
        request = urllib.request.Request(self.control + path, data, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.read()

    def set_faults(self, *specs):
        self._ask("PUT", "/faults", "\n".join(specs).encode())

    def clear_faults(self):
        self._ask("DELETE", "/faults")

    def log(self):
        return json.loads(self._ask("GET", "/log"))

    def clear_log(self):
        self._ask("DELETE", "/log")

    def requests(self):
        """What Pebble itself was asked, by resource, and 'all'."""
        done = subprocess.run([*self.tool, "requests"], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def dns(self, action, host, *values):
        subprocess.run([*self.tool, "dns", action, host, *values], capture_output=True, check=True)


class Tap:
    """A faulty-ca in this process, in front of a lab's CA, without faults.  Its `log` has for each request also
    the moment of its answer (wall clock), the Retry-After that answer carried and the document in it.
    before(exchange) is called when a request has arrived and the CA has not yet been asked."""

    def __init__(self, lab, before=None):
        self.log = []
        options = types.SimpleNamespace(
            upstream=lab.direct, upstream_ca=str(lab.ca_file), management=None, dir=str(lab.dir / "tap"), fault=[],
            tls_ca=str(lab.dir / "tls/ca.pem"), tls_ca_key=str(lab.dir / "tls/ca.key"))
        tap = self

        class Proxy(faulty.proxy.Proxy):
            def handle(self, exchange, info):
                began = time.time()
                if before:
                    exchange.kind = self.kind(exchange.path)
                    before(exchange)
                answer = super().handle(exchange, info)
                document = answer.json()
                document = document if isinstance(document, dict) else {}
                tap.log.append(types.SimpleNamespace(
                    kind=exchange.kind, method=exchange.method, path=exchange.path, began=began, ended=time.time(),
                    code=answer.status, document=document, state=document.get("status"),
                    retry_after=answer.get("Retry-After"), headers=exchange.headers,
                    protected=exchange.protected, payload=exchange.payload, nonce=answer.get("Replay-Nonce"),
                    connection=info["connection"], tls=info["tls"]))
                return answer

        self.server = faulty.server.Server(("127.0.0.1", 0), Proxy(options))
        self.directory = f"https://localhost:{self.server.server_address[1]}/dir"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def wait_asked(entry):
    """Seconds that this answer told the client to wait from `entry.ended` on (0: none)."""
    if entry.retry_after is None or entry.state not in ("pending", "processing"):
        return 0.0
    if entry.retry_after.isdigit():
        return float(entry.retry_after)
    return max(0.0, parsedate_to_datetime(entry.retry_after).timestamp() - entry.ended)
