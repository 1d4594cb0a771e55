"""HTTP/2 frame by frame (RFC 9113): a client that sends what a test says and tells what came back. Fields are sent as literals,
unless a test has bytes of its own; of those that come only the status is read, which stands first."""
import socket
import struct
import time

import http_client

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
ACK = END_STREAM = 1
END_HEADERS, PADDED, PRIORITIZED = 4, 8, 32
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CODES = ("NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR "
         "REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED").split()


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    return struct.pack(">I", len(payload) if length is None else length)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """Without indexing, a new name (RFC 7541 section 6.2.2)."""
    return b"\0" + string(name) + string(value)


def string(text):
    text = text.encode() if isinstance(text, str) else text
    return integer(len(text), 7, 0) + text


def integer(number, bits, first):
    """RFC 7541 section 5.1, behind the bits in `first`."""
    most = (1 << bits) - 1
    if number < most:
        return bytes([first | number])
    out, number = bytes([first | most]), number - most
    while number >= 128:
        out, number = out + bytes([number % 128 + 128]), number // 128
    return out + bytes([number])


def request(path="/", method="GET", authority="a.example.test", scheme="https", more=(), leave=()):
    pseudo = [(":method", method), (":scheme", scheme), (":authority", authority), (":path", path)]
    return b"".join(literal(n, v) for n, v in [*(p for p in pseudo if p[0] not in leave), *more])


def headers(stream, block, flags=END_STREAM | END_HEADERS):
    return frame(HEADERS, flags, stream, block)


def settings(*pairs):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", *pair) for pair in pairs))


INDEXED = {0x88: 200, 0x89: 204, 0x8a: 206, 0x8b: 304, 0x8c: 400, 0x8d: 404, 0x8e: 500}      # RFC 7541 appendix A
DIGITS = {"00000": "0", "00001": "1", "00010": "2", **{f"{24 + d - 2:06b}": str(d) for d in range(3, 10)}}   # appendix B


def status_in(block):
    """Of a field section that begins with :status, as each answer does; 0 for trailers."""
    while block[0] & 0xe0 == 0x20:      # the size of a table, an integer of five bits and more
        more, block = block[0] == 0x3f, block[1:]
        while more:
            more, block = block[0] >= 0x80, block[1:]
    if block[0] in INDEXED:
        return INDEXED[block[0]]
    if block[0] not in (0x08, 0x18, *range(0x48, 0x4f)):    # a literal by a name of the table
        return 0
    size, text = block[1] & 0x7f, block[2:2 + (block[1] & 0x7f)]
    if not block[1] & 0x80:
        return int(text)
    bits, digits = "".join(f"{byte:08b}" for byte in text[:size]), ""
    while len(digits) < 3:
        width = 5 if bits[:5] in DIGITS else 6
        digits, bits = digits + DIGITS[bits[:width]], bits[width:]
    return int(digits)


class Frame:
    def __init__(self, kind, flags, stream, payload):
        self.kind, self.flags, self.stream, self.payload = kind, flags, stream, payload

    @property
    def code(self):
        number = struct.unpack(">I", self.payload[4:8] if self.kind == GOAWAY else self.payload[:4])[0]
        return CODES[number] if number < len(CODES) else str(number)

    def __repr__(self):
        return f"{self.kind} {self.flags:#x} {self.stream} {self.payload[:40]!r}"


class Wire:
    """A connection by TLS with ALPN h2, its preface sent, unless `preface` is False."""

    def __init__(self, port, name, preface=True, first=settings(), timeout=5.0):
        tls = http_client.context()
        tls.set_alpn_protocols(["h2"])
        self.sock = tls.wrap_socket(http_client.dial(port, timeout=timeout), server_hostname=name)
        assert self.sock.selected_alpn_protocol() == "h2", self.sock.selected_alpn_protocol()
        self.buffer, self.seen, self.ended, self.statuses = b"", [], False, {}
        if preface:
            self.send(PREFACE + first)

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError:
            self.ended = True

    def receive(self, seconds):
        """One more frame into `seen`; None: nothing came, or the connection is at its end."""
        until = time.monotonic() + seconds
        while not self.ended:
            if len(self.buffer) >= 9 and len(self.buffer) >= 9 + (size := int.from_bytes(self.buffer[:3], "big")):
                kind, flags, stream = struct.unpack(">BBI", self.buffer[3:9])
                came = Frame(kind, flags, stream, self.buffer[9:9 + size])
                self.buffer = self.buffer[9 + size:]
                self.seen.append(came)
                if kind == HEADERS:
                    self.statuses.setdefault(stream, []).append(status_in(came.payload))
                return came
            left = until - time.monotonic()
            if left <= 0:
                return None
            self.sock.settimeout(left)
            try:
                more = self.sock.recv(65536)
            except (TimeoutError, socket.timeout):
                return None
            except OSError:
                more = b""
            self.ended = not more
            self.buffer += more
        return None

    def until(self, wanted, seconds=5.0):
        """The first frame that `wanted` says yes to, of those to come; None without."""
        end = time.monotonic() + seconds
        while (came := self.receive(max(end - time.monotonic(), 0.001))) is not None:
            if wanted(came):
                return came
        return None

    def status(self, stream):
        return self.statuses[stream][-1] if stream in self.statuses else None

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
