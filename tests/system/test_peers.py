"""Both tables of clauses at Debian's nginx and Caddy as well.  They are not judged: each difference from what the tables want is
explained in peer_differences.txt, and neither an unexplained one may appear nor an explained one vanish."""
import socket
import ssl
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import clause_servers
import h1_cases
import h1_wire
import h2_cases
import h2_judge
from clause_servers import A, Caddy, Nginx

TABLE = Path(__file__).resolve().parents[1] / "tables/peer_differences.txt"
SECONDS = 2.0       # that a peer is given to answer: some do not, on purpose
PATIENCE = 0.4      # of what the cases of HTTP/2 are given
Case = namedtuple("Case", "table section clause")
Part = namedtuple("Part", "version causes")     # causes: {Case: what the peer does}, each with its reason


def explained():
    """{peer: Part} of the table, which has to be well-formed."""
    parts, reasons, why = {}, 0, None
    for number, line in enumerate(TABLE.read_text().splitlines(), 1):
        where = f"{TABLE.name}:{number}"
        if line.startswith("#"):
            continue
        if line.startswith("peer "):
            _, name, version = line.split()
            part = parts[name] = Part(version, {})
        elif line.startswith("why: "):
            assert why != "unused", f"{where}: a reason for nothing"
            why, reasons = "unused", reasons + 1
        elif line.startswith("  "):
            assert why == "unused", f"{where}: goes on after what?"
        elif line:
            columns = line.split("  ")
            assert len(columns) == 4 and why, f"{where}: not TABLE  SECTION  CLAUSE  WHAT, below a reason"
            case = Case(*columns[:3])
            assert case not in part.causes, f"{where}: a second time"
            part.causes[case] = columns[3]
            why = "used"
        else:
            assert why != "unused", f"{where}: a reason for nothing"
            why = None
    return parts, reasons


def h1_name(case):
    return Case("h1", case.section, case.clause)


def h2_name(case):
    return Case("h2", case.section, case.name)


def h2_outcome(server, case, patience):
    try:
        return h2_judge.try_case(server.https_port, A, case, patience)
    except (AssertionError, socket.timeout, ssl.SSLError, OSError) as error:
        return type(error).__name__


def differences(server, only=None, patience=1):
    """{Case: what the server does} where that is not what the tables want.  only: of these cases, one after the other."""
    first = [case for case in h1_cases.CASES if only is None or h1_name(case) in only]
    second = [case for case in h2_cases.CASES if only is None or h2_name(case) in only]
    found = {h1_name(case): what for case, what in h1_wire.run(server, first, SECONDS * patience, h1_wire.LANES if only is None else 1)}
    with ThreadPoolExecutor(h1_wire.LANES if only is None else 1) as pool:
        came = pool.map(lambda case: h2_outcome(server, case, PATIENCE * patience), second)
        found.update({h2_name(case): what for case, what in zip(second, came) if what})
    return found


def figures(found):
    counts = {"h1": len(h1_cases.CASES), "h2": len(h2_cases.CASES)}
    held = {table: count - sum(case.table == table for case in found) for table, count in counts.items()}
    return f"of HTTP/1.1 {held['h1']} of {counts['h1']} clauses, of HTTP/2 {held['h2']} of {counts['h2']} cases"


def beside(peer):
    with peer() as server:
        version = server.version()
        part = explained()[0][peer.name]
        found = differences(server)
        odd = {case for case in found if part.causes.get(case) != found[case]}      # once more, alone: a busy machine answers late
        found = {case: what for case, what in found.items() if case not in odd} | differences(server, odd, 3)
        assert server.alive()
    news = [f"not explained: {'  '.join(case)}  {what}" for case, what in found.items() if part.causes.get(case) != what]
    news += [f"explained, and gone: {'  '.join(case)}  {what}" for case, what in part.causes.items() if case not in found]
    if version == part.version:
        assert not news, f"{len(news)} differences:\n" + "\n".join(news)
    else:       # of another version the table knows nothing
        print("\n".join(f"{peer.name} {version}: {line}" for line in news))
    return f"{peer.name} {version} holds {figures(found)}"


def test_explanations():
    """Each is of a clause that there is."""
    known = set(map(h1_name, h1_cases.CASES)) | set(map(h2_name, h2_cases.CASES))
    assert len(known) == len(h1_cases.CASES) + len(h2_cases.CASES)
    parts, reasons = explained()
    assert set(parts) == {Nginx.name, Caddy.name}
    unknown = [case for part in parts.values() for case in part.causes if case not in known]
    assert not unknown, unknown
    return f"{sum(len(part.causes) for part in parts.values())} differences, {reasons} reasons"


def test_postern():
    with clause_servers.postern() as server:
        found = differences(server, patience=3)
        assert server.alive()
    assert not found, found
    return f"Postern holds {figures(found)}"


def test_nginx():
    return beside(Nginx)


def test_caddy():
    return beside(Caddy)
