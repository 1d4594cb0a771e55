"""As root with ports below 1024, in a network namespace: it binds, and then is nobody in particular."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import http_client
import postern
from lab import TOOLS, Lab
from postern import Postern, Skip

NAME = "device.example.test"


def status_of(task):
    return dict(re.findall(r"^(\w+):\s*(.*)$", (task / "status").read_text(), re.M))


def in_namespace():
    """Runs inside tools/lab/in-namespace: a whole life as root would start it on port 80 and 443."""
    with Lab(http_port=80, tls_port=443, dns_port=53, retry_after_authz=0, retry_after_order=0) as lab:
        folder = postern.scratch("root")
        state = folder / "var" / "state"    # not there yet, in a folder of root's
        state.parent.mkdir()
        os.chown(state.parent, 0, 0)
        os.chown(folder, 0, 0)
        log = postern.scratch("log") / "postern.log"    # root makes it, and gives it away
        server = Postern({NAME: {}}, lab=lab, as_root=True, state=state,
                         server={"user": postern.NOBODY, "group": postern.NOBODY, "https": "127.0.0.1:443", "log": log})
        server.https_port = 443
        with server:
            look(server)
            assert (log.stat().st_uid, log.stat().st_gid) == (postern.NOBODY, postern.NOBODY), log.stat()
            server.wait_issued(NAME)
            assert server.get("/", NAME).status == 200
            r = server.get_plain("/x", NAME)
            assert r.field("Location") == f"https://{NAME}/x", r
            owners = {(p.lstat().st_uid, p.lstat().st_gid) for p in state.rglob("*")}
            assert owners == {(postern.NOBODY, postern.NOBODY)}, owners
            keys = [p for p in state.rglob("privkey.pem")]
            assert keys and all(p.stat().st_mode & 0o777 == 0o640 for p in keys), "a group is set: it may read"
            der = server.der(NAME)
            done = server.command("renew", NAME, "--force")
            assert done.returncode == 0 and server.der(NAME) != der, done
            log.rename(log.with_suffix(".1"))
            server.signal(1)        # a reload without privileges keeps the ports, and opens the log again
            http_client.until(lambda: log.exists() and " reloaded " in log.read_text(), 3, "the log goes on in a new file")
            assert server.get("/", NAME).status == 200
            assert server.command("stop").returncode == 0
            assert server.process.wait(12) == 0
        with server:                # and once more on the state that is there
            assert server.issued(NAME)
    print("in the namespace: all holds")


def look(server):
    wanted = {str(postern.NOBODY)}
    for task in Path(f"/proc/{server.pid}/task").iterdir():
        s = status_of(task)
        assert set(s["Uid"].split()) == wanted, f"uid {s['Uid']}"
        assert set(s["Gid"].split()) == wanted, f"gid {s['Gid']}"
        assert set(s["Groups"].split()) <= wanted, f"groups {s['Groups']}"
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(s[name], 16) == 0, f"{name} {s[name]}"
        assert s["NoNewPrivs"] == "1", "no set-uid program can give them back"
    for fd in Path(f"/proc/{server.pid}/fd").iterdir():     # nothing open that only root may open
        target = os.readlink(fd)
        assert not target.startswith(("/etc/shadow", "/root")), target


def test_root_gives_up_everything():
    if os.geteuid() != 0:
        raise Skip("needs root")
    for tool in ("ip", "unshare"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    inner = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); sys.dont_write_bytecode = True\n" \
            "import postern, test_privileges\ntry:\n    test_privileges.in_namespace()\nexcept BaseException:\n" \
            "    for name, text in postern.end_all(): print('---', name, text, sep='\\n')\n    raise\n" \
            "finally:\n    postern.end_all(); postern.remove_scratch()\n"
    Lab().down()        # so that Pebble is fetched: there is no network inside
    done = subprocess.run([TOOLS / "in-namespace", sys.executable, "-c", inner],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "all holds" in done.stdout, done.stdout + done.stderr


def test_root_without_a_user_is_refused():
    if os.geteuid() != 0:
        raise Skip("needs root")
    server = Postern({"localhost": {}}, as_root=True, server={"user": "nobody-of-that-name"})
    server.start(wait=False)
    assert server.process.wait(5) == 2 and "nobody-of-that-name" in server.log(), server.log()
    server = Postern({"localhost": {}}, as_root=True, server={"user": "root"})
    server.start(wait=False)
    assert server.process.wait(5) == 2 and "root" in server.log(), server.log()
    if "postern:" not in Path("/etc/passwd").read_text():
        server = Postern({"localhost": {}}, as_root=True)
        server.start(wait=False)
        assert server.process.wait(5) == 2 and "[server] user" in server.log(), server.log()
        assert "useradd" in server.log(), "it says what to do"


def test_what_the_user_cannot_read():
    """Root reads everything, and the user whom it becomes does not: check says so, and serve warns."""
    if os.geteuid() != 0:
        raise Skip("needs root")
    root, ca_file = postern.scratch("root"), postern.scratch("ca") / "ca.pem"
    (root / "www").mkdir()
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", ca_file)
    server = Postern({"localhost": {"root": root / "www", "certificate": "self-signed"}}, as_root=True,
                     server={"user": postern.NOBODY, "group": postern.NOBODY}, acme={"ca_file": ca_file})
    os.chown(server.folder, 0, 0)
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr
    for path, mode in ((root, 0o700), (ca_file, 0o600)):
        os.chown(path, 0, 0)
        path.chmod(mode)
    done = server.command("check")
    assert done.returncode == 2, done.stdout + done.stderr
    lines = server.ini_file.read_text().splitlines()
    for section, key, path, remedy in (("site localhost", "root", root, f"chmod o+x {root},"),
                                       ("acme", "ca_file", ca_file, f"chmod o+r {ca_file}, or chown {postern.NOBODY}")):
        number = next(i + 1 for i, text in enumerate(lines) if text.startswith(f"{key} = "))
        said = next(text for text in done.stderr.splitlines() if f"[{section}] {key}: " in text)
        assert said.startswith(f"{server.ini_file}:{number}: ") and f"{path}" in said and remedy in said, said
    assert "2 faults" in done.stderr, done.stderr
    with server:
        assert server.log().count(" warn unreadable ") == 2 and f"chmod o+r {ca_file}" in server.log(), server.log()


def test_not_root_needs_no_user():
    """Unprivileged with unprivileged ports: `user` may be left out, and a root-only one is not asked for."""
    with Postern({"localhost": {}}) as server:
        s = status_of(Path(f"/proc/{server.pid}"))
        expected = postern.NOBODY if os.geteuid() == 0 else os.geteuid()
        assert s["Uid"].split()[0] == str(expected) and s["NoNewPrivs"] == "1", s
        assert http_client.fetch(server.https_port, "/", sni="localhost").status == 200
