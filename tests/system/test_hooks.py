"""The owner's commands around a renewal: what they get, when they run, and every way in which they can be bad."""
import os
import re
import time

import http_client
from lab import Lab
from postern import Postern, own

NAME, OTHER = "device.example.test", "other.example.test"

SCRIPT = """#!/bin/sh
# notes what it was given: HOOK, then everything else
{
    echo "$1 lineage=${RENEWED_LINEAGE-unset} domains=${RENEWED_DOMAINS-unset}"
    if [ "$1" = deploy ]; then
        env | sed 's/=.*//' | sort | tr '\\n' ' ' >>"$NOTES.env"
        ls /proc/self/fd | tr '\\n' ' ' >>"$NOTES.fd"
        readlink /proc/self/fd/0 >>"$NOTES.fd"
        grep -E '^(Uid|CapEff|NoNewPrivs|SigIgn|SigBlk):' /proc/self/status >>"$NOTES.rights"
        test -r "$RENEWED_LINEAGE/privkey.pem" && echo readable >>"$NOTES.rights"
    fi
} >>"$NOTES"
echo "said by $1"
"""


def server_with(lab, sites, **hooks):
    server = Postern(sites, lab=lab)
    server.sections["hooks"] = hooks
    server.write_ini()
    return server


def reload_with(server, **hooks):
    server.sections["hooks"] = hooks
    server.write_ini()
    done = server.command("reload")
    assert done.returncode == 0, done


def test_what_they_get_and_when():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        server = server_with(lab, {NAME: {"names": f"{NAME}, www.{NAME}"}, OTHER: {}})
        script, notes = server.folder / "hook", server.folder / "notes"
        script.write_text(SCRIPT.replace("$NOTES", str(notes)))
        script.chmod(0o755)
        own(server.folder)
        server.sections["hooks"] = {kind: f"{script} {kind}" for kind in ("pre", "post", "deploy")}
        server.write_ini()
        with server:
            server.wait_issued(NAME)
            server.wait_issued(OTHER)
            server.wait_for(r"hook.ended hook=post")
            live = server.state / "live"
            first = [f"deploy lineage={live / NAME} domains={NAME} www.{NAME}", f"deploy lineage={live / OTHER} domains={OTHER}"]
            assert notes.read_text().splitlines() == [
                "pre lineage=unset domains=unset", *first, f"post lineage=unset domains={NAME} www.{NAME} {OTHER}"], notes.read_text()
            names = set((notes.parent / "notes.env").read_text().split())
            assert {"HOME", "PATH", "RENEWED_DOMAINS", "RENEWED_LINEAGE"} <= names, names
            assert names <= {"HOME", "PATH", "RENEWED_DOMAINS", "RENEWED_LINEAGE", "PWD", "OLDPWD", "SHLVL", "_"}, names   # sh's own
            assert set((notes.parent / "notes.fd").read_text().split()) <= {"0", "1", "2", "3", "/dev/null"}, "no descriptor of ours"
            rights = (notes.parent / "notes.rights").read_text()
            assert "NoNewPrivs:\t1" in rights and "readable" in rights, rights
            assert re.search(r"^CapEff:\t0+$", rights, re.M) and re.search(r"^SigBlk:\t0+$", rights, re.M), rights
            assert os.geteuid() != 0 or "Uid:\t65534\t65534\t65534\t65534" in rights, rights
            assert 'hook.output hook=deploy text="said by deploy"' in server.log()

            notes.write_text("")
            done = server.command("renew")                      # nothing is due: nothing runs
            assert done.returncode == 2 and notes.read_text() == "", notes.read_text()
            assert server.renew(OTHER).returncode == 0
            assert notes.read_text().splitlines() == ["pre lineage=unset domains=unset", first[1], f"post lineage=unset domains={OTHER}"]

            for argv, deploys in ((("--force",), 2), (("--dry-run",), 0)):   # several by name: one run
                notes.write_text("")
                assert server.command("renew", NAME, OTHER, *argv, seconds=60).returncode == 0
                ran = [line.split()[0] for line in notes.read_text().splitlines()]
                assert ran == ["pre", *["deploy"] * deploys, "post"], notes.read_text()

            notes.write_text("")
            lab.set_faults("ca-down")
            assert server.renew(NAME).returncode == 1           # a run that fails has pre and post, and no deploy
            assert notes.read_text().splitlines() == ["pre lineage=unset domains=unset", "post lineage=unset domains="], notes.read_text()
            lab.clear_faults()

        notes.write_text("")                                    # without a server `renew` runs them too
        assert server.renew(OTHER).returncode == 0
        assert [line.split()[0] for line in notes.read_text().splitlines()] == ["pre", "deploy", "post"], notes.read_text()


