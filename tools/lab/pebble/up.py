"""The command `up`: starts mock DNS, Pebble, and on request the proxy and Caddy; notes where they are."""
import json
import os
import subprocess
import sys
from pathlib import Path

from .caddy import caddy_up
from .calls import die
from .config import pebble_config
from .packages import unpacked
from .processes import await_port, free_block, reachable, spawn
from .running import down, env_
from .web_fetch import fetch
from .web_tls import make_tls

FAULTY_CA = Path(__file__).resolve().parent.parent / "faulty-ca"


def help_text(binary):
    done = subprocess.run([str(binary), "-help"], text=True, capture_output=True)
    return done.stdout + done.stderr


def up(opts):
    base, lab = opts.base, opts.base / opts.name
    down(opts)
    lab.mkdir(parents=True, exist_ok=True)
    for old in lab.glob("*.log"):
        old.unlink()

    if os.path.isdir(opts.pebble):
        tree = Path(opts.pebble)
    else:
        tree = unpacked(base, "pebble", opts.pebble)
    pebble = tree / "usr/bin/pebble"
    dns = tree / "usr/bin/pebble-challtestsrv"

    first = opts.ports or free_block()
    names = ("acme", "manage", "dns", "dnsctl", "http", "tls", "faulty", "faultyctl", "caddy")
    port = {name: first + i for i, name in enumerate(names)}
    port["http"] = opts.http_port or port["http"]
    port["tls"] = opts.tls_port or port["tls"]
    port["dns"] = opts.dns_port or port["dns"]
    for name in ("acme", "manage", "dns", "dnsctl", "faulty", "faultyctl"):
        if reachable(port[name]):
            die("port", port[name], "is taken; choose another with --ports")

    tls = lab / "tls"
    make_tls(tls)
    conf = lab / "pebble.json"
    conf.write_text(json.dumps(pebble_config(opts, port, tls), indent=1))

    flags = help_text(dns)
    argv = [dns, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv4", opts.address,
            "-defaultIPv6", "", "-management", f"127.0.0.1:{port['dnsctl']}",
            "-dnsserver" if "-dnsserver" in flags else "-dns01", f"127.0.0.1:{port['dns']}"]
    if "-doh " in flags:
        argv += ["-doh", ""]
    child = spawn(lab, "dns", argv)
    await_port(lab, "dns", child, port["dnsctl"])

    env = {
        "PEBBLE_WFE_NONCEREJECT": str(opts.nonce_reject),
        "PEBBLE_AUTHZREUSE": str(opts.authz_reuse),
        "PEBBLE_CHAIN_LENGTH": str(opts.chain_length),
        "PEBBLE_ALTERNATE_ROOTS": str(opts.alternate_roots),
        "PEBBLE_WFE_ORDERS_PER_PAGE": str(opts.orders_per_page),
    }
    if opts.va_sleep:
        env["PEBBLE_VA_SLEEPTIME"] = str(opts.va_sleep)
    else:
        env["PEBBLE_VA_NOSLEEP"] = "1"
    if opts.always_valid:
        env["PEBBLE_VA_ALWAYS_VALID"] = "1"
    argv = [pebble, "-config", conf, "-dnsserver", f"127.0.0.1:{port['dns']}"]
    if opts.strict:
        argv.append("-strict")
    child = spawn(lab, "pebble", argv, env)
    await_port(lab, "pebble", child, port["acme"])
    await_port(lab, "pebble", child, port["manage"])

    ca = str(tls / "ca.pem")
    manage = f"https://127.0.0.1:{port['manage']}"
    root = b""
    for i in range(opts.alternate_roots + 1):
        root += fetch(f"{manage}/roots/{i}", ca)
    (lab / "issuer-roots.pem").write_bytes(root)

    out = {
        "ACME_LAB_DIR": lab,
        "ACME_DIRECTORY": f"https://localhost:{port['acme']}/dir",
        "ACME_CA_FILE": ca,
        "ACME_ISSUER_ROOTS": lab / "issuer-roots.pem",
        "ACME_MANAGEMENT": manage,
        "ACME_HTTP_PORT": port["http"],
        "ACME_TLS_PORT": port["tls"],
        "ACME_DNS": f"127.0.0.1:{port['dns']}",
        "ACME_DNS_CONTROL": f"http://127.0.0.1:{port['dnsctl']}",
        "ACME_PEBBLE_LOG": lab / "pebble.log",
        "ACME_PEBBLE_VERSION": (tree / ".done").read_text().strip() if (tree / ".done").exists() else "?",
    }
    if not opts.no_faulty:
        argv = [sys.executable, FAULTY_CA, "serve", "--upstream", out["ACME_DIRECTORY"],
                "--upstream-ca", ca, "--management", manage, "--listen", f"127.0.0.1:{port['faulty']}",
                "--control", f"127.0.0.1:{port['faultyctl']}", "--dir", lab / "faulty", "--tls-ca",
                tls / "ca.pem", "--tls-ca-key", tls / "ca.key"]
        child = spawn(lab, "faulty", argv, marker="faulty-ca")
        await_port(lab, "faulty", child, port["faultyctl"])
        await_port(lab, "faulty", child, port["faulty"])
        out["ACME_FAULTY_DIRECTORY"] = f"https://localhost:{port['faulty']}/dir"
        out["ACME_FAULTY_CONTROL"] = f"http://127.0.0.1:{port['faultyctl']}"
    if opts.caddy:
        out.update(caddy_up(opts, lab, port, tls))
    (lab / "env.json").write_text(json.dumps({k: str(v) for k, v in out.items()}, indent=1))
    env_(opts)
