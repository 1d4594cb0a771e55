"""Source archives of newer suites of the machine's own Debian mirror, for tools/deps.

The mirror is read from apt's configuration, which is never changed: each suite
has a private one, with all its state below the cache.
"""
import re
import subprocess
import sys
import time
import urllib.parse
from collections import namedtuple
from pathlib import Path

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
APT_HELPER = "/usr/lib/apt/apt-helper"
INDEX_AGE = 12 * 3600           # seconds until a Sources index is read again

Archive = namedtuple("Archive", "version sha256 source")   # source: a Path, or [URI...]


class Refused(Exception):
    """The build must stop; the text says why and what to do."""


def say(text):
    print("deps:", text, file=sys.stderr, flush=True)


def run(argv, **kw):
    done = subprocess.run([str(a) for a in argv], text=True, capture_output=True, **kw)
    if done.returncode:
        raise Refused(f"{argv[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def mirror():
    """(URI, keyring) of this machine's own Debian archive, as apt sees it."""
    release = Path("/etc/os-release").read_text()
    codename = re.search(r'^VERSION_CODENAME="?([\w-]+)', release, re.M)
    for record in run(["apt-get", "indextargets", "Created-By: Packages"]).split("\n\n"):
        field = dict(re.findall(r"^([\w-]+): (.*)$", record, re.M))
        if (codename and field.get("Component") == "main"
                and codename[1] in (field.get("Release"), field.get("Codename"))):
            return field["Repo-URI"], field.get("Signed-By") or KEYRING
    raise Refused("no Debian archive in this machine's apt configuration; "
                  "put the archives into a directory and name it in POSTERN_DEPS_DIR")


def private_apt(cache, suite):
    """apt options for the source index of `suite`, all state below the cache."""
    root = cache / "apt" / suite
    for sub in ("lists/partial", "archives/partial"):
        (root / sub).mkdir(parents=True, exist_ok=True)
    uri, keyring = mirror()
    text = (f"Types: deb-src\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
            f"Signed-By: {keyring}\n")
    (root / "deps.sources").write_text(text)
    options = []
    for setting in (f"Dir::Etc::sourcelist={root}/deps.sources", "Dir::Etc::sourceparts=/dev/null",
                    "Dir::Etc::preferences=/dev/null", "Dir::Etc::preferencesparts=/dev/null",
                    f"Dir::State::lists={root}/lists", f"Dir::Cache={root}",
                    "Acquire::Languages=none", "Acquire::Retries=3", "APT::Sandbox::User=root",
                    "APT::Update::Error-Mode=any",
                    # A mirror that stands still is no danger: deps.lock has the hashes.
                    "Acquire::Check-Valid-Until=false"):
        options += ["-o", setting]
    stamp = root / "updated"
    if not stamp.exists() or time.time() - stamp.stat().st_mtime > INDEX_AGE:
        say(f"reading the source index of {suite}")
        run(["apt-get", *options, "update"])
        stamp.touch()
    return uri, options


def from_suite(source, cache, suite):
    """Candidates in the signed Sources index of a suite."""
    uri, options = private_apt(cache, suite)
    shown = subprocess.run(["apt-cache", *options, "showsrc", "--only-source", source],
                           text=True, capture_output=True).stdout
    found = []
    for record in re.split(r"\n\n+", shown):
        pool = re.search(r"^Directory: (\S+)", record, re.M)
        hashes = re.search(r"^Checksums-Sha256:\n((?: .*\n)*)", record + "\n", re.M)
        if not pool or not hashes:
            continue
        for sha256, file in re.findall(r"^ ([0-9a-f]{64}) \d+ (\S+)$", hashes[1], re.M):
            version = re.fullmatch(re.escape(source) + r"_(.+)\.orig\.tar\.(?:gz|bz2|xz)", file)
            if version:
                base = f"{uri.rstrip('/')}/{pool[1]}/"
                uris = dict.fromkeys((base + file, base + urllib.parse.quote(file)))
                found.append(Archive(version[1], sha256, list(uris)))
    return found


def download(uri, to, sha256):
    """Fetch with apt's own transports (proxies, credentials), hash checked."""
    run([APT_HELPER, "-o", "APT::Sandbox::User=root", "download-file", uri, to, f"SHA256:{sha256}"])
