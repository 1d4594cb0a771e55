"""What RFC 9110 and RFC 9112 ask of a server of files, clause by clause: the section, the clause, what must come, what is sent.

What must come is a line of text: the answers in order, separated by "; ".  Each is its status (several where the RFC leaves it open,
"200|400") and words:
  Name, -Name        the field is there, is not there
  bare               no content follows, whatever the fields say
  final              no interim answer came before it
  HTTP/1.1           its version
  open, end          last of all: another request is answered on the connection; it ends, without another answer, "notify": by
                     close_notify.  Neither: it may do either.
fields (patterns; of "Name?" if it is there; or a function of the answer) and body (a function) are of the last answer.
Each of what is sent gets a connection: bytes, or pieces, behind each of which the server has to say something.  @/a.txt@ is the
tag of that file.  plain: to the port without TLS, where the host is B.  sni: the name that TLS is told.
"""
import gzip
import re
from collections import namedtuple
from email.utils import parsedate_to_datetime

Case = namedtuple("Case", "section clause wanted sent fields body plain sni")
CASES = []
A, B = "a.example.test", "b.example.test"       # B is served without TLS as well; A redirects from there
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"          # all files were changed then
OLDER, NEWER = "Mon, 13 Nov 2023 22:13:20 GMT", "Wed, 15 Nov 2023 22:13:20 GMT"
STAMP = 1_700_000_000
FUTURE = 2_145_916_800                          # when future.txt will have been changed: 2038
SIZE = 1 << 20
LARGE = bytes(range(256)) * (SIZE // 256)
PAGE = "".join(f"<p>line {i}</p>\n" for i in range(300)).encode()
FILES = {"index.html": b"<!doctype html><title>front</title>\n", "a.txt": b"alpha\n", "b.txt": b"beta, not a\n", "next.txt": b"next\n",
         "empty.txt": b"", "sp ace.txt": b"space\n", "page.html": PAGE, "large.bin": LARGE, "sub/index.html": b"<p>sub\n",
         "style.css": b"body{}\n", "future.txt": b"future\n", "copy.js": b"plain();" * 40, "copy.js.gz": gzip.compress(b"plain();" * 40),
         "copy.js.br": b"\x8b\x1f\x80" + b"brotli, for all the test knows"}
FIXDATE = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 20\d\d \d\d:\d\d:\d\d GMT"
TAG = r'(W/)?"[!#-~\x80-\xff]*"'
NEXT = "GET /next.txt HTTP/1.1\r\nHost: " + A + "\r\n\r\n"


def raw(text):
    return text.encode("latin-1")


def get(target="/a.txt", *fields, host=A, method="GET", version="1.1", body="", behind=""):
    """A request; host None: without the field.  behind: more bytes, another request."""
    hosts = [] if host is None else [f"Host: {host}"]
    return raw("".join(line + "\r\n" for line in (f"{method} {target} HTTP/{version}", *hosts, *fields)) + "\r\n" + body + behind)


def post(*fields, body="", **more):
    return get("/a.txt", *fields, method="POST", body=body, **more)


def chunked(body, *fields, behind=NEXT, **more):
    return post("Transfer-Encoding: chunked", *fields, body=body, behind=behind, **more)


def case(section, clause, wanted, *sent, fields=None, body=None, plain=False, sni=A):
    CASES.append(Case(section, clause, wanted, sent, fields or {}, body, plain, sni))


def holds(content):
    return lambda answer: answer.body == content


ALPHA, FRONT, BETA, WHOLE, TEXT = holds(b"alpha\n"), holds(FILES["index.html"]), holds(b"beta, not a\n"), holds(LARGE), holds(PAGE)


def is_page(answer):
    """The content of page.html, as the coding says."""
    coding = answer.field("Content-Encoding")
    return (gzip.decompress(answer.body) if coding in ("gzip", "x-gzip") else answer.body) == PAGE and coding in (None, "gzip", "x-gzip")


def not_later_than_sent(answer):
    date = lambda name: parsedate_to_datetime(answer.field(name))
    return answer.field("Last-Modified") is None or date("Last-Modified") <= date("Date")


def parts(*spans, size=SIZE, content=LARGE):
    """A function that wants multipart/byteranges of these (first, last)."""
    def good(answer):
        found = re.fullmatch(r'multipart/byteranges; *boundary="?([-\w\'()+,./:=? ]{1,70}?)"?', answer.field("Content-Type"))
        if not found:
            return False
        _, *middle, end = (b"\r\n" + answer.body).split(b"\r\n--" + found[1].encode())
        heads = [(re.search(rb"(?i)\r\nContent-Range: bytes (\d+)-(\d+)/(\d+)\r\n", part), part.split(b"\r\n\r\n", 1)[1]) for part in middle]
        came = [(int(head[1]), int(head[2]), int(head[3]), body) for head, body in heads if head]
        return end.startswith(b"--") and came == [(a, b, size, content[a:b + 1]) for a, b in spans]
    return good


def lacks(*secrets):
    return lambda answer: not any(secret in answer.body for secret in secrets)


# --- RFC 9112 section 2: lines and versions
case("9112 2.2", "one empty line before a request is passed over", "200 open", b"\r\n" + get(), body=ALPHA)
case("9112 2.2", "a CR alone is refused, or a blank", "200|400", get("/a.txt", "X: b\rc"))
case("9112 2.2", "a LF alone ends a line, or is refused", "200|400", raw(f"GET /a.txt HTTP/1.1\nHost: {A}\n\n"), raw(f"GET /a.txt HTTP/1.1\r\nHost: {A}\nX: y\r\n\r\n"))
case("9112 2.2", "a line with a blank first, behind the request line, counts for nothing", "400", raw(f"GET /a.txt HTTP/1.1\r\n Host: {A}\r\n\r\n"))
case("9112 2.2", "what is no HTTP gets 400, and the end", "400 end", b"NONSENSE\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"{\"a\": 1}\r\n\r\n")
case("9112 2.3", "the name of the protocol knows case", "400|505 end", get(version="1.1").replace(b"HTTP/", b"http/"), get().replace(b"HTTP/", b"Http/"))
case("9112 2.3", "a version is a digit, a dot, a digit", "400|505 end", get(version="1.10"), get(version="01.1"), get(version="1"), get(version="1."), get(version="+1.1"), get(version="1,1"))
case("9110 2.5", "a higher minor version is taken for the highest known", "200 open", get(version="1.2"), get(version="1.9"), body=ALPHA)
case("9110 15.6.6", "a major version that is not spoken", "505", get(version="2.0"), get(version="3.0"), get(version="9.9"))
case("9112 2.3", "HTTP/0.9 is none of them", "400|505 end", b"GET /a.txt\r\n\r\n")
case("9110 6.2", "an answer to HTTP/1.0 has our version", "200 HTTP/1.1", get(version="1.0"), body=ALPHA)
case("9113 3.4", "the preface of HTTP/2 is no request", "400|421|501|505 end", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

# --- section 3: the request line, the forms of a target, Host
case("9112 3", "several blanks are one, or refused", "200|400", get().replace(b" ", b"  ", 1), get().replace(b" ", b"\t", 1), get().replace(b" HTTP", b"  HTTP"), get(version="1.1 "))
case("9112 3", "a blank in a target is not mended", "400|301", get("/a.txt b"), get("/sp ace.txt"))
case("9112 3", "a line of 8000 bytes is taken", "200 open", get("/a.txt?" + "x" * (8000 - len("GET /a.txt? HTTP/1.1"))), body=ALPHA)
case("9110 15.5.15", "a target longer than any", "414", get("/" + "x" * 40000))
case("9112 3", "a method longer than any gets 501", "501", get(method="X" * 300))
case("9112 3.1", "a method knows case", "501|405|400", get(method="get"), get(method="Get"), body=lacks(b"alpha"))
case("9112 3.1", "a method is a token", "400 end", get(method="G(T"), get(method="GE\x01T"), get(method="G/T"), get(method="\"GET\""))
case("9112 3.2", "no Host", "400", get(host=None), get("/a.txt", "Accept: */*", host=None))
case("9112 3.2", "two Hosts", "400", get("/a.txt", f"Host: {B}"), get("/a.txt", f"Host: {A}"), get("/a.txt", "X: y", f"hOST: {A}"))
case("9112 3.2", "a Host that is none", "400", *[get(host=host) for host in ("a b", f"{A}/x", f"me@{A}", f"{A}, {B}", f"{A}:port", "[::1", "a\x01b", f"{A}:80:80", "a\"b")])
case("9112 3.2", "an empty Host names nobody of ours", "400|421|404", get(host=""))
case("9112 3.2", "Host may have a port", "200 open", get(host=f"{A}:443"), get(host=f"{A}:"), body=ALPHA)
case("9112 3.2", "Host is not asked for in HTTP/1.0", "200|400|404|421", get(version="1.0", host=None))
case("9112 3.2", "without a Host that is ours nobody is served", "421|404|400", get(host="other.example"), get(host="203.0.113.7"), get(host="[2001:db8::7]"), body=lacks(b"alpha", b"beta"))
case("9112 3.2.1", "the origin form: path and query", "200 open", get("/a.txt?x=1&y"), get("/a.txt?"), get("/a.txt??/../b"), body=ALPHA)
case("9112 3.2.1", "a path begins with a slash", "400", get("a.txt"), get("?x"), get("./a.txt"))
case("9112 3.2.1", "a target has no fragment", "400", get("/a.txt#x"), get("/a.txt?x#y"))
case("9112 3.2.2", "the absolute form is taken", "200 open", get(f"https://{A}/a.txt"), body=ALPHA)
case("9112 3.2.2", "the absolute form counts, and not Host", "200 open", get(f"https://{A}/a.txt", host=B), get(f"https://{A}/a.txt", host="other.example"), body=ALPHA)
case("9112 3.2.2", "the absolute form needs Host as well", "400", get(f"https://{A}/a.txt", host=None))
case("9112 3.2.2", "the absolute form of a host that is not here", "421|404", get("https://other.example/a.txt"), body=lacks(b"alpha"))
case("9110 4.2.3", "an absolute form without a path means /", "200 open", get(f"https://{A}"), body=FRONT)
case("9110 4.2.3", "scheme and host do not know case", "200 open", get(f"HTTPS://{A.upper()}/a.txt"), get(host="A.Example.TEST"), body=ALPHA)
case("9110 4.2.3", "a path knows case", "404 open", get("/A.TXT"), get("/Sub/"))
case("9110 4.2.3", "what needs no escape is the same with it", "200 open", get("/%61.txt"), get("/a%2Etxt"), get("/a%2etxt"), body=ALPHA)
case("9110 4.2.2", "an https URI has a host", "400", get("https:///a.txt"), get("https://:443/a.txt"))
case("9110 4.2.4", "a user in a URI is a fault", "400", get(f"https://me@{A}/a.txt"), get(f"https://me:word@{A}/a.txt"))
case("9110 4.2.5", "a fragment is none of the server's", "400", get(f"https://{A}/a.txt#x"))
case("9110 7.1", "a target of another scheme", "400|421|501", get(f"ftp://{A}/a.txt"), get(f"gopher://{A}/a.txt"), body=lacks(b"alpha"))
case("9112 3.2.3", "the authority form is for CONNECT", "400", get(f"{A}:443"), get(f"{A}:443", method="OPTIONS"))
case("9112 3.2.4", "the asterisk, for OPTIONS", "200|204 open", get("*", method="OPTIONS"))
case("9112 3.2.4", "the asterisk is for nothing else", "400", get("*"), get("*x", method="OPTIONS"))
case("9110 7.4", "https without TLS is refused", "301|308|400|403|421", get(f"https://{B}/a.txt", host=B), plain=True, body=lacks(b"alpha", b"beta"))
case("9110 7.4", "a host that the certificate shown does not name", "421", get("/a.txt", host=B), get("/b.txt", host=B), body=lacks(b"alpha", b"beta"))
case("9110 15.5.20", "a host that nobody serves", "421", get(host="other.example"), get(host=f"{A}.evil.example"))
case("9110 7.4", "nothing of a wrong host comes back", "421|404|400", get(host="evil-host.example"), body=lacks(b"evil-host"))
case("3986 2.1", "an escape is two hexadecimal digits", "400", get("/%zz"), get("/a%2"), get("/%"), get("/%u0041"))
case("3986 2.4", "an escape is undone once", "404 open", get("/%2561.txt"), get("/a%252etxt"))
case("3986 3.3", "an escaped blank is one of the name", "200 open", get("/sp%20ace.txt"), body=holds(b"space\n"))
case("3986 5.2.4", "dots are resolved", "200 open", get("/./a.txt"), get("/sub/../a.txt"), get("/sub/%2e%2e/a.txt"), body=ALPHA)
case("3986 7.3", "an escaped NUL is never in a name", "400|404", get("/a.txt%00"), get("/a.txt%00.html"), body=lacks(b"alpha"))
case("9110 17.3", "nothing above the root", "400|403|404", get("/../a/../../../etc/passwd"), get("/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd"), get("/..%2f..%2f..%2fetc/passwd"), get("/..%5c..%5cetc%5cpasswd"), body=lacks(b"root:"))

# --- section 5: fields
case("9112 5.1", "no blank before the colon", "400", get("/a.txt", "X : y"), get("/a.txt", "X\t: y"), get("/a.txt", "Content-Length : 0"), get("/a.txt", f"Host : {A}", host=None))
case("9112 5.1", "blanks around a value are none of it", "200 open", get(host=f"\t  {A} \t "), raw(f"GET /a.txt HTTP/1.1\r\nHost:{A}\r\n\r\n"), body=ALPHA)
case("9112 5", "a line of fields has a colon", "400", get("/a.txt", "Nonsense"), get("/a.txt", "a b c"))
case("9112 5.2", "a folded line is refused, or unfolded", "200|400", get("/a.txt", "X: y\r\n z"), get("/a.txt", "X: y\r\n\tz"))
case("9110 5.1", "a name is a token", "400", get("/a.txt", ": y"), get("/a.txt", "X(Y): z"), get("/a.txt", "X Y: z"), get("/a.txt", "X\x80: z"), get("/a.txt", "\"X\": z"))
case("9110 5.1", "a name does not know case", "200 open", raw(f"GET /a.txt HTTP/1.1\r\nhOsT: {A}\r\n\r\n"), body=ALPHA)
case("9110 5.1", "an unknown field is passed over", "200 open", get("/a.txt", "X-Unknown: y", "!#$%&'*+-.^_`|~9: z"), body=ALPHA)
case("9110 5.5", "NUL in a value is refused, or a blank", "200|400", get("/a.txt", "X: a\0b"))
case("9110 5.5", "a NUL never makes two names one", "400|421", get(host=f"{A}\0.evil.example"), body=lacks(b"alpha"))
case("9110 5.5", "bytes beyond ASCII in a value are its own affair", "200 open", get("/a.txt", "X: \xe4\xff"), body=ALPHA)
case("9110 5.5", "an empty value is one", "200 open", get("/a.txt", "X:", "Accept-Language: "), body=ALPHA)
case("9110 5.4", "one field larger than any", "431|400|413", get("/a.txt", "X: " + "y" * 2000000))
case("9110 5.4", "more fields than any", "431|400|413", get("/a.txt", *["X: " + "y" * 90] * 20000))
case("9110 5.3", "lines of one name are one list", "304 bare open", get("/a.txt", 'If-None-Match: "x"', "If-None-Match: @/a.txt@"))
case("9110 5.3", "a list of codings in two lines", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding: *", "Accept-Encoding: gzip;q=0, br;q=0, zstd;q=0"), body=TEXT)
case("9110 5.6.1", "empty elements of a list are none", "304 bare open", get("/a.txt", 'If-None-Match: , "x",, @/a.txt@ ,'))
case("9110 5.6.2", "a token holds no blank", "400|200", get("/a.txt", "Connection: keep alive"))
case("9110 5.6.7", "the date of RFC 850 is read", "304 bare open", get("/a.txt", "If-Modified-Since: Tuesday, 14-Nov-23 22:13:20 GMT"))
case("9110 5.6.7", "the date of asctime is read", "304 bare open", get("/a.txt", "If-Modified-Since: Tue Nov 14 22:13:20 2023"))
case("9110 5.6.7", "two digits of a year that lie far ahead are of the past", "200 open", get("/a.txt", "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT"), body=ALPHA)

# --- section 6: where a message ends
case("9112 6", "a length tells where the next request begins", "405; 200 open", post("Content-Length: 3", body="abc", behind=NEXT))
case("9112 6.3", "no length, no content", "405|411; 200 open", post(behind=NEXT))
case("9112 6.3", "what looks like a request is content", "405; 200 open", post(f"Content-Length: {len(NEXT)}", body=NEXT, behind=NEXT))
case("9112 6", "a GET may have content", "200; 200 open", get("/a.txt", "Content-Length: 3", body="abc", behind=NEXT), get("/a.txt", "Transfer-Encoding: chunked", body="3\r\nabc\r\n0\r\n\r\n", behind=NEXT))
case("9112 6.3", "a length that is none", "400 end", *[post(f"Content-Length: {length}", body="abc", behind=NEXT) for length in ("+3", "-1", "0x3", "3.0", "3 4", "abc", '"3"')])
case("9112 6.3", "two lengths that differ", "400 end", post("Content-Length: 3", "Content-Length: 4", body="abc", behind=NEXT), post("Content-Length: 3, 4", body="abc", behind=NEXT))
case("9112 6.3", "two equal lengths are one, or refused", "400|405", post("Content-Length: 3", "Content-Length: 3", body="abc"), post("Content-Length: 3, 3", body="abc"))
case("9110 8.6", "a length beyond any number", "400|413 end", post("Content-Length: " + "9" * 30, behind=NEXT), post(f"Content-Length: {(1 << 64) + 3}", body="abc", behind=NEXT))
case("9110 8.6", "a length of many zeros is a number", "405|400", post("Content-Length: 0003", body="abc"))
case("9110 15.5.14", "more content than anybody takes", "413|405", post("Content-Length: 100000000", body="x" * 1000))
case("9112 6.1", "Transfer-Encoding and a length: one answer, and the end", "400|405 end", chunked("0\r\n\r\n", "Content-Length: 5"), post("Content-Length: 5", "Transfer-Encoding: chunked", body="0\r\n\r\n", behind=NEXT))
case("9112 6.1", "Transfer-Encoding of HTTP/1.0 is faulty framing", "400|405|501 end", chunked("0\r\n\r\n", version="1.0"), chunked("0\r\n\r\n", "Connection: keep-alive", version="1.0"))
case("9112 6.1", "a coding that is not known", "501", post("Transfer-Encoding: gzip, chunked", body="0\r\n\r\n"), post("Transfer-Encoding: x-tea, chunked", body="0\r\n\r\n"))
case("9112 6.3", "chunked is the last coding", "400|501 end", *[post(f"Transfer-Encoding: {coding}", body="0\r\n\r\n", behind=NEXT) for coding in ("chunked, gzip", "xchunked", "identity")])
case("9112 6.1", "chunked is there once", "400|501 end", post("Transfer-Encoding: chunked, chunked", body="0\r\n\r\n", behind=NEXT), post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body="0\r\n\r\n", behind=NEXT))
case("9112 7", "codings do not know case", "405; 200 open", post("Transfer-Encoding: CHUNKED", body="1\r\nx\r\n0\r\n\r\n", behind=NEXT))
case("9112 6.1", "no Transfer-Encoding for HTTP/1.0", "200 -Transfer-Encoding", get("/page.html", "Accept-Encoding: gzip", version="1.0"), get("/large.bin", version="1.0"))
case("9112 6.2", "an answer of known size has its length", "200 Content-Length -Transfer-Encoding open", get("/large.bin"), fields={"Content-Length": str(SIZE)}, body=WHOLE)

# --- section 7: chunks
case("9112 7.1", "chunks tell where the next request begins", "405; 200 open", chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), chunked("0\r\n\r\n"))
case("9112 7.1", "sizes are hexadecimal, with any zeros", "405; 200 open", chunked("A\r\n0123456789\r\n00a\r\n0123456789\r\n000\r\n\r\n"))
case("9112 7.1", "a size that is none", "400|405 end", *[chunked(f"{size}\r\nabc\r\n0\r\n\r\n") for size in ("0x3", "-3", "+3", "", "zz", "3 4", "3.")])
case("9112 7.1", "a size beyond any number", "400|405|413 end", chunked("fffffffffffffffff\r\nabc\r\n0\r\n\r\n"), chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"))
case("9112 7.1", "data longer than its size", "400|405 end", chunked("3\r\nabcd\r\n0\r\n\r\n"), chunked("3\r\nabcde0\r\n\r\n"))
case("9112 7.1.1", "extensions are passed over", "405; 200 open", chunked('3;a\r\nabc\r\n2;a=b;c="d;e"\r\nde\r\n0;x\r\n\r\n'))
case("9110 5.6.3", "bad white space around an extension is passed over", "405; 200 open", chunked("3 ; a = b\r\nabc\r\n0\r\n\r\n"), chunked("3\t;a\r\nabc\r\n0 ;x\r\n\r\n"))
case("9112 7.1.1", "extensions have a limit", "400|405|413|431 end", chunked("3;" + "a" * 300000 + "\r\nabc\r\n0\r\n\r\n"))
case("9112 7.1.2", "trailers are passed over", "405; 200 open", chunked("3\r\nabc\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n"))
case("9110 6.5.1", "a trailer is no field of the head", "405; 200 open", chunked(f"1\r\nx\r\n0\r\nContent-Length: 50\r\nHost: {B}\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n"))
case("9112 7.1.2", "a trailer that is no field", "400|405 end", chunked("0\r\nnonsense\r\n\r\n"), chunked("0\r\na : b\r\n\r\n"))
case("9110 10.1.4", "TE: trailers", "200 open", get("/a.txt", "TE: trailers", "Connection: TE"), body=ALPHA)
case("9112 7.4", "TE of a coding that is not known", "200 open", get("/a.txt", "TE: x-tea;q=0.5, gzip;q=0", "Connection: TE"), get("/a.txt", "TE:"), body=ALPHA)

# --- section 9: the connection
case("9112 9.3", "it stays after an answer", "200 open", get(), get("/empty.txt"), get("/large.bin"))
case("9112 9.3", "it stays after an error", "404 open", get("/none"))
case("9112 9.6", "close: it ends, and the answer says so", "200 Connection end", get("/a.txt", "Connection: close"), fields={"Connection": "(?i)close"}, body=ALPHA)
case("9112 9.6", "close: what follows is not answered", "200 end", get("/a.txt", "Connection: close", behind=NEXT * 3), body=ALPHA)
case("9110 7.6.1", "close does not know case, nor where it stands", "200 end", get("/a.txt", "Connection: CLOSE"), get("/a.txt", "Connection: X-Y, Close"), get("/a.txt", "Connection: X", "Connection: close"), get("/a.txt", "Connection: , close,"))
case("9112 9.3", "close counts, whatever else is there", "200 end", get("/a.txt", "Connection: keep-alive, close"), get("/a.txt", "Connection: close, keep-alive"))
case("9112 9.3", "HTTP/1.0 ends", "200 end", get(version="1.0"), get("/a.txt", "Connection: close", version="1.0"), body=ALPHA)
case("9112 C.2.2", "HTTP/1.0 may stay, and is told", "200 Connection open", get("/a.txt", "Connection: keep-alive", version="1.0"), fields={"Connection": "(?i)keep-alive"}, body=ALPHA)
case("9112 9.3.2", "answers come in the order of requests", "200; 404; 200; 304 bare; 200 open", get("/large.bin", behind=(get("/none") + get("/a.txt") + get("/a.txt", "If-None-Match: *") + get("/b.txt")).decode()), body=BETA)
case("9112 9.3.2", "HEAD among other requests", "200 bare; 200; 404 bare; 200 open", get("/large.bin", method="HEAD", behind=(get("/a.txt") + get("/none", method="HEAD") + get("/b.txt")).decode()), body=BETA)
case("9112 9.3.2", "many at once", "; ".join(["200"] * 30) + " open", get() * 30, body=ALPHA)
case("9112 9.8", "TLS ends with close_notify", "200 notify end", get("/a.txt", "Connection: close"), get(version="1.0"))
case("9110 7.8", "an upgrade to what is not known is passed over", "200 -Upgrade final open", get("/a.txt", "Upgrade: tea/1", "Connection: Upgrade"), get("/a.txt", "Upgrade: h2c, websocket", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"), body=ALPHA)
case("9110 7.8", "an upgrade of HTTP/1.0 is passed over", "200 final", get("/a.txt", "Upgrade: h2c", "Connection: Upgrade", version="1.0"), body=ALPHA)
case("9110 7.6.2", "Max-Forwards is for TRACE and OPTIONS", "200 open", get("/a.txt", "Max-Forwards: 0"), body=ALPHA)
case("9110 7.6.3", "Via changes nothing", "200 open", get("/a.txt", "Via: 1.0 fred, 1.1 p.example"), body=ALPHA)

# --- RFC 9110 sections 6 and 8: what an answer says
case("9110 6.6.1", "Date of an answer of 2xx, in the one form", "200 Date open", get(), fields={"Date": FIXDATE})
case("9110 6.6.1", "Date of an answer of 3xx", "304 bare Date open", get("/a.txt", "If-None-Match: *"), fields={"Date": FIXDATE})
case("9110 6.6.1", "Date of an answer of 4xx", "404 Date open", get("/none"), fields={"Date": FIXDATE})
case("9110 6.6.1", "Date of a request that was refused", "400 Date", get(host=None), fields={"Date": FIXDATE})
case("9110 8.3", "Content-Type of HTML", "200 Content-Type open", get("/"), get("/index.html"), fields={"Content-Type": "text/html(; ?charset=utf-8)?"}, body=FRONT)
case("9110 8.3", "Content-Type of text", "200 Content-Type open", get(), fields={"Content-Type": "text/plain(; ?charset=utf-8)?"})
case("9110 8.3", "Content-Type of a style sheet", "200 Content-Type open", get("/style.css"), fields={"Content-Type": "text/css(; ?charset=utf-8)?"})
case("9110 8.3", "what is not known has no type, or that of bytes", "200 open", get("/large.bin"), fields={"Content-Type?": "application/octet-stream"})
case("9110 8.3", "an error page has its own type", "404 open", get("/none.css"), fields={"Content-Type?": "text/(html|plain)(; ?charset=utf-8)?"})
case("9110 8.4", "content as it is has no Content-Encoding", "200 -Content-Encoding open", get("/page.html"), get("/copy.js"))
case("9110 8.6", "Content-Length is that of the content", "200 Content-Length open", get("/empty.txt"), fields={"Content-Length": "0"}, body=holds(b""))
case("9110 8.7", "Content-Location is that of the same thing", "200 open", get("/"), fields={"Content-Location?": f"(https://{A})?/(index.html)?"})
case("9110 8.8.2", "Last-Modified, in the one form", "200 Last-Modified open", get(), get("/large.bin"), fields={"Last-Modified": re.escape(DATE)})
case("9110 8.8.2.1", "Last-Modified is not later than Date", "200 open", get("/future.txt"), fields={"Last-Modified": not_later_than_sent})
case("9110 8.8.3", "a tag has quotes", "200 ETag open", get(), get("/large.bin"), get("/page.html"), fields={"ETag": TAG})
case("9110 8.8.3", "a tag stays as long as the file", "200 ETag open", get(), fields={"ETag": "@/a.txt@"})
case("9110 8.8.3", "two files of a time have two tags", "200 ETag open", get("/b.txt"), fields={"ETag": "(?!@/a.txt@$).*"})
case("9110 8.8.3.3", "another coding, another tag", "200 ETag Content-Encoding open", get("/copy.js", "Accept-Encoding: gzip"), fields={"ETag": "(?!@/copy.js@$).*", "Content-Encoding": "gzip"})
case("9110 8.8.3.3", "what is packed on demand has a tag of its own, or a weak one", "200 open", get("/page.html", "Accept-Encoding: gzip"), fields={"ETag?": "W/.*|(?!@/page.html@$).*"}, body=is_page)
case("9110 15.5.5", "what is not there", "404 open", get("/none"), get("/a.txt/x"), get("/sub/none"))

# --- section 9: methods
case("9110 9.1", "a method that nobody knows", "501", get(method="BREW"), get(method="PROPFIND"))
case("9110 9.1", "GET and HEAD are there for all", "200; 200 bare open", get(behind=get(method="HEAD").decode()))
case("9110 9.3.1", "GET", "200 open", get(), body=ALPHA)
case("9110 9.3.2", "HEAD has no content", "200 bare open", get(method="HEAD"), get("/large.bin", method="HEAD"), get("/empty.txt", method="HEAD"))
case("9110 9.3.2", "HEAD tells what GET would", "200 bare ETag Last-Modified open", get("/large.bin", method="HEAD"), fields={"Content-Length?": str(SIZE), "ETag": "@/large.bin@", "Content-Type?": "application/octet-stream"})
case("9110 8.6", "HEAD of what is packed tells no other length", "200 bare open", get("/copy.js", "Accept-Encoding: gzip", method="HEAD"), fields={"Content-Length?": str(len(FILES["copy.js.gz"]))})
case("9110 9.3.2", "HEAD of what is not there", "404 bare open", get("/none", method="HEAD"))
case("9110 9.3.2", "HEAD that is refused has no content", "400 bare end", get("/%zz", method="HEAD"), get(method="HEAD", host=None), get("*", method="HEAD"), b"\r\n" + get("/%zz", method="HEAD"))
case("9110 9.3.3", "POST to a file", "405 open", post("Content-Length: 0"), post("Content-Length: 3", "Content-Type: text/plain", body="abc"))
case("9110 9.3.4", "PUT to a file", "405", get("/a.txt", "Content-Length: 3", method="PUT", body="abc"), get("/new.txt", "Content-Length: 3", method="PUT", body="abc"))
case("9110 9.3.5", "DELETE of a file", "405", get(method="DELETE"))
case("9110 9.3.6", "CONNECT without a port", "400|405|501", get(A, method="CONNECT"), get(f"{A}:", method="CONNECT"), get(f"{A}:0", method="CONNECT", host=A), get("/a.txt", method="CONNECT"))
case("9110 9.3.6", "CONNECT opens no tunnel", "400|403|405|501", get(f"{A}:443", method="CONNECT", host=f"{A}:443"))
case("9110 9.3.7", "OPTIONS tells what is allowed", "200|204 Allow open", get(method="OPTIONS"), get("/", method="OPTIONS"), fields={"Allow": r"(?=.*\bGET\b)(?=.*\bHEAD\b).*"})
case("9110 9.3.8", "TRACE tells no secrets", "405|501|200", get("/a.txt", "Cookie: secret=1", "Authorization: Basic c2VjcmV0", method="TRACE"), body=lacks(b"secret=1", b"c2VjcmV0"))
case("9110 15.5.6", "405 tells what is allowed", "405 Allow", post("Content-Length: 0"), get(method="DELETE"), get("/a.txt", "Content-Length: 0", method="PUT"), fields={"Allow": r"(?=.*\bGET\b)(?=.*\bHEAD\b).*"})
case("9110 14.5", "PUT of a part is refused", "400|405", get("/a.txt", "Content-Range: bytes 0-2/6", "Content-Length: 3", method="PUT", body="abc"))
case("9110 9.3.4", "what was refused changed nothing", "405; 200", get("/a.txt", "Content-Length: 3", method="PUT", body="abc", behind=get().decode()), body=ALPHA)
case("5789 2", "PATCH of a file", "405", get("/a.txt", "Content-Length: 2", "Content-Type: application/json", method="PATCH", body="{}"))

# --- section 10: Expect, Location
case("9110 10.1.1", "100-continue: a word before the content", "405|413|417", (post("Content-Length: 3", "Expect: 100-continue"), b"abc"), (post("Content-Length: 3", "Expect: 100-CONTINUE"), b"abc"), (post("Transfer-Encoding: chunked", "Expect: 100-continue"), b"1\r\nx\r\n0\r\n\r\n"))
case("9110 10.1.1", "100-continue with the content in hand", "405", post("Content-Length: 3", "Expect: 100-continue", body="abc"))
case("9110 10.1.1", "100-continue without content", "200 open", get("/a.txt", "Expect: 100-continue"), body=ALPHA)
case("9110 10.1.1", "100-continue of HTTP/1.0 counts for nothing", "405 final", post("Content-Length: 3", "Expect: 100-continue", version="1.0", body="abc"))
case("9110 15.5.18", "an expectation that nobody meets, or passed over", "417|200", get("/a.txt", "Expect: tea"))
case("9110 10.1.2", "From, Referer and User-Agent change nothing", "200 open", get("/a.txt", "From: me@example.org", "Referer: https://x.example/?q#", "User-Agent: a/1 (b (c)) d"), body=ALPHA)
case("9110 10.2.2", "Location leads to the folder", "301|302|303|307|308 Location open", get("/sub"), fields={"Location": f"(https://{A}(:\\d+)?)?/sub/"})
case("9110 10.2.2", "Location of an escaped name is a URI", "301|302|303|307|308 Location open", get("/%73ub"), fields={"Location": f"(https://{A}(:\\d+)?)?/(s|%73)ub/"})
case("9110 15.4.2", "moved to HTTPS, path and query kept", "301|308 Location", get("/a.txt?x=%20&y"), plain=True, fields={"Location": f"https://{A}(:\\d+)?/a\\.txt\\?x=%20&y"})
case("9110 15.4.9", "moved to HTTPS, by another method than GET", "301|307|308 Location", post("Content-Length: 0"), plain=True, fields={"Location": f"https://{A}(:\\d+)?/a\\.txt"})
case("9110 15.4", "a redirect by HEAD has no content", "301|302|307|308 bare Location", get("/sub", method="HEAD"))
case("9110 17.11", "a path never becomes a host", "200|301|302|307|308|400|404", get("//evil.example/sub"), get("//evil.example/.."), get("/%2fevil.example/.."), fields={"Location?": f"(https://{A}(:\\d+)?)?/(?!/).*"})

# --- section 12: negotiation
case("9110 12.5.1", "Accept of another type: it comes all the same, or 406", "200|406 open", get("/a.txt", "Accept: image/png"), get("/a.txt", "Accept: text/plain;q=0"))
case("9110 12.5.2", "Accept-Charset is passed over", "200 open", get("/a.txt", "Accept-Charset: x-none;q=1, *;q=0"), body=ALPHA)
case("9110 12.5.4", "Accept-Language of what has none", "200|406 open", get("/a.txt", "Accept-Language: tlh, *;q=0"))
case("9110 12.5.3", "gzip that is told is gzip", "200 open", get("/page.html", "Accept-Encoding: gzip"), body=is_page)
case("9110 12.5.3", "an empty list wants no coding", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding:"), get("/copy.js", "Accept-Encoding:"))
case("9110 12.5.3", "identity alone", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding: identity"), body=TEXT)
case("9110 12.4.2", "a quality of 0 is a no", "200 -Content-Encoding open", *[get("/page.html", f"Accept-Encoding: {wish}") for wish in ("gzip;q=0", "gzip;q=0.0", "gzip;q=0.000")], body=TEXT)
case("9110 5.6.6", "a parameter's name does not know case, and blanks may stand before it", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding: gzip;Q=0"), get("/page.html", "Accept-Encoding: gzip ; q=0"), body=TEXT)
case("9110 12.5.3", "a coding by name counts before *", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding: gzip;q=0, br;q=0, zstd;q=0, *;q=1"), get("/page.html", "Accept-Encoding: *, gzip;q=0, br;q=0, zstd;q=0"), body=TEXT)
case("9110 12.5.3", "what is not named is not wanted", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding: x-tea"), get("/page.html", "Accept-Encoding: deflate;q=0.5"), body=TEXT)
case("9110 8.4.1", "codings do not know case", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding: GZIP;q=0, *;q=0.1, br;q=0, zstd;q=0"), body=TEXT)
case("9110 8.4.1.3", "x-gzip is gzip", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding: x-gzip;q=0, *;q=0, identity"), body=TEXT)
case("9110 12.5.3", "the coding with the highest quality", "200 Content-Encoding open", get("/copy.js", "Accept-Encoding: br;q=0.2, gzip;q=0.9"), fields={"Content-Encoding": "gzip"})
case("9110 12.5.3", "another coding with the highest quality", "200 Content-Encoding open", get("/copy.js", "Accept-Encoding: gzip;q=0.2, br;q=0.9"), fields={"Content-Encoding": "br"})
case("9110 12.5.3", "identity with the highest quality", "200 -Content-Encoding open", get("/page.html", "Accept-Encoding: identity, gzip;q=0.1"), body=TEXT)
case("9110 12.5.3", "identity;q=0 of what has no other", "200|406 open", get("/a.txt", "Accept-Encoding: identity;q=0"), get("/a.txt", "Accept-Encoding: *;q=0"))
case("9110 12.5.3", "*;q=0 wants no coding, whatever it gets", "200|406 -Content-Encoding open", get("/page.html", "Accept-Encoding: *;q=0"))
case("9110 12.5.5", "Vary where Accept-Encoding counts", "200 Vary open", get("/page.html", "Accept-Encoding: gzip"), get("/copy.js", "Accept-Encoding: gzip"), fields={"Vary": r"(?i)(.*, *)?accept-encoding(,.*)?|\*"})
case("9110 12.5.5", "Vary where Accept-Encoding might have counted", "200 Vary open", get("/page.html"), get("/copy.js"), fields={"Vary": r"(?i)(.*, *)?accept-encoding(,.*)?|\*"})
case("9110 15.4.5", "304 varies as 200 does", "304 bare Vary open", get("/page.html", "If-None-Match: *"), fields={"Vary": r"(?i)(.*, *)?accept-encoding(,.*)?|\*"})

# --- section 13: conditions
case("9110 13.1.1", "If-Match of the tag", "200 open", get("/a.txt", "If-Match: @/a.txt@"), get("/a.txt", 'If-Match: "x", @/a.txt@'), body=ALPHA)
case("9110 13.1.1", "If-Match: *", "200 open", get("/a.txt", "If-Match: *"), body=ALPHA)
case("9110 13.1.1", "If-Match of another tag", "412 open", get("/a.txt", 'If-Match: "x"'))
case("9110 13.1.1", "If-Match compares strongly", "412 open", get("/a.txt", "If-Match: W/@/a.txt@"))
case("9110 13.1.2", "If-None-Match of the tag", "304 bare open", get("/a.txt", "If-None-Match: @/a.txt@"), get("/a.txt", "If-None-Match: @/a.txt@", method="HEAD"))
case("9110 13.1.2", "If-None-Match: *", "304 bare open", get("/a.txt", "If-None-Match: *"))
case("9110 13.1.2", "If-None-Match of another tag", "200 open", get("/a.txt", 'If-None-Match: "x"'), get("/a.txt", "If-None-Match: @/b.txt@"), body=ALPHA)
case("9110 13.1.2", "If-None-Match of a list", "304 bare open", get("/a.txt", 'If-None-Match: "x", @/a.txt@, "y"'), get("/a.txt", 'If-None-Match: "a,b",@/a.txt@'))
case("9110 8.8.3.2", "If-None-Match compares weakly", "304 bare open", get("/a.txt", "If-None-Match: W/@/a.txt@"))
case("9110 8.8.3", "W/ knows case", "200 open", get("/a.txt", "If-None-Match: w/@/a.txt@"), body=ALPHA)
case("9110 13.1.3", "If-Modified-Since the date", "304 bare open", get("/a.txt", f"If-Modified-Since: {DATE}"), get("/a.txt", f"If-Modified-Since: {DATE}", method="HEAD"))
case("9110 13.1.3", "If-Modified-Since an older date", "200 open", get("/a.txt", f"If-Modified-Since: {OLDER}"), body=ALPHA)
case("9110 13.1.3", "If-Modified-Since a later date", "304 bare open", get("/a.txt", f"If-Modified-Since: {NEWER}"))
case("9110 13.1.3", "If-Modified-Since what is no date", "200 open", *[get("/a.txt", f"If-Modified-Since: {date}") for date in ("yesterday", "", "1700000000", "Tue, 14 Nov 2023 22:13:20", "2023-11-14T22:13:20Z", "Tue, 99 Nov 2023 22:13:20 GMT")], body=ALPHA)
case("9110 13.1.3", "If-Modified-Since several dates", "200 open", get("/a.txt", f"If-Modified-Since: {DATE}, {DATE}"), get("/a.txt", f"If-Modified-Since: {DATE}", f"If-Modified-Since: {DATE}"), body=ALPHA)
case("9110 13.1.3", "If-Modified-Since beside If-None-Match", "200 open", get("/a.txt", 'If-None-Match: "x"', f"If-Modified-Since: {DATE}"), body=ALPHA)
case("9110 13.1.3", "If-Modified-Since of another method", "405", post("Content-Length: 0", f"If-Modified-Since: {DATE}"))
case("9110 13.1.4", "If-Unmodified-Since the date", "200 open", get("/a.txt", f"If-Unmodified-Since: {DATE}"), get("/a.txt", f"If-Unmodified-Since: {NEWER}"), body=ALPHA)
case("9110 13.1.4", "If-Unmodified-Since an older date", "412 open", get("/a.txt", f"If-Unmodified-Since: {OLDER}"))
case("9110 13.1.4", "If-Unmodified-Since what is no date", "200 open", *[get("/a.txt", f"If-Unmodified-Since: {date}") for date in ("yesterday", "", "0", f"{OLDER}, {OLDER}")], get("/a.txt", f"If-Unmodified-Since: {OLDER}", f"If-Unmodified-Since: {OLDER}"), body=ALPHA)
case("9110 13.1.4", "If-Unmodified-Since beside If-Match", "200 open", get("/a.txt", "If-Match: @/a.txt@", f"If-Unmodified-Since: {OLDER}"), body=ALPHA)
case("9110 13.2.1", "conditions on what is not there", "404 open", get("/none", "If-None-Match: *"), get("/none", f"If-Modified-Since: {DATE}"), get("/none", f"If-Unmodified-Since: {OLDER}"))
case("9110 13.2.1", "conditions on what is not allowed", "405", post("Content-Length: 0", "If-None-Match: *"), get("/a.txt", 'If-Match: "x"', method="DELETE"))
case("9110 13.2.1", "conditions on what has moved", "301|302|307|308 open", get("/sub", "If-None-Match: *"), get("/sub", 'If-Match: "x"'))
case("9110 13.2.2", "If-Match comes before If-None-Match", "412 open", get("/a.txt", 'If-Match: "x"', "If-None-Match: @/a.txt@"), get("/a.txt", "If-None-Match: @/a.txt@", 'If-Match: "x"'))
case("9110 13.2.2", "If-Match holds: If-None-Match counts", "304 bare open", get("/a.txt", "If-Match: @/a.txt@", "If-None-Match: @/a.txt@"))
case("9110 13.2.2", "If-Unmodified-Since comes before If-None-Match", "412 open", get("/a.txt", "If-None-Match: @/a.txt@", f"If-Unmodified-Since: {OLDER}"))
case("9110 13.2.2", "If-Unmodified-Since comes before If-Modified-Since", "412 open", get("/a.txt", f"If-Modified-Since: {NEWER}", f"If-Unmodified-Since: {OLDER}"))
case("9110 13.2.2", "If-None-Match comes before a range", "304 bare open", get("/a.txt", "Range: bytes=0-1", "If-None-Match: @/a.txt@"))
case("9110 13.2.2", "a failed condition comes before a range", "412 -Content-Range open", get("/a.txt", "Range: bytes=0-1", 'If-Match: "x"'), get("/a.txt", "Range: bytes=0-1", f"If-Unmodified-Since: {OLDER}"))
case("9110 13.2.2", "conditions come before a range that cannot be had", "304 bare open", get("/a.txt", "Range: bytes=99-", "If-None-Match: @/a.txt@"))
case("9110 13.2.2", "If-None-Match holds: the range counts", "206 Content-Range open", get("/a.txt", "Range: bytes=0-1", 'If-None-Match: "x"'), body=holds(b"al"))
case("9110 13.1.5", "If-Range of the tag", "206 Content-Range open", get("/a.txt", "Range: bytes=0-1", "If-Range: @/a.txt@"), body=holds(b"al"))
case("9110 13.1.5", "If-Range of another tag", "200 -Content-Range open", get("/a.txt", "Range: bytes=0-1", 'If-Range: "x"'), body=ALPHA)
case("9110 13.1.5", "If-Range compares strongly", "200 -Content-Range open", get("/a.txt", "Range: bytes=0-1", "If-Range: W/@/a.txt@"), body=ALPHA)
case("9110 13.1.5", "If-Range of the date", "206 Content-Range open", get("/a.txt", "Range: bytes=0-1", f"If-Range: {DATE}"), body=holds(b"al"))
case("9110 13.1.5", "If-Range of an older date", "200 -Content-Range open", get("/a.txt", "Range: bytes=0-1", f"If-Range: {OLDER}"), body=ALPHA)
case("9110 13.1.5", "If-Range of a later date", "200 -Content-Range open", get("/a.txt", "Range: bytes=0-1", f"If-Range: {NEWER}"), body=ALPHA)
case("9110 13.1.5", "If-Range without a range", "200 open", get("/a.txt", 'If-Range: "x"'), get("/a.txt", "If-Range: @/a.txt@"), body=ALPHA)
case("9110 13.1.5", "If-Range of what is neither", "200 -Content-Range open", get("/a.txt", "Range: bytes=0-1", "If-Range: yesterday"), get("/a.txt", "Range: bytes=0-1", "If-Range: *"), body=ALPHA)
case("9110 13.1.5", "If-Range does not hold: no 416", "200 -Content-Range open", get("/a.txt", "Range: bytes=99-", 'If-Range: "x"'), body=ALPHA)
case("9110 15.4.5", "304 tells the tag", "304 bare ETag open", get("/a.txt", "If-None-Match: *"), get("/large.bin", f"If-Modified-Since: {DATE}"), fields={"ETag": "@/a.txt@|@/large.bin@"})
case("9110 8.6", "304 has the length of 200, or none", "304 bare open", get("/large.bin", "If-None-Match: *"), fields={"Content-Length?": str(SIZE)})
case("9110 15.4.5", "304 has no type of something else", "304 bare -Transfer-Encoding open", get("/a.txt", "If-None-Match: *"), fields={"Content-Type?": "text/plain(; ?charset=utf-8)?"})

# --- section 14: ranges
case("9110 14.1.2", "from here to there", "206 Content-Range open", get("/large.bin", "Range: bytes=1000-1099"), fields={"Content-Range": f"bytes 1000-1099/{SIZE}", "Content-Length?": "100"}, body=holds(LARGE[1000:1100]))
case("9110 14.1.2", "one byte", "206 Content-Range open", get("/a.txt", "Range: bytes=0-0"), fields={"Content-Range": "bytes 0-0/6"}, body=holds(b"a"))
case("9110 14.1.2", "from here on", "206 Content-Range open", get("/a.txt", "Range: bytes=4-"), fields={"Content-Range": "bytes 4-5/6"}, body=holds(b"a\n"))
case("9110 14.1.2", "the last ones", "206 Content-Range open", get("/a.txt", "Range: bytes=-2"), fields={"Content-Range": "bytes 4-5/6"}, body=holds(b"a\n"))
case("9110 14.1.2", "more of the last ones than there are", "206|200 open", get("/a.txt", "Range: bytes=-99"), fields={"Content-Range?": "bytes 0-5/6"}, body=ALPHA)
case("9110 14.1.2", "an end behind the end", "206 Content-Range open", get("/a.txt", "Range: bytes=3-99"), get("/a.txt", "Range: bytes=3-99999999999999999999999"), fields={"Content-Range": "bytes 3-5/6"}, body=holds(b"ha\n"))
case("9110 14.1.2", "all of it", "206|200 open", get("/a.txt", "Range: bytes=0-"), get("/a.txt", "Range: bytes=0-5"), fields={"Content-Range?": "bytes 0-5/6"}, body=ALPHA)
case("9110 15.5.17", "a range behind the end", "416 Content-Range open", get("/a.txt", "Range: bytes=6-"), get("/a.txt", "Range: bytes=99-100"), fields={"Content-Range": r"bytes \*/6"})
case("9110 14.1.2", "the last none", "416 Content-Range open", get("/a.txt", "Range: bytes=-0"), fields={"Content-Range": r"bytes \*/6"})
case("9110 14.1.2", "a range of nothing", "416|200 open", get("/empty.txt", "Range: bytes=0-"), get("/empty.txt", "Range: bytes=-5"), fields={"Content-Range?": r"bytes \*/0"})
case("9110 14.1.1", "a range that is none", "200|400|416 open", *[get("/a.txt", f"Range: bytes={text}") for text in ("3-1", "a-b", "-", "", "0-1,x", "1 - 2")])
case("9110 14.2", "another unit is passed over", "200 -Content-Range open", get("/a.txt", "Range: lines=0-1"), get("/a.txt", "Range: none"), get("/a.txt", "Range: seconds=1-"), body=ALPHA)
case("9110 14.1", "a unit does not know case", "206 Content-Range open", get("/a.txt", "Range: Bytes=0-1"), get("/a.txt", "Range: BYTES=0-1"), body=holds(b"al"))
case("9110 14.2", "a range of HEAD is passed over", "200 bare -Content-Range open", get("/a.txt", "Range: bytes=0-1", method="HEAD"), fields={"Content-Length?": "6"})
case("9110 14.2", "a range of another method is passed over", "405 -Content-Range", post("Content-Length: 0", "Range: bytes=0-1"))
case("9110 14.2", "a range of what is not there", "404 open", get("/none", "Range: bytes=0-1"))
case("9110 14.2", "many ranges that overlap", "200|206|416 open", get("/a.txt", "Range: bytes=" + ",".join(["0-"] * 100)), get("/large.bin", "Range: bytes=" + ",".join(f"0-{i}" for i in range(300))), body=lambda answer: len(answer.body) <= 2 * SIZE)
case("9110 14.3", "Accept-Ranges: bytes", "200 Accept-Ranges open", get(), get("/large.bin"), fields={"Accept-Ranges": "bytes"})
case("9110 14.4", "Content-Range is for 206 and 416", "200 -Content-Range open", get(), get("/large.bin"))
case("9110 14.6", "several ranges come as parts", "206 -Content-Range open", get("/large.bin", "Range: bytes=0-9,500-599,1048570-1048575"), fields={"Content-Type": parts((0, 9), (500, 599), (1048570, 1048575))})
case("9110 5.6.1", "empty elements of ranges are none", "206 open", get("/large.bin", "Range: bytes=0-9, ,500-599,"), fields={"Content-Type": parts((0, 9), (500, 599))})
case("9110 15.3.7.2", "ranges come in the order they were asked for", "206 open", get("/large.bin", "Range: bytes=500-599,0-9"), fields={"Content-Type": parts((500, 599), (0, 9))})
case("9110 15.3.7.2", "of several ranges those that are there", "206 open", get("/a.txt", "Range: bytes=0-1,99-100"), body=lambda answer: answer.body == b"al" or parts((0, 1), size=6, content=b"alpha\n")(answer))
case("9110 15.3.7.2", "one range is no part", "206 Content-Range open", get("/a.txt", "Range: bytes=1-2"), fields={"Content-Type": "text/plain(; ?charset=utf-8)?"}, body=holds(b"lp"))
case("9110 15.3.7", "206 tells all that 200 would", "206 ETag Last-Modified Content-Type Date open", get("/a.txt", "Range: bytes=0-1"), fields={"ETag": "@/a.txt@", "Last-Modified": re.escape(DATE)})
case("9110 15.3.7", "a range of what is packed is of what is sent", "200|206 open", get("/copy.js", "Accept-Encoding: gzip", "Range: bytes=0-9"), fields={"Content-Range?": f"bytes 0-9/({len(FILES['copy.js.gz'])}|320)"}, body=lambda answer: answer.body in (FILES["copy.js.gz"], b"plain();" * 40, FILES["copy.js.gz"][:10] if answer.field("Content-Encoding") else b"plain();pl"))
