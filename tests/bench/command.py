"""Runs a command to its end and keeps what it said."""
import subprocess


def run(cmd, **kw):
    return subprocess.run(cmd, shell=isinstance(cmd, str), capture_output=True, text=True, **kw)