def gone(pid_file):
    """Whether the process whose number a hook wrote there has ended."""
    pid = int(pid_file.read_text())
    try:
        return open(f"/proc/{pid}/stat").read().split(") ")[1][0] == "Z"
    except FileNotFoundError:
        return True


def test_bad_hooks():
    """Each is said in log, status and to who asked; the certificate is new each time, and nothing stays behind."""
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        server = server_with(lab, {NAME: {}})
        pids = server.folder / "pid"
        locked = server.folder / "locked"
        locked.write_text("#!/bin/sh\n")
        locked.chmod(0o644)
        own(server.folder)
        bad = {
            "status": ("echo alas; exit 3", r"exited with status 3"),
            "missing": ("/nowhere/hook", r"was not found \(status 127\)"),
            "not executable": (f"{locked}", r"could not be executed \(status 126\)"),
            "killed": ("kill -9 $$", r"ended by signal 9"),
            "hangs": (f"echo $$ >{pids}; sleep 1000", r"still running"),
            "deaf": (f"trap '' TERM HUP INT; echo $$ >{pids}; while :; do sleep 0.1; done", r"still running"),
            "children": (f"sleep 1000 & echo $! >{pids}", r"left processes behind"),
            "hangs with children": (f"(sleep 1000; :) & echo $! >{pids}; wait", r"still running"),
            "flood": ("yes", r"wrote more than 16 MB|still running"),
        }
        with server:
            server.wait_issued(NAME)
            for what, (command, said) in bad.items():
                pids.unlink(missing_ok=True)
                reload_with(server, deploy=command, timeout="2s")
                log_from, der, began = len(server.log()), server.der(NAME), time.monotonic()
                done = server.renew(NAME)
                assert done.returncode == 0 and server.der(NAME) != der, (what, done)
                assert re.search(rf"the hook deploy .*{said}", done.stdout), (what, done.stdout)
                assert re.search(rf"error hook.failed hook=deploy certificate={NAME} why=.*{said}", server.log()[log_from:]), what
                notices = server.command("status").stdout
                assert re.search(rf"the hook deploy .*{said}", notices), (what, notices)
                assert not pids.exists() or gone(pids), f"{what}: a process is left"
                assert time.monotonic() - began < 25, what
                assert server.get("/", NAME).status == 200
            assert len(server.log()) < 200_000, "a flood does not get into the log"
            assert "hook.output_cut" in server.log()
            reload_with(server, deploy="true")
            assert server.renew(NAME).returncode == 0
            assert "the hook" not in server.command("status").stdout


def test_stop_while_a_hook_hangs():
    with Lab(retry_after_authz=0, retry_after_order=0) as lab:
        server = server_with(lab, {NAME: {}}, deploy="echo $$ >pid; exec sleep 1000", post="echo closed >post")
        with server:
            server.wait_for(r"hook.begins hook=deploy")
            pid = server.folder / "pid"
            http_client.until(pid.exists, 5, "the hook runs")
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 10 and gone(pid), server.log()
            assert "because the server stops" in server.log()
            assert (server.folder / "post").exists(), "what pre opened is closed"
        with server:    # what was installed serves
            assert server.issued(NAME)
