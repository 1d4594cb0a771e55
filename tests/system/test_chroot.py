"""A machine that holds nothing but git: the two commands of the README in a bare Debian 12 made by mmdebstrap.

Takes an hour, most of it packages and compilers; only `run --long chroot` runs it.  It needs root, the network, and
about 4 GB below TMPDIR.  POSTERN_CHROOT_TEST names the arguments of tools/test (none: what CI runs)."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import postern
from postern import TREE, Skip

LONG = True
SUITE = "bookworm"
# Mounts in a namespace of its own, so that nothing stays mounted whatever happens.
ENTER = """set -e
mount --make-rprivate /
mount --bind "$1" "$1"              # tests make name spaces of their own: their root must be a mount
for d in sys dev; do mount --rbind /$d "$1/$d"; done
mount -t proc proc "$1/proc"        # of the PIDs in here
mount -t tmpfs tmpfs "$1/run"
shift_root=$1; shift
exec chroot "$shift_root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
"""


def sources():
    """Lines of sources.list for that suite, and what apt needs to reach them, from this machine's own apt."""
    text = output_of("apt-get", "indextargets", "Created-By: Packages")
    lines = []
    for record in text.split("\n\n"):
        field = dict(re.findall(r"^([\w-]+): (.*)$", record, re.M))
        if field.get("Component") == "main" and field.get("Origin") == "Debian" and \
                re.match(r"(bookworm|trixie|sid|stable|testing|unstable)", field.get("Release", "")):
            line = f"deb {field['Repo-URI']} {field['Release']} main"
            if field["Release"].startswith(SUITE) and line not in lines:
                lines.append(line)
            mirror = field["Repo-URI"] if "security" not in field["Release"] else None
            if mirror and not any(f" {SUITE} " in known for known in lines):
                lines.insert(0, f"deb {mirror} {SUITE} main")
    if not lines:
        raise Skip("this machine's apt names no Debian archive")
    way_out = re.findall(r"^Acquire::https?::(?:[Pp]roxy|Timeout)\S* .*;$", output_of("apt-config", "dump"), re.M)
    return lines, way_out


def output_of(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def make_root():
    if os.geteuid() != 0:
        raise Skip("needs root")
    for tool in ("mmdebstrap", "unshare"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    root = postern.scratch("chroot") / "debian"
    lines, proxies = sources()
    argv = ["mmdebstrap", "--variant=apt", "--include=git", "--quiet"]
    argv += [f"--aptopt={p.removesuffix(';')}" for p in proxies]
    done = subprocess.run([*argv, SUITE, root, *lines], capture_output=True, text=True)
    assert done.returncode == 0, f"mmdebstrap: {done.stderr[-3000:]}"
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    (root / "etc/apt/apt.conf.d/90same-way-out").write_text("\n".join(proxies) + "\n")
    anchors = Path("usr/local/share/ca-certificates")   # a way out that looks into TLS has a CA of its own
    for own in (Path("/") / anchors).glob("*.crt"):
        (root / anchors).mkdir(parents=True, exist_ok=True)
        shutil.copy(own, root / anchors)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", TREE, root / "srv/postern"], check=True)
    return root


def inside(root, log, *argv):
    """Runs it in the chroot from the clone; the exit status."""
    with open(log, "wb") as out:
        return subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "enter", root,
                               "sh", "-c", 'cd /srv/postern && exec "$@"', "sh", *argv],
                              stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT).returncode


def tail(log, lines=60):
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def test_nothing_but_git():
    root = make_root()
    look = "for tool in python3 g++ cmake curl openssl make perl git; do command -v $tool; done"
    have = subprocess.run(["chroot", root, "sh", "-c", look], capture_output=True, text=True).stdout.split()
    assert [Path(p).name for p in have] in (["git"], ["perl", "git"]), f"not bare: {have}"
    logs = TREE / "out" / "test"
    logs.mkdir(parents=True, exist_ok=True)
    status = inside(root, logs / "chroot-demo.log", "tools/demo", "--once")
    said = tail(logs / "chroot-demo.log")
    assert status == 0, f"tools/demo --once: {status}\n{said}"
    issuers = dict(re.findall(r"issuer (before|after): +(.*)", said))
    assert len(issuers) == 2 and issuers["before"] != issuers["after"] and "Pebble" in issuers["after"], said
    wanted = os.environ.get("POSTERN_CHROOT_TEST", "").split()
    status = inside(root, logs / "chroot-test.log", "tools/test", *wanted)
    said = tail(logs / "chroot-test.log")
    for log in (root / "srv/postern/out/test").glob("*.log"):
        shutil.copy(log, logs / f"chroot-{log.name}")
    assert status == 0, f"tools/test {' '.join(wanted)}: {status}\n{said}"
    return f"demo: {issuers['before']} -> {issuers['after']}; tools/test: {said.splitlines()[-1]}"


test_nothing_but_git.seconds = 3 * 3600
