"""Faults of the connection, before there is a request."""
import os

from ..fault import Fault, fault
from ..hard_close import hard_close


@fault("tls", on="any", how="untrusted")
class _(Fault):
    """The proxy's own TLS.  how: untrusted expired not-yet-valid wrong-name self-signed (its
    certificate); tls11; plaintext stall close garbage (its handshake).  It works on
    connections, so count= counts those."""

    def connect(self, proxy, sock):
        if self.how == "close":
            sock.recv(5)
            hard_close(sock)
            return True
        if self.how == "stall":
            proxy.stopping.wait(3600)
            return True
        if self.how in ("plaintext", "garbage"):
            sock.recv(4096)
            sock.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nplain text\n" if self.how == "plaintext"
                         else os.urandom(512))
            return True
        return proxy.context(self.how)


@fault("refuse", on="any")
class _(Fault):
    """Every connection is reset as soon as it is made: the CA is down."""

    def connect(self, proxy, sock):
        hard_close(sock)
        return True
