"""A client that sees bytes: it sends exactly what a test says, and knows when a connection ended."""
import socket
import ssl
import subprocess
import time


class Response:
    def __init__(self, status, reason, version, fields, body, raw_head):
        self.status, self.reason, self.version = status, reason, version
        self.fields, self.body, self.raw_head = fields, body, raw_head

    def field(self, name):
        """The one value of that field, None without; a field that stands twice is a fault of the server."""
        values = [v for k, v in self.fields if k.lower() == name.lower()]
        assert len(values) < 2, f"{name} stands {len(values)} times: {values}"
        return values[0] if values else None

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:80]!r}"


def context(cafile=None, version=None):
    """version: None, '1.2' or '1.3'.  Without cafile nothing is verified."""
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if cafile:
        c.load_verify_locations(cafile)
    else:
        c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    if version:
        c.minimum_version = c.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
    c.set_alpn_protocols(["http/1.1"])
    return c


_plain_trust = context()


def client_hello(tls, name):
    """A real one, as OpenSSL writes it."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        tls.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def dial(port, host="127.0.0.1", source=None, timeout=5.0):
    s = socket.create_connection((host, port), timeout, source_address=(source, 0) if source else None)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


class Conn:
    """One connection.  sni=None: plain HTTP; sni='': TLS without a name."""

    def __init__(self, port, sni=None, tls=None, source=None, timeout=5.0, host="127.0.0.1"):
        self.sock = dial(port, host, source, timeout)
        self.buffer = b""
        if sni is not None:
            try:
                self.sock = (tls or _plain_trust).wrap_socket(self.sock, server_hostname=sni or None)
            except BaseException:
                self.sock.close()
                raise

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.sock.sendall(data)

    def _more(self):
        """True when bytes came; False at the end of the connection."""
        try:
            data = self.sock.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            data = b""
        self.buffer += data
        return bool(data)

    def response(self, method="GET"):
        """The next response, whole; an assertion when the connection ends in the middle of it."""
        while b"\r\n\r\n" not in self.buffer:
            assert self._more(), f"the connection ended without a response; so far {self.buffer[:200]!r}"
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        version, status, reason = (lines[0] + " ").split(" ", 2)
        fields = [(k, v.strip()) for k, _, v in (line.partition(":") for line in lines[1:])]
        r = Response(int(status), reason.strip(), version, fields, b"", head)
        if method == "HEAD" or r.status in (204, 304) or r.status < 200:
            return r
        if (r.field("Transfer-Encoding") or "").lower() == "chunked":
            r.body = self._chunked()
        else:
            length = r.field("Content-Length")
            assert length is not None, f"no length: {lines}"
            while len(self.buffer) < int(length):
                assert self._more(), f"the body ended after {len(self.buffer)} of {length} bytes"
            r.body, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        return r

    def _chunked(self):
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                assert self._more(), "a chunked body ended early"
            line, rest = self.buffer.split(b"\r\n", 1)
            size = int(line.split(b";")[0], 16)
            while len(rest) < size + 2:
                self.buffer = rest
                assert self._more(), "a chunked body ended early"
                rest = self.buffer
            body, self.buffer = body + rest[:size], rest[size + 2:]
            if size == 0:
                return body

    def request(self, path, host="localhost", method="GET", fields=(), body=b""):
        self.send(request_bytes(path, host, method, fields, body))
        return self.response(method)

    def read(self, size):
        """So many bytes, whatever they are."""
        while len(self.buffer) < size:
            assert self._more(), f"the connection ended after {len(self.buffer)} of {size} bytes"
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def ended(self, seconds=3.0):
        """True when the server ends the connection within that time and sends nothing more."""
        self.sock.settimeout(seconds)
        try:
            more = self._more()
        except TimeoutError:
            return False
        return not more and not self.buffer

    def everything(self, seconds=5.0):
        """All bytes until the end of the connection; an assertion when it stays open."""
        self.sock.settimeout(seconds)
        try:
            while self._more():
                pass
        except TimeoutError:
            raise AssertionError(f"the connection stays open; it sent {self.buffer[:200]!r}") from None
        data, self.buffer = self.buffer, b""
        return data


def request_bytes(path, host="localhost", method="GET", fields=(), body=b""):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{k}: {v}" for k, v in fields)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def fetch(port, path="/", host="localhost", sni=None, tls=None, source=None, timeout=5.0, at="127.0.0.1", **request):
    with Conn(port, sni, tls, source, timeout, at) as c:
        return c.request(path, host, **request)


def peer_der(port, name, tls=None, timeout=5.0):
    """The leaf that a new connection is shown."""
    with Conn(port, name, tls, timeout=timeout) as c:
        return c.sock.getpeercert(True)


def describe(der, *what):
    """What `openssl x509` says of it; by default issuer, subject, serial, dates and SAN."""
    argv = ["openssl", "x509", "-inform", "DER", "-noout",
            *(what or ("-issuer", "-subject", "-serial", "-dates", "-ext", "subjectAltName"))]
    return subprocess.run(argv, input=der, capture_output=True, check=True).stdout.decode()


def until(true, seconds, what, pause=0.02):
    """Calls `true` until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(pause)
