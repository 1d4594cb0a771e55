"""Ends a connection with RST."""
import os
import socket
import struct


def hard_close(sock):
    """End a connection with RST."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        fd = sock.detach()
        os.close(fd)
    except OSError:
        pass
