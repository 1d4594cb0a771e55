"""The lab's processes: started, awaited on their ports, ended by the note of their PID."""
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from .calls import die


def alive(pid, marker):
    try:
        return marker.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def spawn(lab, name, argv, env=None, marker=None):
    argv = [str(a) for a in argv]
    log = open(lab / f"{name}.log", "ab")
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=lab,
                             env={**os.environ, **(env or {})}, start_new_session=True)
    (lab / f"{name}.pid").write_text(json.dumps({"pid": child.pid, "marker": marker or argv[0]}))
    return child


def stop(lab, name):
    file = lab / f"{name}.pid"
    if not file.exists():
        return
    note = json.loads(file.read_text())
    pid, marker = note["pid"], note["marker"]
    for sig, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 2)):
        if not alive(pid, marker):
            break
        os.kill(pid, sig)
        end = time.time() + patience
        while time.time() < end and alive(pid, marker):
            time.sleep(0.02)
    file.unlink()


def reachable(port, host="127.0.0.1"):
    with socket.socket() as s:
        s.settimeout(0.3)
        return s.connect_ex((host, port)) == 0


def await_port(lab, name, child, port, seconds=60):     # Pebble makes RSA keys first
    end = time.time() + seconds
    while time.time() < end:
        if child.poll() is not None:
            die(f"{name} ended at once:\n{(lab / (name + '.log')).read_text()[-2000:]}")
        if reachable(port):
            return
        time.sleep(0.02)
    die(name, "does not listen on", port)


def free_block(size=12):
    for base in range(24000, 60000, 20):
        if not any(reachable(base + i) for i in range(size)):
            return base
    die("no free block of ports")
