"""The workloads that start an instance of their own: memory, start, slow clients, reload, instructions."""
import collections
import json
import os
import re
import subprocess
import time

from content import serial_of
from load import client, failures, parse_wrk, tlsload, version_flags, wrk
from places import CLIENT_CPU, SERVER_CPU, WORK
from server import Server


def fresh_memory(peer, certs, _, variant="", conns=1000, settled=0.3):
    s = Server(peer, variant, certs).start()
    try:
        time.sleep(0.3)
        rss0, pss0 = s.memory()
        p = subprocess.Popen(client([os.path.join(WORK, "tlsload"), "-p", s.https, "-u", "/1k.html", "-k", "-H", "-c", conns,
                                     "-d", 50, *version_flags(s, 13)]), stdout=subprocess.PIPE, text=True)
        ready = p.stdout.readline()
        time.sleep(settled)
        rss, pss = s.memory()
        p.terminate()
        held = json.loads(p.stdout.read().splitlines()[-1])["held"]
        p.wait()
        m = re.match(r"READY (\d+)", ready)
        return {"idle_rss_kb": rss0, "idle_pss_kb": pss0, "held": held, "rss_kb": rss, "pss_kb": pss,
                "bytes_per_conn": (pss - pss0) * 1024 / max(1, int(m[1]) if m else held)}
    finally:
        s.stop()


def fresh_many(peer, certs, secs):
    return fresh_memory(peer, certs, secs, "many", 10000, settled=3)     # idle, the last of them too


def fresh_loops(peer, certs, secs):
    """One loop and two, each on both CPUs: CPU time per request, and the share of the connections that the fuller loop has."""
    figures = {}
    for n in (1, 2):
        s = Server(peer, f"loops{n}", certs, cpus=f"{SERVER_CPU},{CLIENT_CPU}").start()
        try:
            holding = subprocess.Popen(client([os.path.join(WORK, "tlsload"), "-p", s.https, "-u", "/1k.html", "-k", "-H", "-c", 400, "-d", 60,
                                               *version_flags(s, 13)]), stdout=subprocess.PIPE, text=True)
            holding.stdout.readline()
            held = [c for c in s.watched() if c > 20]
            holding.terminate()
            holding.wait()
            got = wrk(s, s.https, "/1k.html", 64, max(secs, 3), True)
            figures |= {f"cpu_us_{n}": got["cpu_us"], f"rps_{n}": got["rps"], "errors": figures.get("errors", 0) + got["errors"]}
        finally:
            s.stop()
    return figures | {"cpu_ratio": figures["cpu_us_2"] / figures["cpu_us_1"], "fuller_pct": 100 * max(held) / sum(held), "loops_seen": len(held)}


def fresh_start(peer, certs, _):
    s = Server(peer, "", certs).start(ready=False)
    try:
        return {"start_ms": s.first_answer() * 1000}
    finally:
        s.stop()


