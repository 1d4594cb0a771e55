"""What the shipped program tells Prometheus: names, figures that move as they should, and who gets to see them."""
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import http_client

from admin_client import HASH, Admin
from lab import Lab
from postern import TREE, Postern, Skip

NAME = "device.example.test"
TOKEN = "kR3mzuq8Wv1yTnD5bXoJ"
CONTRACT = {
    "postern_certificate_not_after_seconds": {"name"},
    "postern_certificate_renewals_total": {"name", "result"},
    "postern_certificate_next_attempt_seconds": {"name"},
    "postern_certificate_swaps_total": set(),
    "postern_acme_requests_total": {"ca", "kind", "status"},
    "postern_handshakes_total": {"version", "resumed", "result"},
    "postern_http_requests_total": {"site", "code"},
    "postern_connections": {"state"},
    "postern_state_bytes_written_total": set(),
    "process_start_time_seconds": set(),
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
    "process_open_fds": set(),
    "process_max_fds": set(),
}
SAMPLE = re.compile(r'(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (-?[0-9.]+)')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def with_token(**more):
    admin = {"password_hash": HASH, "metrics_token": TOKEN, **more.pop("admin", {})}
    return Postern(admin=admin, **more)


def ask(server, *fields, **more):
    return Admin(server, None).get("/metrics", fields=list(fields), **more)


def scrape(server):
    reply = ask(server, ("Authorization", f"Bearer {TOKEN}"))
    assert reply.status == 200 and reply.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8", reply
    return reply.body.decode()


def read(text):
    """{(name, labels as sorted pairs): value}, strictly: every line, HELP and TYPE before, no series twice."""
    found, family = {}, None
    for line in text.splitlines():
        head = re.fullmatch(r"# (HELP|TYPE) (\w+) (.+)", line)
        if head:
            if head[1] == "HELP":
                family = head[2]
            assert head[2] == family and (head[1] == "HELP" or head[3] in ("counter", "gauge")), line
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample and sample[1] == family, line
        key = sample[1], tuple(sorted(LABEL.findall(sample[2] or "")))
        assert key not in found, line
        found[key] = float(sample[3])
    return found


def value(figures, name, /, **labels):
    """The sum of all series of that name that have these labels."""
    return sum(v for (n, pairs), v in figures.items() if n == name and labels.items() <= dict(pairs).items())


def test_names_and_promtool():
    with Lab() as lab, with_token(sites={"home": {"names": NAME}}, lab=lab) as server:
        server.wait_issued(NAME)
        server.get(host=NAME)
        text = scrape(server)
        figures = read(text)
        names = {}
        for name, pairs in figures:
            names.setdefault(name, set()).add(frozenset(dict(pairs)))
        assert names == {name: {frozenset(labels)} for name, labels in CONTRACT.items()}, names
        dashboard = (TREE / "board/grafana/postern.json").read_text()
        used = set(re.findall(r"\b(?:postern|process)_\w+", "".join(re.findall(r'"(?:expr|query)": "(.*)"', dashboard))))
        assert json.loads(dashboard)["panels"] and len(used) > 10 and used <= names.keys(), used - names.keys()
        assert value(figures, "postern_certificate_renewals_total", name="home", result="ok") == 1
        assert value(figures, "postern_certificate_renewals_total", name="home", result="failed") == 0
        assert value(figures, "postern_acme_requests_total", kind="newOrder", status="201") == 1
        shown = server.status()["home"]
        assert value(figures, "postern_certificate_not_after_seconds", name="home") > value(figures, "process_start_time_seconds")
        assert shown["next_attempt"] and value(figures, "postern_certificate_next_attempt_seconds", name="home") > 0
        promtool = find_promtool()
        if not promtool:
            raise Skip("promtool is not here: tools/setup test unpacks it")
        done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
        assert done.returncode == 0 and not done.stdout + done.stderr, done
        return f"{len(figures)} series, {len(text)} bytes; promtool: nothing to say"


