"""Debian packages: downloaded with apt from this machine's own mirror, and unpacked, never installed."""
import re
import shutil
import subprocess
import time
from pathlib import Path

from .calls import call, die, say

ARCHIVE_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def own_release():
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.split("=", 1)[1].strip('"')
    return ""


def mirror():
    """(URI, keyring) of this machine's own Debian archive, as apt sees it."""
    out = call(["apt-get", "indextargets", "Created-By: Packages"])
    want = own_release()
    for record in out.split("\n\n"):
        field = dict(re.findall(r"^([\w-]+): (.*)$", record, re.M))
        if field.get("Component") == "main" and want in (field.get("Release"), field.get("Codename")):
            keyring = field.get("Signed-By", "")
            if not keyring and ARCHIVE_KEYRING.exists():
                keyring = str(ARCHIVE_KEYRING)
            return field["Repo-URI"], keyring
    die("no Debian archive for", want, "in this machine's apt configuration")


def private_apt(base, suite):
    """Options that make apt use `suite` of the same mirror, all state private."""
    root = base / "apt" / suite
    for sub in ("lists/partial", "cache/archives/partial", "etc"):
        (root / sub).mkdir(parents=True, exist_ok=True)
    sources = root / "etc" / "lab.sources"
    uri, signed = mirror()
    text = f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
    if signed:
        text += f"Signed-By: {signed}\n"
    sources.write_text(text)
    options = []
    for key, value in (
        ("Dir::Etc::sourcelist", sources), ("Dir::Etc::sourceparts", "/dev/null"),
        ("Dir::Etc::preferences", "/dev/null"), ("Dir::Etc::preferencesparts", "/dev/null"),
        ("Dir::State::lists", root / "lists"), ("Dir::Cache", root / "cache"),
        ("Acquire::Languages", "none"), ("Acquire::Retries", "3"), ("APT::Sandbox::User", "root"),
        ("APT::Update::Error-Mode", "any"),
        # a mirror that stands still for weeks serves tests all the same; signatures are checked
        ("Acquire::Check-Valid-Until", "false"),
        # one index is wanted: leave out what other packages have asked apt to fetch besides
        ("Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled", "false"),
    ):
        options += ["-o", f"{key}={value}"]
    stamp = root / "updated"
    if not stamp.exists() or time.time() - stamp.stat().st_mtime > 12 * 3600:
        say(f"reading the package list of {suite}")
        call(["apt-get", *options, "update"])
        stamp.touch()
    return options


def has_candidate(package):
    out = subprocess.run(["apt-cache", "policy", package], text=True, capture_output=True).stdout
    found = re.search(r"Candidate: (\S+)", out)
    return bool(found) and found.group(1) != "(none)"


def unpacked(base, package, suite):
    """Directory with `package` of `suite` unpacked ('own': the machine's suites)."""
    tree = base / "pkg" / f"{package}-{suite}"
    if (tree / ".done").exists():
        return tree
    downloads = base / "deb" / suite
    downloads.mkdir(parents=True, exist_ok=True)
    options = []
    if suite != "own":
        options = private_apt(base, suite)
    elif not has_candidate(package):        # a machine that never ran apt-get update
        options = private_apt(base, own_release())
    options += ["-o", "APT::Sandbox::User=root"]
    for old in downloads.glob(f"{package}_*.deb"):
        old.unlink()
    call(["apt-get", *options, "download", package], cwd=downloads)
    debs = list(downloads.glob(f"{package}_*.deb"))
    if len(debs) != 1:
        die("expected one file of", package, "and found", debs)
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    call(["dpkg-deb", "-x", debs[0], tree])
    version = call(["dpkg-deb", "-f", debs[0], "Version"]).strip()
    (tree / ".done").write_text(version + "\n")
    say(f"{package} {version} unpacked")
    return tree


def fetch_packages(opts):
    """Only fetch; `up` can then work without a network (in `unshare -n`, say)."""
    print(unpacked(opts.base, "pebble", opts.pebble))
    if opts.caddy:
        print(unpacked(opts.base, "caddy", opts.caddy))
