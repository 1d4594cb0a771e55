"""The page's editor and the bytes of the file: what was not touched stays as it is, in every good INI that the tree holds."""
import json
import re

import ini_texts
from admin_client import HASH, Admin
from postern import Postern

FEWEST = 100        # good texts: fewer were a fault of this test


def faults_of(owner, text):
    reply = owner.post("/api/v1/config/check", {"text": text})
    assert reply.status == 200, reply
    return json.loads(reply.body)["faults"]


def edits_of(text, everywhere):
    """[(line, text)] that differ from it in one line, another comment or other blanks: in its middle; everywhere: at both ends too."""
    lines = re.split(r"(?<=\n)", text)
    places = [i for i, line in enumerate(lines) if re.match(r"\ufeff?([;#]|[^\[].*=)", line)]
    middle = places[len(places) // 2]
    for i in sorted({places[0], middle, places[-1]}) if everywhere else [middle]:
        mark, bare, end = re.fullmatch(r"(\ufeff?)([^\r\n]*)(\r?\n?)", lines[i]).groups()
        changed = bare[0] + " geändert" if bare[0] in ";#" else re.sub(r"[ \t]*=[ \t]*", "   = ", bare, count=1)
        assert changed != bare, bare
        yield i + 1, "".join([*lines[:i], mark + changed + end, *lines[i + 1:]])


def survives(server, owner, name, text):
    """How many edits of one line left all other bytes of this text as they were."""
    done = 0
    for line, edited in edits_of(text, everywhere="," not in name):
        server.ini_file.write_bytes(text.encode())
        now = owner.json("/api/v1/config")
        assert now["text"] == text, f"{name}: read as something else"
        reply = owner.put("/api/v1/config", {"text": edited}, fields=[("If-Match", now["etag"])])
        assert reply.status == 200, f"{name}, line {line}: {reply}"
        left = server.ini_file.read_bytes()
        assert left == edited.encode(), f"{name}, line {line}: {left[:300]!r}"
        kept = (server.folder / "postern.ini.previous").read_bytes()
        assert kept == text.encode(), f"{name}: the file before is another: {kept[:300]!r}"
        done += 1
    return done


def test_every_good_file_survives_an_edit():
    with Postern(admin={"password_hash": HASH}) as server:
        owner = Admin(server)
        good = [(name, text) for name, text in ini_texts.texts(server) if not faults_of(owner, text)]
        names = {name.split(",")[0] for name, _ in good}
        assert len(good) >= FEWEST and {"full", "sample", "bom-crlf", "board"} <= names, names
        done = sum(survives(server, owner, name, text) for name, text in good)
        assert done >= len(good), f"{done} edits of {len(good)} texts"
        assert server.alive() and owner.get("/").status == 200
        return f"{done} edits of {len(good)} texts, made of {len(names)}"
