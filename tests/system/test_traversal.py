"""One table of ways out of a folder: `..` and slashes in every spelling, absolute forms, dot files, symlinks. It runs over plain HTTP,
HTTPS and HTTP/2, against a root, an alias and two upstreams. Secrets lie wherever one could get to; none is ever in an answer."""
import itertools
import os
import posixpath
import re
import struct
import threading
import time
from collections import Counter
from urllib.parse import unquote

import h2_wire
import postern
from h2_wire import DATA, END_STREAM, GOAWAY, HEADERS, RST_STREAM, Wire, headers, request, settings
from http_client import Conn
from postern import Postern
from upstream import Upstream, answer

MARK = "TOPSECRET"              # in each file that nobody may see
PUBLIC = "free for all\n"
MOUNTS = ("", "/docs", "/app", "/raw")
BASES = {"/app": "/base", "/raw": "/raw"}       # below which the upstream may be asked

DOTS = ("..", "%2e%2e", ".%2E", "%252e%252e", "..;", "..;x=y", "..%3b", "%2e%2e;", "...", "%c0%ae%c0%ae", "%u002e%u002e", "..%00", "..%20", " ..")
SLASHES = ("/", "//", "/./", "%2f", "%2F/", "%5c", "\\", "%252f", "%255c", "%c0%af", "%ef%bc%8f", ";/", "%3b/", ";x%2f", "%2f;/", "/;/")
DEPTHS = (1, 2, 9)
TARGETS = ("outside/secret.txt", "state/live/localhost/privkey.pem", "etc/passwd")

