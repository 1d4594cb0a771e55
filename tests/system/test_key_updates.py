"""TLS 1.3 connections whose peer changes keys (RFC 8446 section 4.6.3), by OpenSSL's library, and without end."""
import postern
from openssl_client import NOT_REQUESTED, REQUESTED, OpensslClient
from postern import Postern

GET = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
SMALL = b"small\n"
LARGE = b"".join(b"%07d\n" % i for i in range(1 << 22))     # 32 MB, more than buffers of sockets take
UNEXPECTED_MESSAGE, FATAL = 10, 2


def server():
    root = postern.scratch("root")
    (root / "small.txt").write_bytes(SMALL)
    (root / "large.txt").write_bytes(LARGE)
    postern.own(root)
    return Postern({"localhost": {"names": "localhost", "root": root}})


def asks(client, name=b"small.txt", body=SMALL, **more):
    assert client.send(GET % name)
    head, got = client.receive_response(**more)
    assert head.startswith(b"HTTP/1.1 200 ") and got == body, head


def test_a_hundred_between_requests():
    """Each request for an update is answered by one before the next response; the others by none."""
    with server() as s, OpensslClient(s.https_port) as client:
        asks(client)
        for number in range(100):
            client.change_keys(REQUESTED if number % 2 else NOT_REQUESTED, now=number % 3 == 0)
            asks(client)
            assert client.updates == (number + 1) // 2, (number, client.updates)
        return f"{client.updates} updates of the server's"


def test_in_the_middle_of_downloads():
    """Now and then during 32 MB, with both kinds: the bytes are those of the file, and one answer to all requests is enough."""
    with server() as s, OpensslClient(s.https_port) as client:
        for request in (REQUESTED, NOT_REQUESTED, REQUESTED):
            pieces, sent, before = 0, 0, client.updates

            def between():
                nonlocal pieces, sent
                pieces += 1
                if pieces % 60 == 0 and sent < 30:
                    sent += 1
                    assert client.change_keys(request)

            assert client.send(GET % b"large.txt")
            head, body = client.receive_response(between)
            assert head.startswith(b"HTTP/1.1 200 ") and body == LARGE
            assert sent > 8, (pieces, sent)
            asks(client)    # read behind them: over HTTP/1.1 nothing is read during an answer
            assert (client.updates > before) == (request == REQUESTED), client.updates
        return f"{client.updates} updates of the server's"


def test_flood():
    """32 in a row are borne, the next one ends the connection with an alert; others are served meanwhile and after."""
    with server() as s, OpensslClient(s.https_port) as other:
        for request in (NOT_REQUESTED, REQUESTED):
            with OpensslClient(s.https_port) as client:
                for _ in range(3):
                    for _ in range(32):
                        assert client.change_keys(request)
                    asks(client)
                asks(other)
                for _ in range(33):
                    assert client.change_keys(request)
                assert client.receive() == b"" and client.alerts[-1:] == [(FATAL, UNEXPECTED_MESSAGE)], client.alerts
        with OpensslClient(s.https_port) as client:
            for _ in range(5000):
                if not client.change_keys(REQUESTED):
                    break       # it is closed
            assert client.receive() == b""
        asks(other)
        assert s.get("/small.txt").body == SMALL