def test_dashboard_asks_for_what_there_is():
    """Every figure that the Grafana dashboard asks for is one of ours, with labels that it has; and none is left out."""
    dashboard = json.loads((TREE / "board/grafana/postern.json").read_text())
    asked, queries = set(), [t["expr"] for panel in dashboard["panels"] for t in panel["targets"]]
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            names = re.findall(r"\b(?:postern|process)_\w+", target["expr"])
            assert len(names) == 1 and names[0] in CONTRACT, target["expr"]
            labels = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            by = re.search(r"by \(([\w, ]+)\)", target["expr"])
            assert labels <= (set(by[1].split(", ")) if by else CONTRACT[names[0]]), target
            assert not by or set(by[1].split(", ")) <= CONTRACT[names[0]], target
            asked.add(names[0])
    assert asked | {"process_start_time_seconds"} == set(CONTRACT), set(CONTRACT) - asked
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in dashboard["panels"]]
    assert len(set(places)) == len(places) and len({p["id"] for p in dashboard["panels"]}) == len(places)
    promtool = find_promtool()
    if promtool:
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as rules:
            filled = [q.replace('=~"$instance"', '=~".*"') for q in queries]
            json.dump({"groups": [{"name": "d", "rules": [{"record": f"a{i}", "expr": q} for i, q in enumerate(filled)]}]}, rules)
            rules.flush()
            done = subprocess.run([promtool, "check", "rules", "--lint=none", rules.name], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
    return f"{len(queries)} queries"


def find_promtool():
    cache = os.environ.get("POSTERN_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "postern"
    unpacked = Path(cache) / "servers/prometheus/usr/bin/promtool"
    return unpacked if unpacked.exists() else shutil.which("promtool")


def test_figures_move():
    with with_token(sites={"home": {"names": f"localhost, {NAME}", "canonical": "localhost"}}) as server:
        before = read(scrape(server))
        for _ in range(3):
            assert server.get().status == 200
        assert server.get("/nothing").status == 404
        assert server.get(host=NAME).status == 301
        assert server.get_plain(host="other.example").status == 421
        after = read(scrape(server))
        moved = lambda name, **labels: value(after, name, **labels) - value(before, name, **labels)
        requests = {(site, code): moved("postern_http_requests_total", site=site, code=code)
                    for site, code in [("home", "200"), ("home", "404"), ("home", "301"), ("none", "421"), ("admin", "200")]}
        assert requests == {("home", "200"): 3, ("home", "404"): 1, ("home", "301"): 1, ("none", "421"): 1, ("admin", "200"): 1}, requests
        # five of the site's and one of the page's, which is counted before or after its own answer
        assert 5 <= moved("postern_handshakes_total", result="ok") <= 7
        assert moved("postern_handshakes_total", version="1.3", resumed="no") >= 5
        assert moved("process_cpu_seconds_total") >= 0
        assert value(after, "process_start_time_seconds") == value(before, "process_start_time_seconds")
        assert value(after, "process_open_fds") < value(after, "process_max_fds")
        # a connection that is open, and one that asks for nothing
        silent = http_client.dial(server.http_port)
        idle = http_client.dial(server.http_port)
        idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        idle.recv(10)
        http_client.until(lambda: value(read(scrape(server)), "postern_connections", state="idle") == 1, 5, "one is idle")
        http_client.until(lambda: value(read(scrape(server)), "postern_connections", state="reading") == 1 + 1, 5, "one is silent, one is ours")
        silent.close()
        idle.close()
        http_client.until(lambda: value(read(scrape(server)), "postern_connections") == 1, 5, "all but ours are gone")


def test_who_may():
    with with_token() as server:
        assert ask(server).status == 401
        wrong = "xR3mzuq8Wv1yTnD5bXoJ"
        for _ in range(8):
            reply = ask(server, ("Authorization", f"Bearer {wrong}"))
            assert reply.status == 401 and "Bearer" in reply.field("WWW-Authenticate"), reply
        scrape(server)
        assert Admin(server).get("/metrics").status == 200, "by session"
        assert Admin(server, None).get("/api/v1/history", fields=[("Authorization", f"Bearer {TOKEN}")]).status == 401
        history = Admin(server).json("/api/v1/history?span=day")
        assert history["step_s"] == 900 and set(history) == {"step_s", "requests", "handshakes", "connections", "errors"}
        shown = server.command("check", "--print")
        assert shown.returncode == 0 and TOKEN not in shown.stdout and "metrics_token = ****" in shown.stdout, shown
        # another token, then none, then no metrics
        other = "a-new-token-after-a-reload"
        text = server.ini_file.read_text()
        server.write_ini(text.replace(TOKEN, other))
        assert server.command("reload").returncode == 0
        assert ask(server, ("Authorization", f"Bearer {TOKEN}")).status == 401
        assert ask(server, ("Authorization", f"Bearer {other}")).status == 200
        server.write_ini(text.replace(f"metrics_token = {TOKEN}", "metrics = no"))
        assert server.command("reload").returncode == 0
        assert ask(server, ("Authorization", f"Bearer {other}")).status == 404 and Admin(server).get("/metrics").status == 404
        for secret in (TOKEN, wrong, other):
            assert secret not in server.log(), secret
            for kept in server.state.rglob("*"):
                assert not kept.is_file() or secret.encode() not in kept.read_bytes(), kept