# Below a mount, which stands for {m}.  What a folder may show of it is PUBLIC or nothing.
ROWS = [
    "{m}/.hidden", "{m}/%2ehidden", "{m}/.%68idden", "{m}/./.hidden", "{m}//.hidden", "{m}/sub/.hidden", "{m}/sub/../.hidden", "{m}/x/..%2f.hidden",
    "{m}/.git/config", "{m}/.git%2fconfig", "{m}/.git;/config", "{m}/%2egit/config", "{m}/sub/%2e%2e/.git/config", "{m}/.well-known/.hidden",
    "{m}/.well-known/../.hidden", "{m}/.well-known/link", "{m}/.well-known%2f..%2f.hidden", "{m}/.well-knownx/.hidden", "{m}/.htpasswd", "{m}/.htpasswd/",
    "{m}/link_out", "{m}/link_up", "{m}/link_chain", "{m}/dir_out/secret.txt", "{m}/dir_out", "{m}/dir_out/", "{m}/dir_up/outside/secret.txt",
    "{m}/dir_state/live/localhost/privkey.pem", "{m}/proc_root/etc/passwd", "{m}/proc_cwd/postern.ini", "{m}/proc_environ", "{m}/proc_fd/3", "{m}/linked/", "{m}/packed.js",
    "{m}/link_hidden", "{m}/link_abs", "{m}/a.txt/../../outside/secret.txt", "{m}/a.txt/", "{m}/a.txt%00.html", "{m}/a.txt%00", "{m}/a.txt::$DATA", "{m}/a.txt%20",
    "{m}/~root", "{m}/%7eroot/", "{m}/CON", "{m}/c:/", "{m}/C:%5cwindows", "{m}/..", "{m}/.", "{m}/%2e%2e", "{m}/%2e", "{m}/...", "{m}/..;", "{m}/..%2f", "{m}/%2f",
    "{m}/%2f%2f", "{m}/%5c", "{m}//", "{m}///etc/passwd", "{m}/%2fetc%2fpasswd", "{m}/%2fetc/passwd", "{m}/%5c%5cetc", "{m}/x/../../..", "{m}/sub/../../a.txt",
    "{m}/%2f..;%2f..;%2foutside/secret.txt", "{m}/x%2f..;/..;/x", "{m}/;%2f..;x%2f..;y/x", "{m}/%2f..%3b/%2f..%3b/secret.txt", "{m}/%5c..;a/%5c..;a/secret.txt",
    "{m}%2f..%2foutside/secret.txt", "{m}%2foutside", "{m}..", "{m}../outside/secret.txt", "{m}.hidden", "{m};/../outside/secret.txt", "{m}%00/x", "{m}\\..\\outside",
    "{m}?/../outside/secret.txt", "{m}/a.txt?../../outside/secret.txt", "{m}/?file=../outside/secret.txt", "{m}/%3f/../../outside/secret.txt", "{m}/%23/../../outside",
    "{m}/#/../../outside", "{m}/../{m}/../outside/secret.txt", "{m}/%", "{m}/%2", "{m}/%%32%65%%32%65/outside", "{m}/%25%32%65%25%32%65/outside",
    "{m}/.%00./outside", "{m}/%2e%2e%0a/outside", "{m}/..%0d%0aX:y/outside", "{m}/%ff%fe/../..", "{m}/\u00e4/../..", "{m}/%e4", "{m}/%c3%a4/../a.txt",
    "//localhost{m}/a.txt", "//etc/passwd", "/\\/etc/passwd", "/%2e%2e{m}/../etc/passwd", "/x/..{m}/a.txt", "/./{m}/a.txt", "/..{m}/a.txt", "/.{m}/a.txt",
    "http://localhost{m}/../outside/secret.txt", "http://localhost{m}/%2e%2e/outside/secret.txt", "http://localhost{m}/a.txt", "https://localhost{m}/..%2foutside",
    "http://localhost/..{m}/a.txt", "http://localhost", "http://localhost?{m}/../outside", "http://other.example.test{m}/a.txt", "http://localhost/../../etc/passwd",
    "http://localhost:1{m}/.hidden", "http://me@localhost{m}/.hidden", "http:{m}/.hidden", "file:///etc/passwd", "file://localhost/etc/passwd", "ftp://localhost/etc/passwd",
    "http://localhost%2f..%2foutside/secret.txt", "http:///etc/passwd", "http://localhost\\..\\outside/secret.txt", "*", "**", "../outside/secret.txt", "..", "{m}",
]
SHOWN = ("{m}/a.txt", "{m}//a.txt", "{m}/./a.txt", "{m}/sub/../a.txt", "{m}/sub/%2e%2e/a.txt", "{m}/%61.txt", "/x/..{m}/a.txt", "{m}/link_in", "{m}/.well-known/a.txt")


def paths(mount):
    """Every row below a mount, and every spelling of `so many folders up, then down to a secret`."""
    out = [row.replace("{m}", mount) or "/" for row in (*ROWS, *SHOWN)]
    for dots, slash, depth, target in itertools.product(DOTS, SLASHES, DEPTHS, TARGETS):
        out += [f"{mount}/{(dots + slash) * depth}{target}", f"{mount}/sub{slash}{(dots + slash) * depth}{target}"]
    return list(dict.fromkeys(out))


