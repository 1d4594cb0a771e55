"""A plain HTTP server of few manners, to pass requests on to: it answers by the path, tells what it was asked, and dies when told."""
import json
import socket
import threading
import time


class Asked:
    """A request as it came over the wire."""

    def __init__(self, line, fields, body, connection):
        self.line, self.fields, self.body, self.connection = line, fields, body, connection

    def all(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def field(self, name):
        return (self.all(name) or [None])[0]

    def __repr__(self):
        return f"<{self.line} {self.fields} {self.body[:60]!r}>"


class Upstream:
    """answers: {path: bytes, or a function (socket, Asked) that answers itself and returns whether the connection goes on}."""

    def __init__(self, answers=None, name="up", port=0):
        self.answers, self.name, self.asked, self.connections = answers or {}, name, [], 0
        self.listener = socket.create_server(("127.0.0.1", port), backlog=200)
        self.port = self.listener.getsockname()[1]
        self.open, self.lock = set(), threading.Lock()
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        """As a process that is killed: the listener and all connections go at once."""
        self.listener.close()
        try:        # wakes the thread that accepts
            socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
        except OSError:
            pass
        with self.lock:
            for connection in self.open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.open.add(connection)
                self.connections += 1
                number = self.connections
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection, number):
        reader = connection.makefile("rb")
        try:
            while True:
                asked = read_request(reader, connection, number)
                if asked is None:
                    return
                self.asked.append(asked)
                if not self._answer(connection, asked, reader):
                    return
        except OSError:
            pass
        finally:
            with self.lock:
                self.open.discard(connection)
            reader.close()
            connection.close()

    def _answer(self, connection, asked, reader):
        path = asked.line.split(" ")[1].split("?")[0]
        answer = self.answers.get(path, self.answers.get("*", echo))
        if isinstance(answer, bytes):
            connection.sendall(answer)
            return b"close" not in answer.split(b"\r\n\r\n")[0]
        return answer(connection, asked, *([reader] if answer.__code__.co_argcount == 3 else []))


def read_request(reader, connection, number):
    line = reader.readline()
    if not line:
        return None
    fields = []
    while True:
        text = reader.readline()
        if text in (b"\r\n", b""):
            break
        name, _, value = text.decode("latin-1").rstrip("\r\n").partition(":")
        fields.append((name, value.strip()))
    names = {n.lower(): v for n, v in fields}
    body = b""
    if names.get("transfer-encoding") == "chunked":
        while size := int(reader.readline() or "-1", 16):
            if size < 0:
                return None         # cut off
            body += reader.read(size)
            reader.readline()
        reader.readline()
    elif "content-length" in names:
        body = reader.read(int(names["content-length"]))
    return Asked(line.decode("latin-1").rstrip("\r\n"), fields, body, number)


def answer(body, status="200 OK", fields=()):
    body = body if isinstance(body, bytes) else body.encode()
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def echo(connection, asked):
    told = json.dumps({"line": asked.line, "fields": asked.fields, "body": asked.body.decode("latin-1"), "connection": asked.connection})
    connection.sendall(answer(told if asked.line.split(" ")[0] != "HEAD" else "", fields=["Content-Type: application/json", "X-Up: yes"]))
    return True


def in_chunks(pieces, pause=0.0):
    def send(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(pause)
        connection.sendall(b"0\r\n\r\n")
        return True
    return send


def to_the_end(body):
    def send(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
        return False
    return send


def silence(connection, _):
    time.sleep(30)
    return False


def hang_up(connection, _):
    return False
