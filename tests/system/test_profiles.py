"""Profiles with a real CA that has them: the first wanted one that is offered, and none other."""
import re
import time
from datetime import datetime

import http_client
from lab import Lab
from postern import Postern

NAME, OTHER = "device.example.test", "other.example.test"
DAY = 86400


def life(server, name):
    """Seconds from Not Before to Not After of what serves."""
    said = http_client.describe(server.der(name), "-dates")
    first, last = (datetime.strptime(re.search(f"{w}=(.*)", said)[1], "%b %d %H:%M:%S %Y %Z")
                   for w in ("notBefore", "notAfter"))
    return (last - first).total_seconds()


def near(seconds, expected):
    return abs(seconds - expected) < 7200


def test_preference_and_fallback():
    with Lab("sid", nonce_reject=0, retry_after_authz=0, retry_after_order=0, validity=90 * DAY,
             profile=f"week={7 * DAY}") as lab:
        server = Postern({NAME: {}, OTHER: {"profile": "default"}}, lab=lab, acme={"profile": "day, week, default"})
        with server:
            server.wait_issued(NAME)
            server.wait_issued(OTHER)
            assert near(life(server, NAME), 7 * DAY) and near(life(server, OTHER), 90 * DAY), (NAME, life(server, NAME))
            orders = [e for e in lab.log() if e.get("kind") == "new-order"]
            assert sorted(e["payload"]["profile"] for e in orders) == ["default", "week"], orders
            shown = server.der(NAME)
            server.sections["acme"]["profile"] = "day, hour"
            server.write_ini()
            lab.clear_log()
            assert server.command("reload").returncode == 0
            done = server.renew(NAME)
            assert done.returncode == 1 and server.der(NAME) == shown, done
            problem = server.status()[NAME]["last_problem"]
            assert problem["type"] == "profile" and "day, hour" in problem["detail"], problem
            assert "default" in problem["detail"] and "week" in problem["detail"], problem
            assert not [e for e in lab.log() if e.get("kind") == "new-order"]
            server.sections["acme"]["profile"] = "default"
            server.write_ini()
            assert server.command("reload").returncode == 0
            began = time.monotonic()
            assert server.renew(NAME).returncode == 0
            assert near(life(server, NAME), 90 * DAY) and time.monotonic() - began < 20
