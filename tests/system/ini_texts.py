"""Configurations as bytes: those that the tree holds, each also as other editors would have left it, and some made here.

A server that takes them on the way stays where it is: its listeners are put in, and no authority but this machine."""
import re

from postern import TREE

CORPUS = TREE / "tests/fuzz/corpus/ini"
UNITS = TREE / "tests/unit/firmware/config"
LONG = 4000         # lines of the long one
NOBODY = "https://localhost:1/dir"
SECTION = re.compile(r"^\ufeff?\[(.*)\]$", re.M)


def _with(text, section, key, value):
    """`text` with that value of that key, wherever the section is."""
    begins = next((m.end() for m in SECTION.finditer(text) if m[1].strip() == section), None)
    if begins is None:
        return f"{text.rstrip()}\n\n[{section}]\n{key} = {value}\n" if text.strip() else f"[{section}]\n{key} = {value}\n"
    end = next((m.start() for m in SECTION.finditer(text, begins)), len(text))
    inside, found = re.subn(rf"^{key} *=.*$", lambda _: f"{key} = {value}", text[begins:end], count=1, flags=re.M)
    return text[:begins] + ("" if found else f"\n{key} = {value}") + inside + text[end:]


def _harmless(text, server):
    """None: it would ask an authority that is none of ours."""
    text = text.replace("https://Localhost:14000/dir", NOBODY).replace("https://ca.home.arpa/acme", NOBODY)
    trust = server.folder / "trust.pem"
    trust.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    text = re.sub(r"= (/etc/)?ca\.pem$", f"= {trust}", text.replace("/srv/www", str(server.folder)), flags=re.M)
    if re.search(r"^agree_tos *= *yes", text, re.M) and "localhost:1/" not in text:
        return None
    for section, key, value in (("server", "http", f"127.0.0.1:{server.http_port}"), ("server", "https", f"127.0.0.1:{server.https_port}"),
                                ("server", "resolver", "127.0.0.1:1"), ("admin", "listen", f"127.0.0.1:{server.admin_port}")):
        text = _with(text, section, key, value)
    return text


def _of_the_tree():
    for path in sorted(CORPUS.iterdir()):
        yield path.name, path.read_bytes().decode(errors="replace")
    yield "board", (TREE / "board/etc/postern.ini").read_text()
    for path in sorted(UNITS.glob("*.cpp")):
        written = re.findall(r'"((?:[^"\\\n]|\\[n"])*\[\w(?:[^"\\\n]|\\[n"])*\\n)"', path.read_text())
        for i, text in enumerate(written):
            yield f"{path.stem} {i + 1}", text.replace("\\n", "\n").replace('\\"', '"')


def _as_others_leave_it(name, text):
    yield name, text
    yield f"{name}, CR LF", text.replace("\n", "\r\n")
    yield f"{name}, both line ends", "".join(line + ("\r\n" if i % 3 else "\n") for i, line in enumerate(text.split("\n")))
    yield f"{name}, no line end at the end", text.rstrip("\n") + "\n; the last line"
    yield f"{name}, tabs", re.sub(r" *= *", "\t=\t", text) + "\t\n;\ttabs\t\n"
    yield f"{name}, blanks at the ends", text.replace("\n", "  \n")
    yield f"{name}, UTF-8", text + "; Gerät im Büro: ルーター \U0001f511 e\u0301 \u00a0\u2028\n"


def corpus():
    """[(name, text)] as they lie there, for who only edits them."""
    long = "".join(f"; line {i} of a long file\r\n" for i in range(LONG))
    seen = {made: variant for name, text in _of_the_tree() for variant, made in _as_others_leave_it(name, text)}
    return [("long", long), ("byte order mark", "\ufeff[server]\r\n"), *((name, text) for text, name in seen.items())]


def texts(server):
    """[(name, text)]; not all of them are good: the corpus holds what no reader takes, too."""
    seen = {}
    for name, text in _of_the_tree():
        plain = _harmless(text.replace("\r\n", "\n"), server)
        if plain is not None:
            for variant, made in _as_others_leave_it(name, plain):
                seen.setdefault(made, variant)
    board = _harmless((TREE / "board/etc/postern.ini").read_text(), server)
    seen[board + "".join(f"; line {i} of a long file\r\n" for i in range(LONG))] = "board, long"
    seen["\ufeff" + board] = "board, byte order mark"
    return [(name, text) for text, name in seen.items()]
