"""The HTTPS server that clients talk to: connections with their faults, requests in, answers out as they are to go."""
import http.server
import socketserver
import ssl
import sys
import time

from .exchange import Exchange
from .fault import Fault
from .hard_close import hard_close


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def body(self):
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            data = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                data += self.rfile.read(size)
                self.rfile.readline()
                if not size:
                    return data
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def serve(self):
        proxy = self.server.proxy
        with proxy.lock:
            proxy.count += 1
            number = proxy.count
        ex = Exchange(number, self.command, self.path, self.headers, self.body())
        info = {"connection": self.connection_number, "tls": self.connection.version(),
                "cipher": self.connection.cipher()[0]}
        self.send(proxy.handle(ex, info))

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = serve

    def send(self, a):
        out = self.wfile
        bare = self.command == "HEAD" or a.status in (204, 304)
        if a.raw is not None:
            data = a.raw
        else:
            body = a.body
            if a.framing == "chunked":
                parts = [body[i:i + 1000] for i in range(0, len(body), 1000)]
                if a.cut is not None:
                    parts = [body[:a.cut]]
                body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts if p)
                if a.cut is None:
                    body += b"0\r\n\r\n"
            elif a.cut is not None:
                body = body[:a.cut]
            data = a.head() + (b"" if bare else body)
        try:
            if a.drip:
                size, pause = a.drip
                for i in range(0, len(data), size):
                    out.write(data[i:i + size])
                    out.flush()
                    if self.server.proxy.stopping.wait(pause):
                        break
            else:
                out.write(data)
                out.flush()
        except OSError:
            self.close_connection = True
            return
        if a.reset:
            hard_close(self.connection)
        if a.reset or a.close or a.raw is not None or a.framing == "close" or a.claim is not None:
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, proxy):
        self.proxy = proxy
        self.connections = 0
        super().__init__(address, Handler)

    def finish_request(self, sock, address):
        proxy = self.proxy
        with proxy.lock:
            self.connections += 1
            number = self.connections
        context = proxy.context()
        for f in proxy.faults:
            if type(f).connect is not Fault.connect and f.applies("any"):
                taken = f.connect(proxy, sock)
                proxy.note({"connection": number, "t": round(time.time() - proxy.started, 4),
                            "kind": "connect", "faults": [f.name]})
                if taken is True:
                    return
                context = taken or context
        sock.settimeout(30)
        try:
            tls = context.wrap_socket(sock, server_side=True)
        except (OSError, ValueError) as error:
            proxy.note({"connection": number, "t": round(time.time() - proxy.started, 4),
                        "kind": "tls-error", "error": str(error)})
            return
        with tls:
            handler = type("NumberedHandler", (Handler,), {"connection_number": number})
            handler(tls, address, self)

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass

    def handle_error(self, request, address):
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError, ssl.SSLError)):
            print("faulty-ca:", repr(error), file=sys.stderr, flush=True)
