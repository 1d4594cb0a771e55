"""Pebble's configuration, made from the options of `up`."""
import json
from pathlib import Path


def pebble_config(opts, port, tls):
    conf = {
        "listenAddress": f"127.0.0.1:{port['acme']}",
        "managementListenAddress": f"127.0.0.1:{port['manage']}",
        "certificate": str(tls / "server.pem"),
        "privateKey": str(tls / "server.key"),
        "httpPort": port["http"], "tlsPort": port["tls"],
        "ocspResponderURL": opts.ocsp,
        "externalAccountBindingRequired": bool(opts.eab),
        "externalAccountMACKeys": dict(item.split("=", 1) for item in opts.eab),
        "domainBlocklist": opts.block or ["blocked-domain.example"],
        "retryAfter": {"authz": opts.retry_after_authz, "order": opts.retry_after_order},
        "keyAlgorithm": opts.key_algorithm,
        "profiles": {
            # Pebble gives an order that names no profile ANY of them, by chance: so only one here.
            "default": {"description": "the lab's default", "validityPeriod": opts.validity},
        },
        "certificateValidityPeriod": opts.validity,
    }
    for item in opts.profile:
        name, seconds = item.split("=", 1)
        conf["profiles"][name] = {"description": name, "validityPeriod": int(seconds)}
    if opts.merge:
        conf.update(json.loads(Path(opts.merge).read_text()))
    return {"pebble": conf}