def fresh_slow(peer, certs, _):
    s = Server(peer, "", certs).start()
    try:
        calm = tlsload(s.https, "-u", "/1k.html", "-c", 50, "-r", 50, "-d", 2, "-T", 3, *version_flags(s, 13))
        p = subprocess.Popen(client(["slowhttptest", "-c", 500, "-H", "-i", 2, "-r", 300, "-l", 7, "-x", 24, "-p", 3,
                                     "-u", f"https://localhost:{s.https}/1k.html"]), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
        time.sleep(2.5)
        r = tlsload(s.https, "-u", "/1k.html", "-c", 50, "-r", 50, "-d", 3, "-T", 3, *version_flags(s, 13))
        out = re.sub(r"\x1b\[[0-9;]*m", "", p.communicate(timeout=60)[0])
        m = re.findall(r"connected:\s+(\d+)", out)
        good = r["requests"] - r["status"]
        return {"success_pct": 100 * good / max(1, r["requests"] + failures(r) - r["status"]), "p50": r["p50"], "p99": r["p99"],
                "calm_p50": calm["p50"], "calm_p99": calm["p99"], "slow_conns": max(map(int, m)) if m else None}
    finally:
        s.stop()


def fresh_reload(peer, certs, _):
    s = Server(peer, "", certs).start()
    try:
        old, new = serial_of(certs["ec"][0]), serial_of(certs["ec2"][0])
        secs, at = 6, 2
        keep = subprocess.Popen(client(["wrk", "-t1", "-c16", f"-d{secs}s", f"https://localhost:{s.https}/1k.html"]),
                                stdout=subprocess.PIPE, text=True)
        conn = subprocess.Popen(client([os.path.join(WORK, "tlsload"), "-p", s.https, "-u", "/1k.html", "-c", 4, "-d", secs,
                                        "-W", "-T", 3, *version_flags(s, 13)]), stdout=subprocess.PIPE, text=True)
        paced = subprocess.Popen(client([os.path.join(WORK, "tlsload"), "-p", s.https, "-u", "/1k.html", "-c", 16, "-k", "-r", 200,
                                         "-d", secs, "-T", 3, *version_flags(s, 13)]), stdout=subprocess.PIPE, text=True)
        time.sleep(at)
        s.set_cert(*certs["ec2"])
        trigger = time.monotonic()   # the clock of tlsload's t0
        s.reload()
        returned = time.monotonic()
        n, rps, err = parse_wrk(keep.communicate(timeout=60)[0])
        r = json.loads(conn.communicate(timeout=60)[0].splitlines()[-1])
        q = json.loads(paced.communicate(timeout=60)[0].splitlines()[-1])
        seen = {x["serial"].lstrip("0"): x for x in r["serials"]}
        return {"keep_requests": n, "keep_errors": err, "paced_requests": q["requests"], "paced_errors": failures(q),
                "paced_worst_ms": q["max"] / 1000, "new_conns": r["requests"], "new_conn_errors": failures(r),
                "new_seen_ms": (r["t0"] + seen[new]["first"] - trigger) * 1000 if new in seen else None,
                "old_last_ms": (r["t0"] + seen[old]["last"] - trigger) * 1000 if old in seen else None,
                "reload_cmd_ms": (returned - trigger) * 1000, "worst_ms": r["max"] / 1000, "pss_kb_after": s.memory()[1]}
    finally:
        s.stop()


def fresh_instructions(peer, certs, _):
    """Instructions in user space per request, by callgrind, as the difference of two runs."""
    def total(kind, n):
        s = Server(peer, "", certs, wrap="valgrind --tool=callgrind --callgrind-out-file=cg.%p")
        s.start()
        flags = {"keep": ["-k", "-c", 4], "new": ["-c", 1]}[kind]
        r = tlsload(s.https, "-u", "/1k.html", *flags, "-n", n, "-d", 60, "-T", 30, *version_flags(s, 13))
        if r["requests"] != n:
            raise RuntimeError(f"{peer.name}: {r}")
        s.stop()
        count = 0
        for f in os.listdir(s.dir):
            if f.startswith("cg."):
                m = re.search(r"^(?:totals|summary): (\d+)", open(os.path.join(s.dir, f)).read(), re.M)
                count += int(m[1]) if m else 0
        return count
    return {"instr_keepalive": (total("keep", 600) - total("keep", 100)) / 500,
            "instr_new_conn": (total("new", 60) - total("new", 10)) / 50}


FRESH = collections.OrderedDict(
    w8=("W8 memory: idle, and with 1000 idle keep-alive TLS connections", "https", fresh_memory, "idle_rss_kb idle_pss_kb bytes_per_conn held"),
    w8b=("W8 memory with 10,000 idle keep-alive TLS connections", "https many", fresh_many, "idle_pss_kb bytes_per_conn held"),
    loops=("Two loops beside one, HTTPS keep-alive 1 KB, wrk -t1 -c64 (400 connections held for the shares)", "https loops", fresh_loops,
           "cpu_ratio cpu_us_1 cpu_us_2 rps_1 rps_2 fuller_pct loops_seen"),
    w10=("W10 start to first HTTPS answer", "https", fresh_start, "start_ms"),
    w12=("W12 a good client during 500 slow-header connections", "https slow", fresh_slow, "success_pct p50 p99 calm_p99 slow_conns"),
    w14=("W14 certificate reload under load", "https", fresh_reload, "keep_errors paced_errors new_conn_errors new_seen_ms old_last_ms worst_ms"),
    instr=("Instructions per request (callgrind, user space only)", "https", fresh_instructions, "instr_keepalive instr_new_conn"),
)
FRESH_SKIP = {"instr": {"caddy", "nginx-sid", "lighttpd-mbedtls-sid", "apache", "h2o", "httplib"},
              "w12": {"null-mbedtls", "null-openssl"}, "w14": {"null-mbedtls", "null-openssl", "h2o"}}
