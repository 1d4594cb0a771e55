#!/usr/bin/env python3
"""tests/tools/dns_table.py [CORPUS]: writes tests/tables/dns_replies.txt, or the files of a fuzzer's corpus.

An encoder of DNS answers that shares nothing with acme/dns: it starts from random
zones, so it knows what a reader must find.  Each line of the table is the asked
name, its type, the answer in hex, and what must be read from it.  The seed is
fixed: a second run writes the same.
"""
import ipaddress
import random
import struct
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "tables" / "dns_replies.txt"
TYPES = {"A": 1, "CNAME": 5, "SOA": 6, "TXT": 16, "AAAA": 28, "OPT": 41, "RRSIG": 46, "CAA": 257}
RCODES = {0: "found", 2: "failed", 3: "no-name", 5: "failed"}


class Message:
    """Compresses each name as far as it goes (RFC 1035 section 4.1.4), or as little as chance has it."""

    def __init__(self, chance):
        self.chance, self.data, self.seen = chance, b"", {}

    def name(self, text):
        labels = [] if text == "" else text.split(".")
        while labels:
            rest = ".".join(labels).lower()
            if rest in self.seen and self.chance.random() < 0.8:
                self.data += struct.pack(">H", 0xC000 | self.seen[rest])
                return
            if len(self.data) < 0x3FFF:
                self.seen.setdefault(rest, len(self.data))
            label = labels.pop(0).encode()
            self.data += bytes([len(label)]) + label
        self.data += b"\0"

    def record(self, owner, kind, ttl, data, rclass=1):
        self.name(owner)
        self.data += struct.pack(">HHI", TYPES[kind], rclass, ttl) + b"\0\0"
        start = len(self.data)
        if kind == "CNAME":
            self.name(data)
        else:
            self.data += data
        self.data = self.data[:start - 2] + struct.pack(">H", len(self.data) - start) + self.data[start:]


def any_name(chance):
    letters = "abcXYZ019-_"
    label = lambda: "l" + "".join(chance.choices(letters, k=chance.choice((0, 3, 8, 62))))     # noqa: E731
    return ".".join([label() for _ in range(chance.randint(0, 2))] + [chance.choice(("example.org", "Example.net", "test"))])


def any_case(chance, text):
    return "".join(c.upper() if chance.random() < 0.3 else c.lower() for c in text)


def any_data(chance, kind):
    """(data on the wire, what is to be read)."""
    if kind == "A":
        ip = ipaddress.IPv4Address(chance.getrandbits(32)).packed
        return ip, "ip=" + ip.hex()
    if kind == "AAAA":
        ip = ipaddress.IPv6Address(chance.getrandbits(128)).packed
        return ip, "ip=" + ip.hex()
    if kind == "TXT":
        parts = [chance.randbytes(chance.choice((0, 1, 40, 255))) for _ in range(chance.randint(1, 3))]
        return b"".join(bytes([len(p)]) + p for p in parts), "text=" + b"".join(parts).hex()
    flags, tag = chance.choice((0, 0, 128, 1)), chance.choice(("issue", "IssueWild", "iodef", "x1"))
    value = chance.choice((b"", b";", b"ca.example; accounturi=https://ca.example/1", chance.randbytes(30)))
    return bytes([flags, len(tag)]) + tag.encode() + value, f"caa={flags >> 7}:{tag.lower()}:{value.hex()}"


def one(chance):
    name, kind = any_name(chance), chance.choice(("A", "AAAA", "TXT", "CAA"))
    rcode = chance.choice((0, 0, 0, 0, 2, 3, 5))
    aliases = [any_name(chance) + f".alias{i}" for i in range(chance.choice((0, 0, 1, 3)))]
    owner, chain = name, []
    for alias in aliases:
        chain.append((owner, "CNAME", alias))
        owner = alias
    chance.shuffle(chain)
    pairs = [any_data(chance, kind) for _ in range(chance.choice((0, 1, 2, 5)) if rcode == 0 else 0)]
    answers = chain + [(owner, kind, data) for data, _ in pairs]
    if chance.random() < 0.3:
        answers.append((chance.choice((owner, "stray.example")), "RRSIG", chance.randbytes(40)))
    if chance.random() < 0.2:
        answers.append(("bank.example", kind, any_data(chance, kind)[0]))
    message = Message(chance)
    authority = [("", "SOA", b"\0\0" + bytes(20))] if not pairs else []
    message.data = struct.pack(">HHHHHH", 0x1234, 0x8180 | rcode, 1, len(answers), len(authority), 1)
    message.name(any_case(chance, name))
    message.data += struct.pack(">HH", TYPES[kind], 1)
    for owner_, kind_, data in answers + authority:
        message.record(any_case(chance, owner_), kind_, chance.getrandbits(31), data)
    message.record("", "OPT", 0, b"", 1232)
    outcome = "no-data" if rcode == 0 and not pairs else RCODES[rcode]
    return [name, kind, message.data.hex(), outcome] + [f"alias={a.lower()}" for a in aliases] + [want for _, want in pairs]


def main(corpus):
    chance = random.Random(8659)
    if corpus:
        for number in range(24):
            (Path(corpus) / f"reply-{number:02}").write_bytes(bytes.fromhex(one(chance)[2]))
        (Path(corpus) / "resolv.conf").write_text("nameserver fe80::1%eth0\nnameserver 192.0.2.1\noptions timeout:2\n")
        return
    lines = [" ".join(one(chance)) for _ in range(160)]
    TABLE.write_text("# Made by tests/tools/dns_table.py: NAME TYPE ANSWER OUTCOME WHAT-IS-READ...\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
