"""Byte ranges over real sockets: one and several, conditions before them, HEAD, and a file larger than any memory."""
import os
import re

import postern
from http_client import Conn
from postern import Postern

SMALL = "".join(f"{i:04d}\n" for i in range(1000)).encode()                # from the cache
LARGE = "".join(f"{i:07d}\n" for i in range(100000)).encode()              # read as it is sent
FILES = {"/small.txt": SMALL, "/large.txt": LARGE}


def server():
    root = postern.scratch("root")
    for path, content in FILES.items():
        (root / path[1:]).write_bytes(content)
    (root / "empty.txt").write_bytes(b"")
    for path in root.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    postern.own(root)
    return Postern({"localhost": {"names": "localhost", "root": root, "redirect_http": "no"}})


def parts_of(response):
    """[(Content-Type, Content-Range, bytes)] of a multipart/byteranges, read by its boundary alone."""
    boundary = re.fullmatch(r"multipart/byteranges; boundary=([-\w]{1,70})", response.field("Content-Type"))[1].encode()
    before, *parts, end = response.body.split(b"--" + boundary)
    assert before == b"" and end == b"--\r\n", (before, end)
    found = []
    for part in parts:
        head, body = part.split(b"\r\n\r\n", 1)
        fields = dict(line.split(": ") for line in head.decode().strip().split("\r\n"))
        assert body.endswith(b"\r\n")
        found.append((fields["Content-Type"], fields["Content-Range"], body[:-2]))
    return found


def test_one_range():
    table = [   # Range, first, last (from the end when negative); None: not to be had
        ("0-0", 0, 0), ("10-19", 10, 19), ("4000-", 4000, -1), ("-10", -10, -1), ("0-", 0, -1),
        ("4990-99999999999999999999", 4990, -1), ("-999999999", 0, -1), (" 7-9 ,", 7, 9), ("5-9,0-6", 0, 9),
        ("9999999-", None, None), ("-0", None, None), ("9999999-,-0", None, None)]
    with server() as s:
        for path, whole in FILES.items():
            size = len(whole)
            for get in (s.get, s.get_plain):
                full = get(path)
                assert full.body == whole and full.field("Accept-Ranges") == "bytes", full
                for asked, first, last in table:
                    r = get(path, fields=[("Range", "bytes=" + asked)])
                    if first is None:
                        assert (r.status, r.field("Content-Range")) == (416, f"bytes */{size}"), f"{asked}: {r}"
                        continue
                    a, b = first % size, last % size
                    assert r.status == 206 and r.body == whole[a:b + 1], f"{path} {asked}: {r}"
                    assert r.field("Content-Range") == f"bytes {a}-{b}/{size}", f"{asked}: {r}"
                    for name in ("Content-Type", "ETag", "Last-Modified", "X-Content-Type-Options"):
                        assert r.field(name) == full.field(name), name
                for odd in ("bytes=5-4", "bytes=a-b", "bytes=", "lines=0-1", "bytes=0-1,x", "bytes 0-1",
                            "bytes=" + ",".join(f"{2 * i}-{2 * i}" for i in range(17))):
                    r = get(path, fields=[("Range", odd)])
                    assert r.status == 200 and r.body == whole, f"{odd}: {r}"
        r = s.get("/empty.txt", fields=[("Range", "bytes=0-")])
        assert (r.status, r.field("Content-Range")) == (416, "bytes */0"), r
        assert s.get("/empty.txt", fields=[("Range", "bytes=-1")]).status == 200
    return f"{len(table)} ranges of {len(FILES)} files, over HTTP and HTTPS"


def test_several_ranges():
    with server() as s, Conn(s.https_port, "localhost") as c:
        for path, whole in FILES.items():
            size = len(whole)
            for asked, spans in (("0-4,100-109,-5", [(0, 5), (100, 110), (size - 5, size)]),
                                 ("100-109, 0-4", [(100, 110), (0, 5)]),
                                 ("0-1,5-6,1-4,4000-4001", [(0, 7), (4000, 4002)]),
                                 ("0-2999,3001-4998", [(0, 3000), (3001, 4999)]),
                                 (",".join(f"{2 * i}-{2 * i}" for i in range(16)), [(2 * i, 2 * i + 1) for i in range(16)])):
                r = c.request(path, fields=[("Range", "bytes=" + asked)])       # and the next answer begins where it should
                assert r.status == 206 and r.field("Content-Range") is None, r
                expected = [("text/plain; charset=utf-8", f"bytes {a}-{b - 1}/{size}", whole[a:b]) for a, b in spans]
                assert parts_of(r) == expected, f"{path} {asked}: {r}"


def test_ranges_and_conditions():
    """RFC 9110 13.2.2: what the client holds is looked at first, If-Range last; HEAD has no ranges."""
    with server() as s:
        for path in FILES:
            full = s.get(path)
            tag, date = full.field("ETag"), full.field("Last-Modified")
            old = "Sun, 06 Nov 1994 08:49:37 GMT"
            table = [([("If-Range", tag)], 206), ([("If-Range", date)], 206), ([("If-Range", '"x"')], 200),
                     ([("If-Range", "W/" + tag)], 200), ([("If-Range", old)], 200), ([("If-None-Match", tag)], 304),
                     ([("If-None-Match", '"x"')], 206), ([("If-Match", '"x"')], 412), ([("If-Match", tag)], 206),
                     ([("If-Modified-Since", date)], 304), ([("If-Unmodified-Since", old)], 412),
                     ([("If-Unmodified-Since", date)], 206), ([("If-Range", '"x"'), ("If-Match", '"x"')], 412),
                     ([("If-Range", '"x"'), ("If-None-Match", tag)], 304)]
            for fields, status in table:
                r = s.get(path, fields=[("Range", "bytes=0-9"), *fields])
                assert r.status == status and len(r.body) in {206: (10,), 200: (len(FILES[path]),)}.get(status, (0, len(r.body))), \
                    f"{path} {fields}: {r}"
            head = s.get(path, method="HEAD", fields=[("Range", "bytes=0-9")])
            assert (head.status, head.field("Content-Length")) == (200, str(len(FILES[path]))), head
    return f"{len(table)} conditions"


def test_range_of_a_huge_file():
    with server() as s:
        root = s.sites["localhost"]["root"]
        huge = root / "huge.bin"
        with open(huge, "wb") as file:
            file.truncate(1 << 40)      # a hole of a terabyte
            file.seek((1 << 40) - 4)
            file.write(b"tail")
        postern.own(huge)
        r = s.get("/huge.bin", fields=[("Range", "bytes=0-1,-4")])
        assert [p[1:] for p in parts_of(r)] == [("bytes 0-1/1099511627776", b"\0\0"),
                                                ("bytes 1099511627772-1099511627775/1099511627776", b"tail")], r
