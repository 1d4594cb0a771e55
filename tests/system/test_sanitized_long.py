"""A program built with ASan and UBSan, or with TSan, under h2load, wrk and a slow crowd, while configuration, certificates and
content change: it reports nothing, does not die, and answers to the end. `tools/load asan` and `tools/load tsan` build it."""
import os
import random
import re
import subprocess
import threading
import time
from collections import Counter

import postern
import upstream
from admin_client import HASH, Admin
from lab import Lab
from postern import Postern
from slow_crowd import Crowd
from upstream import Upstream

BY_NAME = True
SECONDS = int(os.environ.get("LOAD_SECONDS", "120"))
NAME = "device.example.test"
OPTIONS = {"ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:exitcode=66", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=66",
           "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1:exitcode=66"}
REPORT = re.compile(r"^.*(AddressSanitizer|ThreadSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:|terminate called|Assertion .* failed).*$", re.M)
PATHS = ("/", "/text.html", "/large.bin", "/none", "/old", "/list/", "/app/text.html", "/app/large.bin", "/sub", "/%2e%2e/x", "/docs/text.html")


def sanitizer():
    data = postern.PROGRAM.read_bytes()
    kinds = [name for name, mark in (("ASan", b"__asan_init"), ("TSan", b"__tsan_init")) if mark in data]
    if not kinds:
        raise postern.Skip("the program is built without a sanitizer: run tools/load")
    return kinds[0]


def fill(root):
    text = "".join(f"<p>line {i}</p>\n" for i in range(1500))
    for path, body in {"index.html": "<p>hello", "text.html": text, "large.bin": "L" * 500_000, "list/a.txt": "a", "sub/x": "x", "404.html": "<p>lost"}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(body)


class House:
    """The server, another of the same build behind it, and a small one that takes uploads."""

    def __init__(self, lab):
        self.roots = [postern.scratch("www"), postern.scratch("other")]
        for root in self.roots:
            fill(root)
            postern.own(root)
        self.up = Upstream({"*": upstream.answer(b"taken")})
        self.behind = Postern({"localhost": {"root": self.roots[0], "redirect_http": "no", "listing": "yes"}})
        self.server = Postern({}, lab=lab, server={"max_per_client": "off", "access_log": postern.scratch("log") / "access.log", "loops": 2},
                              admin={"password_hash": HASH})
        self.users = postern.scratch("users") / "users"
        hashed = subprocess.run(["openssl", "passwd", "-5", "-stdin"], input="lovelace", capture_output=True, text=True, check=True).stdout
        self.users.write_text("ada:" + hashed)
        postern.own(self.users.parent)
        self.turn(0)

    def turn(self, number):
        """The configuration, one way or the other; each fourth is refused."""
        root = self.roots[number % 2]
        site = [("root", root), ("redirect", "/old /new"), ("alias", f"/docs {self.roots[1]}"), ("proxy", f"/up http://127.0.0.1:{self.up.port}"),
                ("proxy", f"/app http://127.0.0.1:{self.behind.http_port}/"), ("listing", "yes" if number % 3 else "no"), ("error_page_404", "404.html"),
                ("compress", "yes" if number % 5 else "no"), ("header", f"X-Turn: {number}")]
        here = [("names", "localhost, 127.0.0.1"), ("certificate", "self-signed"), ("redirect_http", "no"), *site]
        if number % 2:
            here = [*here, ("rate", "100000/s"), ("header", "X-More: 1")]
        sections = [*self.server.sections.items(), (f"site {NAME}", [("hsts", "1h"), ("key_type", "ec256, rsa2048"), *site]), ("site localhost", here),
                    ("site guarded.test", [("certificate", "self-signed"), ("root", root), ("basic_auth", self.users)])]
        if number % 7 == 3:
            sections.append(("site other.example", [("certificate", "self-signed"), ("root", root)]))
        self.server.write_ini(postern.ini_text(sections) + ("nonsense\n" if number % 4 == 3 else ""))

    def __enter__(self):
        self.behind.start(60)
        self.server.start(60)
        return self

    def __exit__(self, *_):
        self.server.stop(60)
        self.behind.stop(60)
        self.up.kill()


def loads(house, body, scale):
    """Command lines, each of a few seconds.  scale: of the connections; a handshake under TSan takes twenty times as long."""
    c = lambda number: f"-c{max(1, number // scale)}"
    tls, plain = house.server.https_port, house.server.http_port
    h2 = lambda *args, paths=PATHS, host="localhost": ["h2load", *map(str, args), "-t1", f"https://{host}:{tls}{paths[0]}", *paths[1:],
                                                       *([f"--connect-to=127.0.0.1:{tls}"] if host != "localhost" else [])]
    wrk = lambda url, *args: ["wrk", "-t1", "-d5s", "--timeout", "20s", *map(str, args), url]
    zipped = ("-H", "Accept-Encoding: gzip")
    word = ("-H", "Authorization: Basic YWRhOmxvdmVsYWNl")
    return [
        h2("-D5", c(40), "-m20"), h2("-D5", c(5), "-m100", *zipped, paths=("/text.html", "/app/text.html")), h2("-D5", c(10), "-m10", host=NAME),
        h2("-D5", c(20), "-m10", "-w10", "-W12", paths=("/large.bin", "/app/large.bin")),                 # small windows
        h2(f"-n{400 // scale}", c(200), f"-r{80 // scale}", "-m4"),                                                            # new connections
        h2("-D5", c(10), "-m10", "-d", body, paths=("/up/x",)), h2("-D5", c(10), "-m4", "-d", body, paths=("/",)), h2("-n200", c(20), "-m10", "-d", body, paths=("/app/x",)),
        h2("-D5", c(20), "-m4", "--h1"), h2("-D5", c(10), "-m4", *word, paths=("/",), host="guarded.test"), h2("-n100", c(10), "-m10", "-H", "Authorization: Basic eA==", paths=("/",), host="guarded.test"),
        wrk(f"http://localhost:{plain}/text.html", c(40)), wrk(f"https://localhost:{tls}/text.html", c(30), *zipped), wrk(f"https://localhost:{tls}/", c(20), "-H", "Connection: close"),
        wrk(f"http://localhost:{plain}/app/large.bin", c(10)), wrk(f"http://localhost:{plain}/old", c(30), "-H", "Connection: close"), wrk(f"http://127.0.0.1:{plain}/large.bin", c(20)),
    ]


