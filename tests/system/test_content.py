"""What a site's owner may ask for around his files: moved paths, aliases, listing, single pages, error pages, own fields."""
import gzip

import postern
from http_client import Conn
from postern import Postern
from upstream import Upstream


def folder(name, files):
    root = postern.scratch(name)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    postern.own(root)
    return root


def server(root, keys, **sites):
    """keys: [(key, value)], so that one may stand several times."""
    site = [("names", "localhost"), ("root", root), ("redirect_http", "no"), ("certificate", "self-signed"), *keys]
    s = Postern({"localhost": {}, **sites})
    s.write_ini(postern.ini_text([*s.sections.items(), ("site localhost", site)]))
    return s


def test_redirects_of_a_site():
    rows = [("/old", 302, "/new"), ("/old?a=1", 302, "/new?a=1"), ("//old", 302, "/new"), ("/%6Fld", 302, "/new"),
            ("/blog/a%20b?q", 308, "https://b.example.test/a%20b?q"), ("/blog/", 308, "https://b.example.test/"),
            ("/set?y", 301, "/a.txt?x=1"), ("/blog", 404, None), ("/older", 404, None), ("/a.txt", 200, None),
            ("/../old", 404, None), ("/.well-known/acme-challenge/x", 404, None)]
    root = folder("root", {"a.txt": "alpha"})
    with server(root, [("redirect", "/old /new"), ("redirect", "/blog/* https://b.example.test/* 308"),
                       ("redirect", "/set /a.txt?x=1 301"), ("redirect", "/.well-known/acme-challenge/* /x")]) as s:
        for target, status, location in rows:
            for get in (s.get, s.get_plain):
                for method in ("GET", "HEAD", "POST"):
                    r = get(target, method=method)
                    assert (r.status, r.field("Location")) == (status, location) or (method == "POST" and r.status == 405), \
                        f"{method} {target}: {r}"
    return f"{len(rows)} rows"


def test_aliases_stay_in_their_folder():
    root = folder("root", {"index.html": "root", "docs/mine": "secret", "a.txt": "alpha"})
    docs = folder("docs", {"index.html": "docs", "d.txt": "delta", ".hidden": "secret", "sub/index.html": "sub"})
    outside = folder("outside", {"passwd": "secret"})
    (docs / "link_in").symlink_to("d.txt")
    (docs / "link_out").symlink_to(outside / "passwd")
    (docs / "link_up").symlink_to("../outside/passwd")
    (docs / "dir_out").symlink_to(outside)
    (docs / "to_root").symlink_to(root)
    found = {"/docs/": "docs", "/docs/d.txt": "delta", "/docs/sub/": "sub", "/docs/link_in": "delta", "/docs/../a.txt": "alpha",
             "/docs/%2e%2e/a.txt": "alpha", "/": "root", "/my%20docs/d.txt": "delta"}
    missing = ["/docs/mine", "/docs/.hidden", "/docs/%2ehidden", "/docs/link_out", "/docs/link_up", "/docs/dir_out/passwd",
               "/docs/to_root/a.txt", "/docs/..%2fa.txt", "/docs/..%5ca.txt", "/docs/../../outside/passwd",
               "/docs/%252e%252e/a.txt", "/docsx", "/docs/d.txt/", "/docs//../../etc/passwd", "/docs/sub/../../../../etc/passwd"]
    with server(root, [("alias", f"/docs {docs}"), ("alias", f"/my%20docs/ {docs}")]) as s:
        expected = s.get("/nothing")
        for get in (s.get, s.get_plain):
            for path, body in found.items():
                r = get(path)
                assert (r.status, r.body) == (200, body.encode()), f"{path}: {r}"
            for path in missing:
                r = get(path)
                assert (r.status, r.body) == (404, expected.body), f"{path}: {r}"
        assert s.get("/docs?q").field("Location") == "/docs/?q"
        assert s.get("/my%20docs").field("Location") == "/my%20docs/"
    return f"{len(found)} that are there, {len(missing)} that are not"


def test_listing():
    root = folder("root", {"files/b.txt": "b" * 3000, "files/<a>&.txt": "a", "files/.hidden": "secret", "files/sub/x": "x",
                           "files/indexed/index.html": "index"})
    outside = folder("outside", {"passwd": "secret"})
    (root / "files/out").symlink_to(outside / "passwd")
    with server(root, [("listing", "yes")]) as s, Conn(s.https_port, "localhost") as c:
        r = c.request("/files/")
        page = r.body.decode()
        assert r.status == 200 and r.field("Content-Type") == "text/html; charset=utf-8", r
        order = [page.index(f'href="./{name}"') for name in ("indexed/", "sub/", "%3Ca%3E&amp;.txt", "b.txt")]
        assert order == sorted(order), page
        assert "&lt;a&gt;&amp;.txt" in page and "2.9k" in page and 'href="../"' in page, page
        assert not [word for word in ("hidden", "secret", "<a>", "<script", '"./out"') if word in page], page
        assert c.request("/files/%3Ca%3E&.txt").body == b"a"
        assert c.request("/files/indexed/").body == b"index"
        assert c.request("/files").field("Location") == "/files/"
        assert c.request("/files/", fields=[("If-None-Match", r.field("ETag"))]).status == 304
        head = c.request("/files/", method="HEAD")
        assert head.field("Content-Length") == str(len(r.body)), head
        for path in ("/files/.hidden/", "/.git/", "/nothing/", "/files/out/"):
            assert c.request(path).status == 404, path
    with server(root, []) as s:
        assert s.get("/files/").status == 404


