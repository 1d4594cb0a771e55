"""Whether what came on a connection of HTTP/2 is what a case of h2_cases wants."""
from h2_wire import ACK, GOAWAY, HEADERS, RST_STREAM, SETTINGS, Wire, frame, headers, request

NEXT = 1001         # the stream of the request that tells whether all is fine


def is_final(came, stream, wire):
    return came.kind == HEADERS and came.stream == stream and (wire.status(stream) or 0) >= 200


def is_fault(came):
    return came.kind == GOAWAY and came.code != "NO_ERROR"


def last_word(wire, came):
    """In a few words, for people and for tables."""
    if came is None:
        return "the end" if wire.ended else "nothing"
    if came.kind == GOAWAY:
        return f"GOAWAY {came.code}"
    if came.kind == RST_STREAM:
        return f"RST_STREAM {came.code}"
    return f"status {wire.status(came.stream)}"


def instead(wire):
    """What the stream got in place of what was wanted."""
    if (wire.status(1) or 0) >= 200:
        return f"status {wire.status(1)}"
    return last_word(wire, next((came for came in reversed(wire.seen) if came.kind in (HEADERS, RST_STREAM)), None))


def outcome(wire, wanted, patience=1.0):
    """What came, in words; None: what was wanted.  patience: how much of the usual time is waited."""
    kind, *codes = [wanted] if isinstance(wanted, int) else wanted.split()
    if isinstance(kind, int) or kind == "three":
        stream, status = (3, int(codes[0])) if kind == "three" else (1, kind)
        came = wire.until(lambda came: is_final(came, stream, wire) or came.kind == RST_STREAM or is_fault(came), 5 * patience)
        return None if wire.status(stream) == status else last_word(wire, came)
    if kind == "may" and outcome(wire, "end " + " ".join(codes), patience) is None:
        return None
    if kind in ("fine", "may"):
        wire.send(headers(NEXT, request()))
        came = wire.until(lambda came: is_final(came, NEXT, wire) or came.kind == GOAWAY, 5 * patience)
        return None if wire.status(NEXT) == 200 else last_word(wire, came)
    resets = lambda came: came.kind == RST_STREAM and came.code in codes and (kind == "refused" or (kind == "stream" and came.stream == 1))
    ends = lambda came: came.kind == GOAWAY and came.code in codes
    came = wire.until(lambda came: resets(came) or came.kind == GOAWAY, 2 * patience)
    if came is None:
        return None if wire.ended else instead(wire)
    return None if resets(came) or ends(came) else last_word(wire, came)


def try_case(port, name, case, patience=1.0):
    with Wire(port, name) as wire:
        assert wire.until(lambda came: came.kind == SETTINGS and not came.flags), "the server's SETTINGS"
        wire.send(frame(SETTINGS, ACK) + b"".join(case.frames))
        return outcome(wire, case.wanted, patience)
