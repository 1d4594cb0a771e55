"""The HTTP/1.1 parser beside llhttp, node's: where the two disagree, a rule here says which of them is right, and why."""
import collections
import json
import random
import re
import shutil
import socket
import subprocess
from pathlib import Path

import http_client
import postern
from postern import Postern, own, scratch

HERE = Path(__file__).resolve().parent
TABLES = HERE.parent / "tables"
COUNT = 3000        # requests made up, always the same ones
SEED = 8446
REFUSED = {400, 408, 411, 413, 414, 417, 431, 501, 505}

LINE = rb"(?:\A|[\nb])(?:GET|HEAD|POST|PUT|OPTIONS|DELETE)"      # begins: after a line or a body

# Requests made up of which Postern takes fewer, or refuses what comes next: why, by a pattern in the bytes.
STRICTER = {
    rb"(\A|[^\r])\n": "a bare LF ends no line (RFC 9112 section 2.2 lets a server choose)",
    rb"\r([^\n]|\Z)": "a bare CR is refused (section 2.2)",
    rb"(\A|\r\n\r\n|b)\r\n\r\n": "one empty line before a request, not several (section 2.2)",
    rb"(GET|HEAD|POST|PUT|DELETE) \* ": "the asterisk is for OPTIONS (section 3.2.4)",
    LINE + rb"(  |\t| \S+(  |\t))": "one blank between the parts of a request line (section 3)",
    rb"\nTransfer-Encoding: (?!chunked\r|Chunked\r)": "one coding, chunked (section 6.1)",
    rb"HTTP/1\.0\r\n([^\r]+\r\n)*Transfer-Encoding:": "no Transfer-Encoding in HTTP/1.0 (section 6.1)",
}
# What llhttp took before its version 9, which node 18 of Debian 12 brings.
OLD = 9
STRICTER_THAN_OLD = {
    rb"\n[^\r\n:]*[ \t]:": "no blank before the colon of a field (section 5.1)",
    rb"\n:": "a field has a name (section 5)",
    rb"\n[^\r\n: \t]+[ \t][^\r\n:]*:": "no blank within a name (section 5.1)",
    rb"\n[ \t]": "no blank before a name, nor a line that goes on (section 5.2)",
    rb"\n0*(1|5|10|12[cC])(;[^\r]*)?\r\n(|b{4}|b{15}|b{299})\r\n": "CR and LF behind the data of a chunk, not its last byte and LF (section 7.1)",
}
# Requests of which Postern takes more.
LAXER = {
    rb"\nExpect: 100-continue": "no body is asked for where none is wanted: the answer is the last, nothing is read after it",
    rb"\n[0-9a-fA-F]+(; a| ?;\r)": "blanks and empty extensions of a chunk are passed over (section 7.1.1)",
    rb"\n0+\r\nContent-Length: ": "trailers are passed over, whatever they say (RFC 9110 section 6.5.1)",
    rb"b\Z": "a request that its client left off at its first letter is no request: every token is a method",
}
# Rows of good_requests.txt that llhttp refuses.
GOOD_ALL_THE_SAME = {
    "minor version above ours": "RFC 9110 section 2.5: to be taken for the highest one known",
    "methods know case": "a method is any token (RFC 9110 section 9.1); llhttp has a list",
    "every character of a token": "the same",
    "bad white space before an extension": "RFC 9110 section 5.6.3: to be passed over",
}


def rows():
    """(table, name, bytes) of the tables of good and bad requests."""
    for name in ("bad", "good"):
        for line in (TABLES / f"{name}_requests.txt").read_text().splitlines():
            if line and not line.startswith("#"):
                _, what, text = re.split(r"  ", line, maxsplit=2)
                yield name, what, from_notation(text)


def from_notation(text):
    """The bytes that the tables mean: see the head of bad_requests.txt."""
    def one(found):
        if found["many"]:
            return found["what"] * int(found["many"])
        if found["hex"]:
            return chr(int(found["hex"], 16))
        return {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}[found["letter"]]
    repeat = re.sub(r"\\\{(\d+) ([^}]*)\}", lambda m: m[2] * int(m[1]), text)
    return re.sub(r"\\(?:x(?P<hex>[0-9a-fA-F]{2})|(?P<letter>.))(?P<many>)(?P<what>)", one, repeat).encode("latin-1")


