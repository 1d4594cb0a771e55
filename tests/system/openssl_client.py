"""A TLS 1.3 client by OpenSSL's own library: Python's ssl cannot change keys in the middle of a connection."""
import ctypes
import ctypes.util
import socket
import struct

ALERT, HANDSHAKE, KEY_UPDATE = 21, 22, 24
NOT_REQUESTED, REQUESTED = 0, 1
SET_MIN_PROTO_VERSION, SET_TLSEXT_HOSTNAME, TLS1_3 = 123, 55, 0x0304

lib = ctypes.CDLL(ctypes.util.find_library("ssl"))
for name in ("SSL_CTX_new", "SSL_new", "TLS_client_method"):
    getattr(lib, name).restype = ctypes.c_void_p
for name, arguments in {
        "SSL_CTX_new": "p", "SSL_new": "p", "SSL_CTX_ctrl": "pilp", "SSL_ctrl": "pilp", "SSL_set_fd": "pi", "SSL_connect": "p",
        "SSL_read": "ppi", "SSL_write": "ppi", "SSL_key_update": "pi", "SSL_do_handshake": "p", "SSL_free": "p", "SSL_CTX_free": "p",
        "SSL_set_msg_callback": "pp", "SSL_shutdown": "p"}.items():
    getattr(lib, name).argtypes = [{"p": ctypes.c_void_p, "i": ctypes.c_int, "l": ctypes.c_long}[kind] for kind in arguments]
Seen = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_ubyte), ctypes.c_size_t,
                        ctypes.c_void_p, ctypes.c_void_p)


class OpensslClient:
    """`updates`: the KeyUpdates that came from the server.  `alerts`: (level, description) of those that came."""

    def __init__(self, port, name="localhost", seconds=10):
        self.updates, self.alerts = 0, []
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wait = struct.pack("ll", seconds, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
        self.context = lib.SSL_CTX_new(lib.TLS_client_method())
        lib.SSL_CTX_ctrl(self.context, SET_MIN_PROTO_VERSION, TLS1_3, None)
        self.ssl = lib.SSL_new(self.context)
        self.seen = Seen(self._see)     # lives as long as the connection
        lib.SSL_set_msg_callback(self.ssl, ctypes.cast(self.seen, ctypes.c_void_p))
        lib.SSL_ctrl(self.ssl, SET_TLSEXT_HOSTNAME, 0, name.encode())
        lib.SSL_set_fd(self.ssl, self.sock.fileno())
        assert lib.SSL_connect(self.ssl) == 1, "no handshake"

    def _see(self, sent, _version, kind, message, size, _ssl, _argument):
        if not sent and kind == HANDSHAKE and size > 0 and message[0] == KEY_UPDATE:
            self.updates += 1
        if not sent and kind == ALERT and size == 2:
            self.alerts.append((message[0], message[1]))

    def change_keys(self, request, now=True):
        """Tells the server so at once, or with what is sent next."""
        assert lib.SSL_key_update(self.ssl, request) == 1
        return not now or lib.SSL_do_handshake(self.ssl) == 1

    def send(self, data):
        return lib.SSL_write(self.ssl, data, len(data)) == len(data)

    def receive(self, most=65536):
        """b"" at the end, or where the connection has failed."""
        room = ctypes.create_string_buffer(most)
        size = lib.SSL_read(self.ssl, room, most)
        return room.raw[:max(size, 0)]

    def receive_response(self, between=lambda: None):
        """Head and body of one with a Content-Length.  between: called after each piece."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.receive()
            assert piece, f"the connection ended in a head: {data!r} {self.alerts}"
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        body = bytearray(rest)
        while len(body) < int(fields[b"content-length"]):
            between()
            piece = self.receive()
            assert piece, f"the connection ended after {len(body)} bytes of a body: {self.alerts}"
            body += piece
        return head, bytes(body)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        lib.SSL_free(self.ssl)
        lib.SSL_CTX_free(self.context)
        self.sock.close()