def fill(root, outside, state):
    """A folder with something to show, and with everything that leads out of it."""
    for name in ("a.txt", "sub/a.txt", ".well-known/a.txt", "packed.js", "linked/a.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(PUBLIC)
    for name in (".hidden", "sub/.hidden", ".git/config", ".htpasswd", ".well-known/.hidden", ".well-knownx/.hidden"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{MARK} {name}\n")
    links = {"link_in": "a.txt", "link_out": outside / "secret.txt", "link_up": f"../{outside.name}/secret.txt", "link_chain": "link_up", "dir_out": outside,
             "dir_up": "..", "dir_state": state, "proc_root": "/proc/self/root", "proc_cwd": "/proc/self/cwd", "proc_environ": "/proc/self/environ",
             "proc_fd": "/proc/self/fd", "linked/index.html": outside / "secret.txt", "packed.js.gz": outside / "secret.txt", ".well-known/link": outside / "secret.txt",
             "packed.js.br": f"../{outside.name}/secret.txt", "404.html": outside / "secret.txt", "link_abs": root / "a.txt"}
    for name, to in links.items():
        (root / name).symlink_to(to)


class Leaks:
    """What no answer may hold: MARK, the first lines of the machine's own files, and the private keys of the state."""

    def __init__(self):
        self.words = {MARK.encode(), b"root:x:0:", b"[server]", b"PRIVATE KEY-----", b"\0PATH="}

    def add_state(self, state):
        """All of the state's files but the certificates, which everybody is shown."""
        for path in state.rglob("*"):
            if path.is_file() and not path.is_symlink() and "chain" not in path.name and path.name != "cert.pem":
                self.words |= {line for line in path.read_bytes().split(b"\n") if len(line) >= 40}

    def found(self, body):
        return next((word for word in self.words if word in body), None)


def as_upstreams_read(target):
    """The paths that servers take a target for: as sent; decoded; without what stands behind a ';', before that or after it."""
    path = target.split("?")[0]
    decoded = unquote(path, "latin-1")
    bare = lambda text: re.sub(r";[^/\\]*", "", text)
    for text in (path, decoded, unquote(bare(path), "latin-1"), bare(decoded)):
        yield posixpath.normpath("/" + re.sub(r"[/\\]+", "/", text).lstrip("/"))


def climbed(target, bases):
    """What the upstream could read it as that is below none of the bases; None: nothing."""
    for path in as_upstreams_read(target):
        if not any(path == base or path.startswith(base + "/") for base in bases):
            return path
    return None


def say(connection, asked):
    connection.sendall(answer(PUBLIC if asked.line.split(" ")[1].endswith("a.txt") else "up"))
    return True


class House:
    """A root, an alias and two upstreams behind one site; secrets beside all of them."""

    def __init__(self, *more):
        self.folder = postern.scratch("house")
        self.upstream = Upstream({"*": say})
        self.root, self.docs, self.outside = (self.folder / name for name in ("www", "docs", "outside"))
        for name in ("etc/passwd", "secret.txt", "outside/secret.txt", "base.txt"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(f"{MARK} {name}\n")
        for root in (self.root, self.docs):
            root.mkdir()
            fill(root, self.outside, self.folder / "state")
        postern.own(self.folder)
        self.server = Postern({"localhost": {}}, folder=self.folder)
        up = f"http://127.0.0.1:{self.upstream.port}"
        site = [("names", "localhost"), ("certificate", "self-signed"), ("redirect_http", "no"), ("root", self.root), ("alias", f"/docs {self.docs}"),
                ("proxy", f"/app {up}/base"), ("proxy", f"/raw {up}"), *more]
        self.server.write_ini(postern.ini_text([*self.server.sections.items(), ("site localhost", site)]))

    def __enter__(self):
        self.server.start()
        self.leaks = Leaks()
        self.leaks.add_state(self.folder / "state")
        assert len(self.leaks.words) > 6, "the state holds a private key"
        return self

    def __exit__(self, *_):
        self.server.stop()
        self.upstream.kill()


PACKED = ("Accept-Encoding", "gzip, br, zstd")


def over_h1(port, sni, targets):
    """[(target, status, body)]; each answer is read before the next request."""
    connection, out = None, []
    for target in targets:
        connection = connection or Conn(port, sni)
        connection.send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{': '.join(PACKED)}\r\n\r\n".encode())
        r = connection.response()
        out.append((target, r.status, r.raw_head + r.body))
        if (r.field("Connection") or "").lower() == "close":
            connection.close()
            connection = None
    if connection:
        connection.close()
    return out


AT_ONCE = 50
WIDE = struct.pack(">I", (1 << 30) - 65535)


def over_h2(port, targets):
    """Likewise, so many streams at once; one that is reset has the status 400, as over HTTP/1.1. Without a table of fields, so that
    each status is written out."""
    out, left = [], list(targets)
    while left:
        with Wire(port, "localhost", first=settings((1, 0), (4, 1 << 20)) + h2_wire.frame(h2_wire.WINDOW_UPDATE, 0, 0, WIDE)) as wire:
            stream = 1
            while left and stream < 1000 and not wire.ended:
                batch = left[:AT_ONCE]
                numbers = range(stream, stream + 2 * len(batch), 2)
                wire.seen.clear()
                wire.send(b"".join(headers(n, request(t.encode(), authority="localhost", more=[(PACKED[0].lower(), PACKED[1])])) for n, t in zip(numbers, batch)))
                open_ones = set(numbers)
                while open_ones:
                    came = wire.receive(10)
                    assert came is not None and came.kind != GOAWAY, f"{len(out)} answers, then {came} {came and came.code}; the next is {left[:1]}"
                    if came.kind == RST_STREAM or (came.kind in (DATA, HEADERS) and came.flags & END_STREAM):
                        open_ones.discard(came.stream)
                body = {n: b"" for n in numbers}
                for came in wire.seen:
                    if came.stream in body and came.kind in (DATA, HEADERS):
                        body[came.stream] += came.payload
                out += [(t, wire.status(n) or 400, body[n]) for n, t in zip(numbers, batch)]
                left, stream = left[len(batch):], stream + 2 * len(batch)
    return out


WAYS = {"HTTP": lambda s, t: over_h1(s.http_port, None, t), "HTTPS": lambda s, t: over_h1(s.https_port, "localhost", t), "HTTP/2": lambda s, t: over_h2(s.https_port, t)}


def is_absolute(target):
    return not target.startswith("/")


def judge(house, way, answers):
    """Faults of a mount's answers: a secret in one, more than the table shows, or an answer of the server's own making."""
    faults = []
    for target, status, body in answers:
        if word := house.leaks.found(body):
            faults.append(f"{way} {target}: {word[:20]!r} is in the answer")
        elif status not in (200, 204, 301, 400, 404, 405, 414, 421):
            faults.append(f"{way} {target}: {status}")
    return faults


def test_ways_out():
    count, shown, faults, seen = Counter(), Counter(), [], {}
    with House() as house:
        for mount, (way, ask) in itertools.product(MOUNTS, WAYS.items()):
            targets = paths(mount)
            answers = ask(house.server, targets)
            faults += judge(house, way, answers)
            status = {t: s for t, s, _ in answers}
            for target in (row.replace("{m}", mount) for row in SHOWN):
                is_there = mount not in BASES or "a.txt" in target
                if status[target] != 200 or (is_there and not [b for t, _, b in answers if t == target and PUBLIC.encode() in b]):
                    faults.append(f"{way} {target}: {status[target]}, and it is to be shown")
            count[way] += len(answers)
            shown[way] += sum(s == 200 for _, s, _ in answers)
            for target, s, _ in answers:
                if not is_absolute(target):
                    seen.setdefault(target, {})[way] = s
        faults += [f"{t}: {s}" for t, s in seen.items() if len(set(s.values())) > 1]
        heard = [a.line for a in house.upstream.asked]
        for line in heard:
            method, target, version = line.split(" ")
            if path := climbed(target, BASES.values()):
                faults.append(f"the upstream hears {target!r}, which may be read as {path}")
        assert house.server.alive()
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:40])
    assert len(heard) > 3000, f"the table does not reach the upstream: {len(heard)}"
    return f"{count.total()} requests ({', '.join(f'{w} {n}' for w, n in count.items())}), {shown.total()} answered with 200, {len(heard)} passed on; no secret"


def test_upstream_hears_what_was_written():
    """Escapes go on as they came: what is escaped twice is not decoded once on the way."""
    rows = {"/app/%252e%252e/x": "/base/%252e%252e/x", "/app/%252fx": "/base/%252fx", "/app/a%2Fb": "/base/a%2Fb", "/app/%25": "/base/%25", "/app/%2561": "/base/%2561",
            "/app/x%3fy=1": "/base/x%3fy=1", "/app/x%23y": "/base/x%23y", "/app/a+b%2Bc": "/base/a+b%2Bc", "/app/%E4": "/base/%E4", "/app/x?y=%2e%2e/%2F": "/base/x?y=%2e%2e/%2F",
            "/raw/%252e%252e/x": "/raw/%252e%252e/x", "/raw//x": "/raw/x", "/raw/./x/../y": "/raw/y", "/%72aw/x": "/%72aw/x", "/%61pp/%78": "/base/%78"}
    with House() as house:
        for way, ask in WAYS.items():
            house.upstream.asked.clear()
            assert [s for _, s, _ in ask(house.server, list(rows))] == [200] * len(rows), way
            heard = sorted(a.line.split(" ")[1] for a in house.upstream.asked)
            assert heard == sorted(rows.values()), f"{way}: {set(heard) ^ set(rows.values())}"
            assert {a.field("Host") for a in house.upstream.asked} == {"localhost"}
    return f"{len(rows)} rows by {len(WAYS)} ways"


def test_pages_and_lists_lead_nowhere():
    """A front page, an error page and a listing that are symlinks out of the root, or hold some."""
    for more in ([("error_page_404", "/404.html")], [("listing", "yes")], [("spa", "yes")], [("index", "link_out")]):
        with House(*more) as house:
            faults = []
            for way, ask in WAYS.items():
                for mount in ("", "/docs"):
                    answers = ask(house.server, [row.replace("{m}", mount) or "/" for row in ROWS] + [f"{mount}/", f"{mount}/sub/", f"{mount}/none"])
                    faults += judge(house, way, answers)
                    if more == [("listing", "yes")]:
                        page = next(b for t, _, b in answers if t == f"{mount}/")
                        assert b"a.txt" in page, page
                        faults += [f"{way} lists {n}" for n in (b".hidden", b".git", b"dir_out", b"link_out", b"proc_") if n in page]
            assert not faults, f"{more}: " + "\n".join(faults[:40])


def test_a_file_that_becomes_a_link():
    """While requests run, a file and a folder are again and again replaced by symlinks to a secret: each answer is the file or a 404."""
    with House() as house:
        stop, swaps, seen = threading.Event(), [0], Counter()
        large = PUBLIC * 6000       # too large for the cache: it is opened for each request
        (house.root / "dir_a").mkdir()
        (house.root / "dir_a/secret.txt").write_text(large)

        def swap():
            while not stop.is_set():
                for name, target in (("turn", None), ("turn", house.outside / "secret.txt"), ("turn.d", house.root / "dir_a"), ("turn.d", house.outside), ("turn.d", "dir_a")):
                    fresh = house.root / f".{swaps[0]}"
                    fresh.symlink_to(target) if target else fresh.write_text(large)
                    os.replace(fresh, house.root / name)
                    swaps[0] += 1
        swapper = threading.Thread(target=swap)
        swapper.start()
        try:
            until = time.monotonic() + 4
            while time.monotonic() < until:
                targets = [t for _ in range(25) for t in ("/turn", "/turn.d/secret.txt")]
                for target, status, body in over_h1(house.server.http_port, None, targets) + over_h2(house.server.https_port, targets):
                    assert MARK.encode() not in body, f"{target}: {status} {body}"
                    assert status == 404 or (status == 200 and large.encode() in body), f"{target}: {status} {body[:80]}"
                    seen[target, status] += 1
        finally:
            stop.set()
            swapper.join()
    assert {("/turn", 200), ("/turn", 404), ("/turn.d/secret.txt", 200), ("/turn.d/secret.txt", 404)} <= set(seen), seen
    return f"{swaps[0]} swaps, {seen.total()} requests: {dict(sorted((f'{t} {s}', n) for (t, s), n in seen.items()))}"
