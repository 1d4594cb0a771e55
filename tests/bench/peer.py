"""A server that can be measured, by its adapter file: its program, its version, its size."""
import configparser
import os
import re

from command import run
from places import ROOT, SERVERS, TREE, WORK


class Peer:
    def __init__(self, path):
        self.name = os.path.basename(path)[:-4]
        ini = configparser.ConfigParser(interpolation=None)
        ini.read(path)
        self.ini = ini["peer"]
        self.title = self.ini["title"]
        self.features = set(self.ini.get("features", "").split())
        self.base = {"root": ROOT, "work": WORK, "tree": TREE, "servers": SERVERS}
        loader = self.fill(self.ini.get("loader", ""), self.base)
        self.base["ld"] = (f"{loader}/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path "
                           f"{loader}/usr/lib/x86_64-linux-gnu" if loader else "")
        self.base["exe"] = self.fill(self.ini["exe"], self.base)
        for pair in self.ini.get("vars", "").split():
            k, v = pair.split("=", 1)
            self.base[k] = v

    @staticmethod
    def fill(text, values):
        return re.sub(r"@(\w+)@", lambda m: str(values[m[1]]), text)

    def present(self):
        return os.path.exists(self.base["exe"])

    def version(self):
        r = run(self.fill(self.ini["version"], self.base))
        return " ".join((r.stdout + r.stderr).split())

    def size(self):
        """Stripped bytes of the program and every shared library it loads: (all, all but libc)."""
        ld = self.base["ld"]
        libpath = self.fill(self.ini.get("libpath", ""), self.base)
        todo = [self.base["exe"]] + self.fill(self.ini.get("libs", ""), self.base).split()
        found = set()
        for f in todo:
            found.add(os.path.realpath(f))
            r = run(f"{ld} --list {f}" if ld else f"LD_LIBRARY_PATH={libpath} ldd {f}")
            for line in r.stdout.splitlines():
                m = re.search(r"(?:=> )?(/\S+) \(0x", line)
                if m:
                    found.add(os.path.realpath(m[1]))
        total = libc = 0
        for f in found:
            tmp = os.path.join(WORK, "strip.tmp")
            n = os.path.getsize(tmp) if run(["strip", "-o", tmp, f]).returncode == 0 else os.path.getsize(f)
            total += n
            if re.match(r"(libc\.so|libc-|ld-linux|ld-)", os.path.basename(f)):
                libc += n
        return total, total - libc
