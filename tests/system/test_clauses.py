"""The table of h1_cases: what RFC 9110 and RFC 9112 ask of a server, clause by clause, of the shipped program."""
import re

import h1_cases
import h1_wire
from clause_servers import postern


def test_table_is_whole():
    """Each case is a clause of its own, and none is lost."""
    clauses = {(case.section, case.clause) for case in h1_cases.CASES}
    assert len(clauses) == len(h1_cases.CASES), "a clause stands twice"
    assert len({case.clause for case in h1_cases.CASES}) >= 150, len(clauses)
    assert len({(c.wanted, c.sent, c.plain, repr(c.fields)) for c in h1_cases.CASES}) == len(clauses), "two clauses are one case"
    for case in h1_cases.CASES:
        assert re.fullmatch(r"(9110|9112|9113|3986|5789) [\dC]+(\.\d+)*", case.section), case
        assert case.sent and re.match(r"[2-5]\d\d(\||\b)", case.wanted), case
    return f"{len(clauses)} clauses of {len({case.section for case in h1_cases.CASES})} sections"


def test_table():
    with postern() as server:
        wrong = h1_wire.run(server, h1_cases.CASES)
        assert server.alive()
    assert not wrong, "\n".join(f"{case.section} {case.clause}: wanted {case.wanted}, got {what}" for case, what in wrong)
    return f"{len(h1_cases.CASES)} clauses, {sum(len(case.sent) for case in h1_cases.CASES)} connections"