def test_single_page_and_error_pages():
    root = folder("root", {"index.html": "app", "a.js": "1;", "404.html": "<p>lost", ".x": "secret"})
    with server(root, [("spa", "yes"), ("error_page_404", "404.html"), ("cache_control", "no-cache")]) as s:
        for path in ("/", "/users/7", "/users/7/?q", "/missing.css"):
            r = s.get(path)
            assert (r.status, r.body, r.field("Cache-Control")) == (200, b"app", "no-cache"), f"{path}: {r}"
        assert s.get("/a.js").body == b"1;"
        for path in ("/.x", "/a%2fb"):
            r = s.get(path)
            assert (r.status, r.body, r.field("Content-Type")) == (404, b"<p>lost", "text/html; charset=utf-8"), f"{path}: {r}"
            assert r.field("Cache-Control") is None, r
        assert s.get("/.x", method="HEAD").field("Content-Length") == "7"
        assert s.get("/x", method="POST").status == 405


def test_own_fields_and_types():
    root = folder("root", {"a.gpx": "<gpx/>", "index.html": "front"})
    keys = [("header", "X-One: 1"), ("header", "Content-Security-Policy: default-src 'self'; img-src *"),
            ("header", "Set-Cookie: a=1"), ("mime", ".gpx application/gpx+xml"), ("cache_control", "public, max-age=60"),
            ("hsts", "1h")]
    with server(root, keys) as s:
        full = s.get("/a.gpx")
        assert full.field("Content-Type") == "application/gpx+xml", full
        tag = ("If-None-Match", full.field("ETag"))
        for path, status, request in (("/a.gpx", 200, {}), ("/a.gpx", 304, {"fields": [tag]}),
                                      ("/a.gpx", 206, {"fields": [("Range", "bytes=0-1")]}), ("/nothing", 404, {}),
                                      ("/", 405, {"method": "POST"}), ("/", 204, {"method": "OPTIONS"})):
            for get in (s.get, s.get_plain):
                r = get(path, **request)
                assert r.status == status, r
                assert r.field("X-One") == "1" and r.field("Set-Cookie") == "a=1", r
                assert r.field("Content-Security-Policy") == "default-src 'self'; img-src *", r
                assert (r.field("Strict-Transport-Security") == "max-age=3600") == (get == s.get), r
                assert r.field("Cache-Control") == ("public, max-age=60" if status in (200, 206, 304) else None), r
                if status in (405, 204):
                    assert r.field("Allow") == "GET, HEAD, OPTIONS", r
        printed = postern.run("check", "--print", "-c", s.ini_file)
        for key, value in keys[:4]:
            assert f"\n{key} = {value}\n" in printed.stdout, printed.stdout


def test_security_fields():
    """Of files, but not of what other servers say; a line of the owner's takes the place of one."""
    root = folder("root", {"a.html": "a", "large.bin": "x" * 200_000})
    other = folder("other", {"b.html": "b"})
    guards = ("X-Frame-Options", "Referrer-Policy")
    usual = ("SAMEORIGIN", "strict-origin-when-cross-origin")

    def told(s, path, **request):
        return [tuple([v for k, v in r.fields if k.lower() == name.lower()] for name in guards) for r in (s.get(path, **request), s.get_plain(path, **request))]
    with Upstream() as u, server(root, [("alias", f"/other {other}"), ("proxy", f"/app http://127.0.0.1:{u.port}")]) as s:
        for path, request in (("/a.html", {}), ("/large.bin", {}), ("/large.bin", {"fields": [("Range", "bytes=1-2")]}), ("/other/b.html", {})):
            assert told(s, path, **request) == [tuple([one] for one in usual)] * 2, path
        assert told(s, "/app/") == [([], [])] * 2
        assert told(s, "/none") == [([], [])] * 2, "an error looks as any other does"
    with server(root, [("header", "x-frame-options: DENY")]) as s:
        assert told(s, "/a.html") == [(["DENY"], [usual[1]])] * 2
    with server(root, [("security_headers", "no")]) as s:
        assert told(s, "/a.html") == [([], [])] * 2


