"""One run: the servers take turns within each workload of each round, and each sample is written down."""
import json
import os
import subprocess
import time

from content import make_cert, make_content
from fresh import FRESH, FRESH_SKIP
from peer import Peer
from places import CLIENT_CPU, HERE, WORK
from server import Server
from workloads import W


def measure(a):
    Server.upstream, Server.next_port = a.port, a.port + 1
    make_content(os.path.join(WORK, "www"))
    certs = {"ec": make_cert(WORK, "ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
             "ec2": make_cert(WORK, "ec2", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
             "rsa": make_cert(WORK, "rsa", ["rsa:2048"])}
    names = a.peers.split(",") if a.peers else sorted(f[:-4] for f in os.listdir(os.path.join(HERE, "adapters")) if f.endswith(".ini"))
    peers = [p for p in (Peer(os.path.join(HERE, "adapters", n + ".ini")) for n in names) if p.present()]
    kinds = a.workloads.split(",") if a.workloads else list(W) + list(FRESH)
    doc = {"date": time.strftime("%F %T"), "load": [os.getloadavg()], "rounds": a.rounds, "secs": a.secs,
           "peers": {p.name: {"title": p.title, "version": p.version(), "size": p.size()} for p in peers}, "samples": {}}
    servers, dead = {}, set()

    def add(kind, name, figures):
        doc["samples"].setdefault(kind, {}).setdefault(name, []).append(figures)
        print(f"  {kind} {name}: " + " ".join(f"{k}={v:.6g}" if isinstance(v, float) else f"{k}={v}" for k, v in figures.items()), flush=True)

    def instance(peer, variant):
        if variant not in ("", "log", "rsa") and "start." + variant not in peer.ini:
            variant = ""
        key = (peer.name, variant)
        if key not in servers:
            servers[key] = Server(peer, variant, certs).start()
        return servers[key]

    upstream = subprocess.Popen(["taskset", "-c", CLIENT_CPU, os.path.join(WORK, "null"), str(Server.upstream), "1024"])
    try:
        for r in range(a.rounds):
            print(f"round {r + 1}/{a.rounds} load {os.getloadavg()}", flush=True)
            for kind in kinds:
                if kind in W:
                    title, variant, needs, work, _ = W[kind]
                else:
                    title, needs, work, _ = FRESH[kind]
                for p in peers:
                    if not set(needs.split()) <= p.features or (kind, p.name) in dead or p.name in FRESH_SKIP.get(kind, ()):
                        continue
                    try:
                        if kind in W:
                            add(kind, p.name, work(instance(p, variant), a.secs))
                        elif r < (1 if kind == "instr" else a.fresh_rounds):
                            add(kind, p.name, work(p, certs, a.secs))
                    except Exception as e:   # one peer that fails must not end the run; it is named in the report
                        print(f"  {kind} {p.name}: FAILED {type(e).__name__}: {e}", flush=True)
                        doc.setdefault("failed", {}).setdefault(kind, {})[p.name] = f"{type(e).__name__}: {e}"
                        dead.add((kind, p.name))
            doc["load"].append(os.getloadavg())
            with open(a.out, "w") as f:
                json.dump(doc, f, indent=1)
    finally:
        for s in servers.values():
            s.stop()
        upstream.terminate()
        upstream.wait()
