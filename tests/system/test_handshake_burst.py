"""A burst of handshakes is no pause for those who are served already."""
import statistics
import time

import http_client
from postern import Postern
from test_slow_clients import HELLO, TLS

BURST = 150
ROUNDS = 5


def answered(sock):
    """When the server's first bytes are there."""
    sock.settimeout(20)
    assert sock.recv(1)
    return time.monotonic()


def test_established_go_first():
    shares, waits = [], []
    with Postern(server={"loops": 1, "max_per_client": 1000}) as server:
        for _ in range(ROUNDS):
            with http_client.Conn(server.https_port, "localhost", tls=TLS, timeout=20) as friend:
                assert friend.request("/").status == 200
                crowd = [http_client.dial(server.https_port) for _ in range(BURST)]
                time.sleep(0.1)         # they are accepted
                begun = time.monotonic()
                for sock in crowd:
                    sock.sendall(HELLO)
                asked = time.monotonic()
                assert friend.request("/").status == 200
                waited = time.monotonic() - asked
                took = max(answered(sock) for sock in crowd) - begun
                for sock in crowd:
                    sock.close()
                shares.append(waited / took)
                waits.append(waited)
    share = statistics.median(shares)
    assert share < 0.25, f"a request waits for {share:.0%} of the time that {BURST} handshakes take"
    return f"{BURST} handshakes: a request waits {statistics.median(waits) * 1000:.1f} ms, {share:.0%} of their time"