def test_compressed_copies():
    """Files beside a file: by quality values, each with its own tag; ranges and HEAD are of the bytes that are sent."""
    bodies = {None: "plain " * 50, "br": "brotli " * 9, "zstd": "zstd " * 11, "gzip": "gzip " * 13}
    endings = {None: "", "br": ".br", "zstd": ".zst", "gzip": ".gz"}
    root = folder("root", {f"a.js{endings[c]}": body for c, body in bodies.items()} | {"b.js": "alone"})
    large = {None: "p" * 200_000, "gzip": "g" * 100_000}
    for coding, body in large.items():
        (root / f"large.js{endings[coding]}").write_text(body)
    outside = folder("outside", {"x": "secret"})
    (root / "b.js.gz").symlink_to(outside / "x")
    rows = [("gzip, deflate, br, zstd", "br"), ("gzip, zstd", "zstd"), ("gzip", "gzip"), ("br;q=0.5, gzip", "gzip"), ("br;q=0, *", "zstd"),
            ("deflate", None), ("gzip;q=0", None), ("identity;q=0", None), ("*;q=0", None), ("identity, br;q=0.9", None), (None, None)]
    with server(root, []) as s, Conn(s.https_port, "localhost") as c:
        tags = set()
        for value, coding in rows:
            fields = [("Accept-Encoding", value)] if value else []
            r = c.request("/a.js", fields=fields)
            assert (r.status, r.field("Content-Encoding"), r.body.decode()) == (200, coding, bodies[coding]), f"{value}: {r}"
            assert r.field("Vary") == "Accept-Encoding" and r.field("Content-Type").startswith("text/javascript"), r
            tag = r.field("ETag")
            tags.add((coding, tag))
            assert c.request("/a.js", fields=[*fields, ("If-None-Match", tag)]).status == 304
            head = c.request("/a.js", method="HEAD", fields=fields)
            assert [f for f in head.fields if f[0] != "Date"] == [f for f in r.fields if f[0] != "Date"], head
            part = c.request("/a.js", fields=[*fields, ("Range", "bytes=1-3"), ("If-Range", tag)])
            assert (part.status, part.body, part.field("Content-Encoding")) == (206, r.body[1:4], coding), part
        assert len(tags) == len({tag for _, tag in tags}) == 4, tags
        for coding, body in large.items():
            r = c.request("/large.js", fields=[("Accept-Encoding", coding or "br")])
            assert (r.field("Content-Encoding"), r.body, r.field("Vary")) == (coding, body.encode(), "Accept-Encoding"), r.fields
        r = c.request("/b.js", fields=[("Accept-Encoding", "gzip")])
        assert (r.body, r.field("Content-Encoding")) == (b"alone", None), r
    with server(root, [("compress", "no")]) as s:
        r = s.get("/a.js", fields=[("Accept-Encoding", "br")])
        assert (r.body.decode(), r.field("Vary")) == (bodies[None], None), r
    return f"{len(rows)} wishes"


def test_gzip_in_the_cache():
    """Small text is packed on demand; Python unpacks it.  By size and type, and not where the owner says no."""
    text = "".join(f"<p>line {i}</p>\n" for i in range(2000))
    files = {"a.html": text, "a.svg": text, "a.bin": text, "tiny.html": "<p>", "large.html": text * 4}
    root = folder("root", files)
    wish = [("Accept-Encoding", "gzip, deflate, br, zstd")]
    with server(root, []) as s:
        for get in (s.get, s.get_plain):
            for path, packed in (("/a.html", True), ("/a.svg", True), ("/a.bin", False), ("/tiny.html", False), ("/large.html", False)):
                plain = get(path)
                assert plain.body.decode() == files[path[1:]] and plain.field("Content-Encoding") is None, plain
                for _ in range(3):
                    r = get(path, fields=wish)
                    assert r.field("Content-Encoding") == ("gzip" if packed else None), f"{path}: {r}"
                    assert r.field("Vary") == plain.field("Vary") == ("Accept-Encoding" if packed else None), f"{path}: {r}"
                    body = gzip.decompress(r.body) if packed else r.body
                    assert body == plain.body and (r.field("ETag") != plain.field("ETag")) == packed, f"{path}: {r}"
                    assert get(path, fields=[*wish, ("If-None-Match", r.field("ETag"))]).status == 304
        saved = len(text) / len(s.get("/a.html", fields=wish).body)
    with server(root, [("compress_min", "4"), ("compress_types", "application/octet-stream")]) as s:
        assert s.get("/a.bin", fields=wish).field("Content-Encoding") == "gzip"
        assert s.get("/a.html", fields=wish).field("Content-Encoding") is None
    with server(root, [("compress", "no")]) as s:
        assert s.get("/a.html", fields=wish).field("Content-Encoding") is None
    return f"{saved:.1f} times smaller"
