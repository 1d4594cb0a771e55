"""A lab that is up: its end, its variables, its processes."""
import json
import re
import shlex
import sys
from pathlib import Path

from .calls import die
from .processes import alive, stop


def down(opts):
    lab = opts.base / opts.name
    for name in ("caddy", "faulty", "pebble", "dns"):
        stop(lab, name)
    env_file = lab / "env.json"
    if env_file.exists():
        env_file.unlink()


def settings(opts):
    file = opts.base / opts.name / "env.json"
    if not file.exists():
        die("the lab is not up")
    return json.loads(file.read_text())


def env_(opts):
    for key, value in settings(opts).items():
        print(f"export {key}={shlex.quote(value)}")


def status(opts):
    lab = opts.base / opts.name
    bad = 0
    for file in sorted(lab.glob("*.pid")):
        note = json.loads(file.read_text())
        ok = alive(note["pid"], note["marker"])
        bad |= not ok
        rss = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{note['pid']}/status").read_text()) if ok else None
        print(f"{file.stem:8} {'up' if ok else 'DOWN':5} pid {note['pid']} rss {rss.group(1) if rss else '-'} KiB")
    sys.exit(bad)