def served(text):
    """How many requests were answered, by what h2load or wrk tells."""
    found = re.search(r"(\d+) succeeded", text) or re.search(r"(\d+) requests in", text)
    return int(found[1]) if found else 0


class Meddler:
    """Whatever an owner may do to a server that runs, again and again, each in a thread of its own."""

    def __init__(self, house):
        self.house, self.stop, self.counts, self.faults = house, threading.Event(), Counter(), []
        self.threads = [threading.Thread(target=self.again, args=job) for job in ((self.reload, 0.6), (self.swap, 2.0), (self.look, 0.5), (self.write, 0.4))]

    def again(self, job, pause):
        while not self.stop.wait(pause):
            try:
                job()
                self.counts[job.__name__] += 1
            except Exception as error:      # judged when all is over
                self.faults.append(f"{job.__name__}: {type(error).__name__} {error}"[:300])

    def reload(self):
        self.house.turn(self.counts["reload"] + 1)
        self.house.server.signal()

    def swap(self):
        done = self.house.server.renew(NAME, seconds=120)
        assert not REPORT.search(done.stdout + done.stderr), done.stderr[-4000:]
        assert done.returncode == 0, done.stdout + done.stderr

    def look(self):
        server = self.house.server
        assert server.document()
        browser = Admin(server)
        assert browser.get("/api/v1/status").status == 200
        server.command("check", seconds=60)

    def write(self):
        name = random.choice(("text.html", "large.bin", "index.html"))
        root = random.choice(self.house.roots)
        fresh = root / ".fresh"
        fresh.write_text(random.choice(("short", "L" * 30_000, "L" * 300_000)))
        postern.own(fresh)
        fresh.replace(root / name)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def drive(house, body, scale, seconds):
    """Three loads at a time in random order, some of them killed in the middle; (requests answered, runs)."""
    rng, answered, runs, running, began = random.Random(7), 0, Counter(), [], time.monotonic()
    left = []
    while time.monotonic() - began < seconds or running:
        while len(running) < 3 and time.monotonic() - began < seconds:
            left = left or rng.sample(loads(house, body, scale), k=17)
            argv = left.pop()
            doomed = rng.random() < 0.25
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            running.append((child, time.monotonic() + (rng.uniform(0.3, 2.5) if doomed else 60)))
        for child, until in list(running):
            if child.poll() is None and time.monotonic() > until:
                child.kill()
                runs["killed"] += 1
            if child.poll() is not None:
                text = child.communicate()[0]
                answered += served(text)
                runs["runs"] += 1
                running.remove((child, until))
        assert house.server.alive(), "the server died"
        time.sleep(0.05)
    return answered, runs


def reports(server):
    return REPORT.findall(server.log()) and server.log()[REPORT.search(server.log()).start():][:6000]


def test_load():
    kind = sanitizer()
    scale, least = {"ASan": (1, 5), "TSan": (5, 2)}[kind]
    for name, value in OPTIONS.items():
        os.environ.setdefault(name, value)
    body = postern.scratch("body") / "body"
    body.write_bytes(os.urandom(150_000))
    with Lab(retry_after_authz=0, retry_after_order=0, nonce_reject=0) as lab:
        house = House(lab)
        try:
            with house:
                house.server.wait_issued(NAME, 120)
                with Meddler(house) as meddler, Crowd(house.server.https_port, ["127.0.0.1"], each=12 // scale) as crowd:
                    answered, runs = drive(house, body, scale, SECONDS)
                last = house.server.get("/", timeout=30)
        finally:
            told = [text for text in map(reports, (house.server, house.behind)) if text]
            assert not told, told[0]
    ended = [s.process.returncode for s in (house.server, house.behind)]
    note = f"{kind}: {answered} requests of {runs['runs']} runs ({runs['killed']} killed), {dict(meddler.counts)}, " \
        f"{sum(min(t.counts) for t in crowd.told.values())} slow connections; ended with {ended}"
    assert ended == [0, 0] and last.status == 200, note
    assert answered > 1000 / scale and min(meddler.counts[n] for n in ("reload", "swap", "look", "write")) >= least, f"{note}; {meddler.faults[:5]}"
    assert len(meddler.faults) < 0.1 * meddler.counts.total(), f"{note}; {len(meddler.faults)} faults: {meddler.faults[:5]}"
    assert len(re.findall(r"\breloaded\b", house.server.log())) >= 5, note
    return note


test_load.seconds = SECONDS + 600