def made_up(count):
    """Requests of parts, each of which is mostly right."""
    dice = random.Random(SEED)

    def pick(good, bad, odds=0.08):
        return dice.choice(bad if dice.random() < odds else good)

    def end():
        return pick(["\r\n"], ["\n", "\r", "\r\r\n", " \r\n", "\r\n "], 0.01)

    def field():
        name = pick(["X", "Accept", "x-y_z", "Cookie", "!#$%&'*+-.^_`|~9"], ["", "X Y", "X\t", "(X)", "X\x00", "X\x80", " X"], 0.04)
        value = pick(["", "a", "a b", "\xe4", "a\tb", ",", "\"q\"", "a:b"], ["a\x00b", "a\rb", "a\x01", "a\x7f"], 0.04)
        return name + pick([": ", ":", ":\t", ":  "], [" :", "", " : "], 0.03) + value + pick([""], [" ", "\t"], 0.2) + end()

    def chunked():
        text = ""
        for size in dice.choices([0, 1, 5, 16, 300], k=dice.randrange(3)):
            if size == 0:
                continue
            text += pick([f"{size:x}", f"{size:X}", f"0{size:x}"], [f"0x{size:x}", f"+{size:x}", f" {size:x}", "", "g", "f" * 17], 0.05)
            text += pick(["", ";a", ";a=b", ";a=\"b c\""], [" ", ";", "; a", ";a=\"\x01\"", ";\n"], 0.08) + end()
            text += "b" * (size + pick([0], [-1, 1], 0.03)) + pick(["\r\n"], ["\n", "", "\r"], 0.02)
        return text + pick(["0", "00"], ["", "0x0", "-0"], 0.04) + end() + pick(["", "T: x\r\n"], ["T\r\n", "Content-Length: 3\r\n"], 0.05) + end()

    def request():
        method = pick(["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"], ["G T", "GE\tT", "", "G(T"])
        target = pick(["/", "/a", "/a?b=c", "/%41", "http://localhost/"], ["*", "a", "", "/ b", "/\x01", "//a", "?a"])
        version = pick(["HTTP/1.1"], ["HTTP/1.0", "http/1.1", "HTTP/1.", "HTTP/11", ""], 0.15)
        gap = pick([" "], ["  ", "\t"], 0.02)
        text = pick([""], ["\r\n", "\n", "\r\n\r\n"], 0.05) + method + gap + target + gap + version + end()
        fields = ["Host: localhost" + end()]
        fields += [field() for _ in range(dice.randrange(4))]
        body = ""
        framing = dice.random()
        if framing < 0.25:
            size = dice.choice([0, 1, 5, 300])
            body = "b" * size
            fields.append("Content-Length: " + pick([f"{size}"], [f"+{size}", f"{size} ", f"0{size}", f"{size}, {size}", "", "-1",
                                                               f"{size}\r\nContent-Length: {size}", "1e1", "9" * 20], 0.15) + end())
        elif framing < 0.5:
            body = chunked()
            fields.append("Transfer-Encoding: " + pick(["chunked", "Chunked"], ["gzip, chunked", "chunked, chunked", "identity", "",
                                                       "chunked, gzip", "xchunked", "chunked\r\nContent-Length: 5"], 0.12) + end())
        dice.shuffle(fields)
        fields.append(pick([""], ["Connection: close\r\n", "Connection: keep-alive\r\n", "Expect: 100-continue\r\n"], 0.1))
        return text + "".join(fields) + end() + body

    for number in range(count):
        yield "made up", f"number {number}", "".join(request() for _ in range(dice.choice([1, 1, 2, 3]))).encode("latin-1")


def taken(port, data):
    """How many requests Postern answers in earnest, and whether it then refuses."""
    with http_client.dial(port) as sock:
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass                    # refused already
        answer = b""
        try:
            while more := sock.recv(65536):
                answer += more
        except ConnectionResetError:
            pass
    statuses = [int(s) for s in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
    statuses = [s for s in statuses if s >= 200]
    return sum(s not in REFUSED for s in statuses), any(s in REFUSED for s in statuses)


def oracle(requests):
    lines = "".join(data.hex() + "\n" for *_, data in requests)
    done = subprocess.run(["node", str(HERE / "llhttp_oracle.js")], input=lines, capture_output=True, text=True, timeout=120,
                          check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused_by(seen):
    """After `Connection: close` Postern does not look at what follows either: that is no refusal."""
    return seen["error"] not in (None, "HPE_CLOSED_CONNECTION")


def age_of_llhttp():
    done = subprocess.run(["node", "-p", "process.versions.llhttp"], capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout.split(".")[0])


def explained(table, name, data, more, old):
    """Why Postern takes more requests than llhttp, or fewer; None where nobody knows."""
    if table == "bad" and not more:
        return "to be refused, says the table"
    if table == "good":
        return GOOD_ALL_THE_SAME.get(name)
    rules = LAXER if more else {**STRICTER, **(STRICTER_THAN_OLD if old else {})}
    return next((why for pattern, why in rules.items() if re.search(pattern, data)), None)


def test_beside_llhttp():
    if not shutil.which("node"):
        raise postern.Skip("node is not installed")
    root = scratch("www")
    (root / "index.html").write_text("hello\n")
    own(root)
    requests = [*rows(), *made_up(COUNT)]
    alike, reasons, unknown = 0, collections.Counter(), []
    old = age_of_llhttp() < OLD
    with Postern({"localhost": {"redirect_http": "no", "root": root}}, server={"max_per_client": "off"}) as server:
        for (table, name, data), seen in zip(requests, oracle(requests), strict=True):
            count, refused = taken(server.http_port, data)
            if (count, refused) == (seen["whole"], refused_by(seen)):
                alike += 1
                continue
            more = count > seen["whole"] or not refused
            why = explained(table, name, data, more, old)
            reasons[why] += 1
            if why is None:
                unknown.append(f"{table}, {name}: Postern {count} {refused}, llhttp {seen}: {data[:400]!r}")
        assert server.alive()
    assert not unknown, f"{len(unknown)} differences that nobody has explained:\n" + "\n".join(unknown[:10])
    missing = set(STRICTER.values()) | set(LAXER.values())
    missing -= set(reasons)
    assert old or not missing, f"explained, and no longer seen: {missing}"
    return f"{alike} of {len(requests)} alike; " + "; ".join(f"{n} {why}" for why, n in reasons.most_common())
