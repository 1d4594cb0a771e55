"""HTTP/1.1 byte by byte (RFC 9112): a client that sends what a case says, reads what comes strictly, and judges it."""
import re
from concurrent.futures import ThreadPoolExecutor

import http_client
from h1_cases import A, B, get

NEXT = b"next\n"        # the content of /next.txt at every host
LANES = 8               # cases at one time
BODILESS = {204, 304}


class Malformed(Exception):
    """What came is no HTTP."""


class Ended(Exception):
    """The connection ended before an answer was whole."""


class Answer:
    def __init__(self, version, status, fields, interims):
        self.version, self.status, self.fields, self.interims, self.body = version, status, fields, interims, b""

    def field(self, name):
        """Its value, several ones joined as a list; None without."""
        values = [v for k, v in self.fields if k.lower() == name.lower()]
        return ", ".join(values) if values else None


class Wire:
    """One connection.  sni=None: plain."""

    def __init__(self, port, sni=None, timeout=5.0):
        self.sock = http_client.dial(port, timeout=timeout)
        self.buffer, self.ended, self.notified = b"", False, False
        if sni is not None:
            self.sock = http_client.context().wrap_socket(self.sock, server_hostname=sni, suppress_ragged_eofs=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError:
            pass            # it ended, or takes no more: what is to be read says which

    def more(self):
        try:
            data = self.sock.recv(65536)
            self.notified = not data
        except TimeoutError:
            raise
        except OSError:     # of TLS, too
            data = b""
        self.ended = not data
        self.buffer += data
        return bool(data)

    def take(self, size):
        while len(self.buffer) < size:
            if not self.more():
                raise Ended()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def line(self):
        while b"\n" not in self.buffer:
            if not self.more():
                raise Ended()
        line, self.buffer = self.buffer.split(b"\n", 1)
        if not line.endswith(b"\r") or b"\r" in line[:-1]:
            raise Malformed(f"a line ends with {line[-3:]!r}")
        return line[:-1].decode("latin-1")

    def head(self):
        first = self.line()
        if not re.fullmatch(r"HTTP/1\.[01] [1-5]\d\d [\t -~\x80-\xff]*", first):
            raise Malformed(f"status line {first[:60]!r}")
        fields = []
        while line := self.line():
            found = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*", line)
            if not found:
                raise Malformed(f"field line {line[:60]!r}")
            fields.append(found.groups())
        return first[:8], int(first[9:12]), fields

    def answer(self, bare=False):
        """The next one, with the interim ones before it.  bare: it has no content, as that of HEAD."""
        interims = []
        while True:
            version, status, fields = self.head()
            if status >= 200:
                break
            interims.append(status)
        answer = Answer(version, status, fields, interims)
        length, coding = answer.field("Content-Length"), answer.field("Transfer-Encoding")
        if length is not None and (coding is not None or not length.isdigit()):
            raise Malformed(f"Content-Length {length!r} and Transfer-Encoding {coding!r}")      # RFC 9112 section 6.2
        if status == 204 and (length or coding):
            raise Malformed("204 with a length")                                                # RFC 9110 section 8.6
        if bare or status in BODILESS:
            return answer
        if coding is not None:
            answer.body = self.chunks()
        elif length is not None:
            answer.body = self.take(int(length))
        else:
            while self.more():
                pass
            answer.body, self.buffer = self.buffer, b""
        return answer

    def chunks(self):
        body = b""
        while size := int(self.line().split(";")[0], 16):
            body += self.take(size)
            if self.take(2) != b"\r\n":
                raise Malformed("a chunk is longer than it says")
        while self.line():
            pass
        return body

    def after(self, host, probe):
        """'open': a request is answered.  'end': the connection ended, without a word.  'hangs': neither."""
        if probe:
            self.send(get("/next.txt", host=host))
        try:
            answer = self.answer()
            return "open" if (answer.status, answer.body) == (200, NEXT) else f"then {answer.status}"
        except Ended:
            return "end" if not self.buffer else f"then {self.buffer[:20]!r}"
        except Malformed as fault:
            return f"then a {fault}"
        except TimeoutError:
            return "hangs"


def exchange(wire, pieces, bare, answers):
    """Adds the answers to what is sent, one for each of `bare`.  Behind each piece but the last the server has to say something."""
    for piece in pieces[:-1]:
        wire.send(piece)
        while b"\r\n\r\n" not in wire.buffer:
            if not wire.more():
                raise Ended()
        if wire.buffer[9:12] >= b"200":     # it has said all
            break
    else:
        wire.send(pieces[-1])
    for is_bare in bare:
        answers.append(wire.answer(is_bare))


def wrong_fields(answer, words, fields, tags):
    for word in words:
        name = word.lstrip("-")
        if word.startswith("HTTP/") and answer.version != word:
            yield answer.version
        if word in ("bare", "final", "notify", "HTTP/1.1") or name in fields:
            continue
        if (answer.field(name) is None) != word.startswith("-"):
            yield f"{name}: {answer.field(name)}"
    for name, pattern in fields.items():
        value, optional = answer.field(name.rstrip("?")), name.endswith("?")
        if callable(pattern):
            good = pattern(answer)
        else:
            good = optional if value is None else re.fullmatch(fill(pattern, tags, re.escape), value)
        if not good:
            yield f"{name.rstrip('?')}: {value}"


def fill(text, tags, quoted=lambda tag: tag):
    """@/PATH@ stands for the tag of that file."""
    return re.sub(r"@(/[^@]*)@", lambda found: quoted(tags[found[1]]), text)


def wrong(wire, case, sent, tags):
    """What came instead of what was wanted, in a few words; '' when it is that."""
    *parts, then = case.wanted.split("; ")
    wanted = [part.split() for part in (*parts, then)]
    end = wanted[-1].pop() if wanted[-1][-1] in ("open", "end") else None
    pieces = sent if isinstance(sent, tuple) else (sent,)
    pieces = [fill(piece.decode("latin-1"), tags).encode("latin-1") for piece in pieces]
    answers, broken = [], []
    try:
        exchange(wire, pieces, ["bare" in words for words in wanted], answers)
    except Malformed as fault:
        broken = [str(fault)]
    except Ended:
        broken = ["end" if not wire.buffer else "half an answer"]
    except TimeoutError:
        broken = ["hangs"]
    statuses = [str(answer.status) for answer in answers]
    if broken or not all(got in words[0].split("|") for got, words in zip(statuses, wanted)):
        return "; ".join(statuses + broken)
    faults = []
    for number, (answer, (_, *words)) in enumerate(zip(answers, wanted), 1):
        last = number == len(answers)
        faults += wrong_fields(answer, words, case.fields if last else {}, tags)
        if "final" in words and answer.interims:
            faults.append(f"{answer.interims[0]} before it")
        if last and case.body is not None and not case.body(answer):
            faults.append("other content")
    if end:
        notify = "notify" in wanted[-1]
        became = wire.after(B if case.plain else A, not notify)
        if became != end:
            faults.append(became)
        elif notify and not wire.notified:
            faults.append("no close_notify")
    return ", ".join(faults)


def try_case(server, case, tags, timeout):
    """'' or what came instead, of all that the case sends."""
    found = []
    for sent in case.sent:
        port, sni = (server.http_port, None) if case.plain else (server.https_port, case.sni)
        try:
            with Wire(port, sni, timeout) as wire:
                came = wrong(wire, case, sent, tags)
        except OSError as error:
            came = f"no connection: {type(error).__name__}"
        if came and came not in found:
            found.append(came)
    return " / ".join(found)


def tags_of(server, paths):
    return {path: http_client.fetch(server.https_port, path, A, sni=A).field("ETag") or '"none"' for path in paths}


def run(server, cases, timeout=5.0, lanes=LANES):
    """[(case, what came instead)] of those that do not hold."""
    paths = {path for case in cases for text in map(repr, (case.sent, case.fields)) for path in re.findall(r"@(/[^@]*)@", text)}
    tags = tags_of(server, sorted(paths))
    with ThreadPoolExecutor(lanes) as pool:
        came = pool.map(lambda case: try_case(server, case, tags, timeout), cases)
        return [(case, what) for case, what in zip(cases, came) if what]
