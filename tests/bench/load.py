"""The load generators, on their CPU, and what they count."""
import json
import os
import re
import time

from command import run
from places import CLIENT_CPU, HERE, WORK


def client(args):
    """A load generator's command line: on its own CPU, with AES-128-GCM as the one cipher it offers."""
    return ["env", "OPENSSL_CONF=" + os.path.join(HERE, "tools", "client.cnf"), "taskset", "-c", CLIENT_CPU] + [str(a) for a in args]


def tlsload(port, *args):
    r = run(client([os.path.join(WORK, "tlsload"), "-p", port, *args]), timeout=90)
    return json.loads(r.stdout.splitlines()[-1])


def failures(r):
    return sum(r[k] for k in ("connect", "handshake_err", "read", "status", "timeout"))


def parse_wrk(text):
    n = int(re.search(r"(\d+) requests in", text)[1])
    rps = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    m = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    err = sum(map(int, m.groups())) if m else 0
    m = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return n, rps, err + (int(m[1]) if m else 0)


def measured(server, work):
    """Runs work() -> (requests, figures) and adds the server's CPU time per request and its share of a core."""
    c0, t0 = server.cpu(), time.perf_counter()
    n, figures = work()
    cpu, wall = server.cpu() - c0, time.perf_counter() - t0
    figures["cpu_us"] = cpu * 1e6 / n if n else None
    figures["core"] = cpu / wall
    return figures


def wrk(server, port, path, conns, secs, tls):
    def work():
        url = f"http{'s' if tls else ''}://localhost:{port}{path}"
        n, rps, err = parse_wrk(run(client(["wrk", "-t1", f"-c{conns}", f"-d{secs}s", url])).stdout)
        return n, {"rps": rps, "errors": err}
    return measured(server, work)


def h2load(server, path, secs):
    def work():
        out = run(client(["h2load", "-D", secs, "-c10", "-m10", "-t1", f"https://localhost:{server.https}{path}"])).stdout
        m = re.search(r"requests: (\d+) total.*?(\d+) succeeded, (\d+) failed, (\d+) errored", out)
        rps = float(re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", out)[1])
        if "Application protocol: h2" not in out:
            raise RuntimeError("no h2")
        return int(m[2]), {"rps": rps, "errors": int(m[3]) + int(m[4])}
    return measured(server, work)


def version_flags(server, want):
    if want == 13 and "tls13" not in server.peer.features:
        return ["-t", 12]
    return ["-t", want]


def new_connections(server, secs, version, *extra):
    def work():
        r = tlsload(server.https, "-u", "/1k.html", "-c", 8, "-d", secs, "-t", version, *extra)
        return r["requests"], {"rps": r["rps"], "errors": failures(r), "p50": r["p50"], "p99": r["p99"],
                               "resumed_share": r["resumed"] / max(1, r["handshakes"])}
    return measured(server, work)


def download(server, secs, c13, c12):
    flags = version_flags(server, 13)
    cipher = c13 if flags[1] == 13 else c12
    c0 = server.cpu()
    r = tlsload(server.https, "-u", "/100m.bin", "-k", "-c", 1, "-d", secs, "-T", 30, *flags, "-C", cipher)
    cpu = server.cpu() - c0
    return {"mb_s": r["mb_s"], "errors": failures(r), "cpu_ns_per_kb": cpu * 1e9 / max(1, r["bytes"] / 1000)}


def fixed_rate(server, secs, rate):
    def work():
        r = tlsload(server.https, "-u", "/1k.html", "-k", "-c", 32, "-r", rate, "-d", secs + 1, "-w", 0.5, *version_flags(server, 13))
        return r["requests"], {"rps": r["rps"], "p50": r["p50"], "p99": r["p99"], "max": r["max"], "errors": failures(r)}
    return measured(server, work)
