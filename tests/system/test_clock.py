"""A machine that does not know what time it is: a saved good time that its clock has not reached, with a real CA."""
import json
import time

import http_client
from lab import Lab
from postern import Postern

NAME = "device.example.test"
DAY = 86400


def good_time(server, seconds):
    """As if the machine's clock had been reset to that long before the last good time."""
    (server.state / "clock").write_text(time.strftime("%Y-%m-%dT%H:%M:%SZ\n", time.gmtime(time.time() + seconds)))


def clock(server):
    return server.document()["clock"]


def behind(lab):
    """A server that has been up once, and whose clock is now an hour behind."""
    server = Postern({NAME: {}}, lab=lab)
    lab.set_faults("refuse")
    server.start()
    server.stop()
    good_time(server, 3600)
    lab.clear_faults()
    return server


def looked_at_from_outside(server):
    """By commands that know no more than what the state folder tells."""
    done = server.command("monitor")
    assert done.returncode == 3 and "the clock of this machine is not set" in done.stdout, done
    done = server.command("check", "--preflight", "--json", seconds=75)
    found = [f for f in json.loads(done.stdout)["findings"] if f["check"] == "clock"][0]
    assert done.returncode == 2 and found["level"] == "fault" and "known to be right" in found["seen"], found


def test_saved_and_waited_for():
    with Lab(nonce_reject=0, retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}}, lab=lab) as server:
        server.wait_issued(NAME)
        assert clock(server) == {"sane": True, "source": "system"}, clock(server)
        http_client.until(lambda: (server.state / "clock").exists(), 5, "the good time is saved")
        saved = (server.state / "clock").read_text()
        assert time.time() - 60 <= time.mktime(time.strptime(saved, "%Y-%m-%dT%H:%M:%SZ\n")) - time.timezone <= time.time() + 1
        shown = server.der(NAME)
        server.stop()

        good_time(server, 200 * DAY)
        lab.clear_log()
        server.start()
        assert clock(server) == {"sane": False, "source": "none"}, clock(server)
        assert server.der(NAME) == shown, "the certificate serves, whatever the clock says"
        said = server.command("status")
        assert said.returncode == 1 and "clock: not set" in said.stdout, said.stdout
        done = server.renew(NAME)
        assert done.returncode == 1 and "the clock is not set yet" in done.stdout, done
        assert not [e for e in lab.log() if e.get("kind") == "new-order"], lab.log()
        assert server.status()[NAME]["state"] == "valid"
        looked_at_from_outside(server)
        server.stop()
        looked_at_from_outside(server)
        said = server.command("status")
        assert said.returncode == 1 and "clock: not set" in said.stdout and "no server" in said.stderr, said
        assert clock(server) == {"sane": False, "source": "none"} and server.status()[NAME]["state"] == "valid"
        said = server.command("show", NAME)
        assert said.returncode == 1 and "clock: not set" in said.stdout, said


def test_told_by_the_ca():
    with Lab(nonce_reject=0, retry_after_authz=0, retry_after_order=0) as lab:
        server = behind(lab)
        lab.set_faults(f"date:skew={2 * 3600}")
        with server:
            http_client.until(lambda: clock(server)["source"] == "ca", 5, "the CA's clock is believed")
            server.wait_issued(NAME)
            assert clock(server) == {"sane": True, "source": "ca"}, clock(server)
            said = server.command("status")
            assert "clock: not set: certificates go by the CA's clock" in said.stdout, said.stdout
            assert "is not set: certificates go by the CA's clock" in server.log(), server.log()


def test_a_date_outside_the_chain_counts_nothing():
    with Lab(nonce_reject=0, retry_after_authz=0, retry_after_order=0) as lab:
        server = behind(lab)
        lab.set_faults(f"date:skew={200 * 365 * DAY}")
        with server:
            http_client.until(lambda: "no Date at which its own certificate is valid" in server.log(), 5, "why it is not believed")
            assert clock(server) == {"sane": False, "source": "none"}, clock(server)
            assert not [e for e in lab.log() if e.get("kind") == "new-order"], lab.log()
