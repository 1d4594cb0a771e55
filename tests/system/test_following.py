"""What `renew` shows while it works: a line a step with its time, and a spinner on a terminal alone."""
import os
import pty
import re
import subprocess

import postern
from lab import Lab
from postern import Postern

NAME = "device.example.test"
STEP = rf" *\d+\.\d s  {re.escape(NAME)}: \S.*"


def on_a_terminal(server, term):
    """All that `renew --force` writes to a terminal."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([str(postern.program()), "renew", "--force", "-c", str(server.ini_file)], stdin=subprocess.DEVNULL,
                             stdout=theirs, stderr=theirs, env={**os.environ, "TERM": term}, **postern.identity(False))
    os.close(theirs)
    said = b""
    while True:
        try:
            said += os.read(ours, 4096)
        except OSError:     # the other end is closed
            break
    os.close(ours)
    assert child.wait(60) == 0, said
    return said.decode()


def test_steps():
    with Lab(nonce_reject=0, retry_after_authz=0, retry_after_order=0) as lab, Postern({NAME: {}}, lab=lab) as server:
        server.wait_issued(NAME)
        lab.set_faults("delay:seconds=1.0,on=new-order")      # long enough for the spinner to go round
        piped = server.renew(NAME).stdout
        lines = piped.splitlines()
        assert len(lines) >= 3 and all(re.fullmatch(STEP, line) for line in lines), piped
        times = [float(line.split()[0]) for line in lines]
        assert times == sorted(times) and times[-1] >= 1.0, piped
        assert "\r" not in piped and "\x1b" not in piped, repr(piped)

        shown = on_a_terminal(server, "xterm")
        assert len(set(re.findall(r"\r +\d+\.\d s  ([|/\\-])", shown))) == 4, repr(shown)
        left = re.sub(r"\r +\d+\.\d s  [|/\\-]", "", shown).replace("\r\x1b[K", "").replace("\r\n", "\n")
        assert all(re.fullmatch(STEP, line) for line in left.splitlines()), repr(left)
        assert not re.search(r"s  [|/\\-]", shown[shown.rindex("\x1b[K"):]), f"the spinner is gone at the end: {shown!r}"

        dumb = on_a_terminal(server, "dumb").replace("\r\n", "\n")
        assert "\r" not in dumb and "\x1b" not in dumb, repr(dumb)
