"""What a lab that is up can be asked and told: its log, its DNS, its renewal information."""
import json
import re
import time
import urllib.error
from pathlib import Path

from .calls import die
from .running import settings
from .web_fetch import fetch


def requests(opts):
    """Requests that Pebble's log shows, by resource."""
    counts = {}
    log = Path(settings(opts)["ACME_PEBBLE_LOG"]).read_text(errors="replace")
    for method, path in re.findall(r"(GET|HEAD|POST) (/\S*) -> calling handler", log):
        counts[f"{method} {path}"] = counts.get(f"{method} {path}", 0) + 1
    counts["all"] = sum(counts.values())
    print(json.dumps(counts, indent=1))


DNS_ACTIONS = {  # action: (path of the control interface, field of the second argument)
    "a": ("add-a", "addresses"), "clear-a": ("clear-a", None),
    "aaaa": ("add-aaaa", "addresses"), "clear-aaaa": ("clear-aaaa", None),
    "cname": ("set-cname", "target"), "clear-cname": ("clear-cname", None),
    "txt": ("set-txt", "value"), "clear-txt": ("clear-txt", None),
    "servfail": ("set-servfail", None), "clear-servfail": ("clear-servfail", None),
    "caa": ("add-caa", "policies"), "clear-caa": ("clear-caa", None),     # values: TAG=VALUE
    "default": ("set-default-ipv4", "ip"), "default6": ("set-default-ipv6", "ip"), "history": ("dns-request-history", None),
}


def dns_(opts):
    path, field = DNS_ACTIONS[opts.action]
    for_all = opts.action in ("default", "default6")     # "" as the address: none
    body = {} if for_all else {"host": opts.host}
    values = [opts.host] if for_all else opts.value
    if field == "policies":
        body[field] = [dict(zip(("tag", "value"), value.split("=", 1))) for value in values]
    elif field:
        body[field] = values if field == "addresses" else "".join(values)
    print(fetch(settings(opts)["ACME_DNS_CONTROL"] + "/" + path, data=json.dumps(body).encode()).decode())


def ari(opts):
    """Say what renewalInfo answers for a certificate (Pebble 2.10; 2.6 cannot)."""
    conf = settings(opts)
    if opts.response:
        response = opts.response
    else:
        def stamp(hours):
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))
        response = json.dumps({"suggestedWindow": {"start": stamp(opts.start), "end": stamp(opts.end)},
                               "explanationURL": "https://localhost/why"})
    body = json.dumps({"certificate": Path(opts.certificate).read_text(), "ariResponse": response})
    try:
        fetch(conf["ACME_MANAGEMENT"] + "/set-renewal-info/", conf["ACME_CA_FILE"], body.encode())
    except urllib.error.HTTPError as error:
        die(error, error.read().decode())
    print(response)
