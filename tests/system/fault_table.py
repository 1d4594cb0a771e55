"""What each scenario of `tools/lab/faulty-ca list` must lead to: fixed here beforehand, played by fault_lanes.

A row is one renewal while one fault is in force.  It names the certificate that serves afterwards, the least and most
requests, the least and most seconds, when the next attempt is due, the words of the status, and the memory it may take."""
import re
import types

NAME = "device.example.test"
# Which certificate serves after it; `renew` exits 0, 1 and 2.  SELF: there never was another.
NEW, OLD, KEPT, SELF = "new", "old, and a problem", "kept, as it is not due", "self-signed"

DAY = 86400
SOON, DAILY = (40, 67), (70600, DAY + 100)      # seconds to the next attempt: the first of the ladder, and what needs a person
A_WEEK, LATER = (7 * DAY - 900, 7 * DAY), (DAY, 90 * DAY)
BACKSTOP = (58 * DAY, 61 * DAY)         # two thirds of the life, whatever the CA says

WORKING_SET = 1024      # kB above idle that a renewal may take
ANSWER_LIMIT = 3072     # the same when an answer is as large as we take (1 MB, and the half of it that it had outgrown)
WAITING = 40            # seconds at most for what needs none: a busy machine needs them
TRIES = 7               # seconds of the pauses 1, 2, 4 between the four tries of a step
SLOW = 100              # seconds for what only a time limit of ours can end

ORDER = (9, 15)         # requests of an order: 9, or more when the CA is slow and is asked again


def row(after, says=None, requests=ORDER, seconds=(0, WAITING), pause=None, asked=(), memory=WORKING_SET,
        how=("--force",), first=False, without_ari=None):
    """says: a pattern for type, detail and advice of the last problem; None: there must be none.  asked: checks of the
    requests that the CA has had.  how: further arguments of `renew`.  first: no renewal, the first start of all.
    without_ari: the row for a Pebble without renewalInfo."""
    pause = pause or (SOON if says else LATER)
    made = types.SimpleNamespace(**locals())
    made.on = lambda run: made if run.has_ari or not without_ari else without_ari
    return made


def old(says, requests, **more):
    return row(OLD, says, requests, **more)


def count(kind, least, most):
    """Between `least` and `most` requests of that kind."""
    def check(log):
        n = sum(e["kind"] == kind for e in log)
        assert least <= n <= most, f"{n} requests of kind {kind}, expected {least} to {most}"
    return check


def paced(kind, *gaps):
    """At least so many seconds from one request of that kind to the next."""
    def check(log):
        times = [e["t"] for e in log if e["kind"] == kind]
        seen = [after - before for before, after in zip(times, times[1:])]
        assert len(seen) >= len(gaps) and all(s >= g for s, g in zip(seen, gaps)), \
            f"requests of kind {kind} came {[round(s, 2) for s in seen]} s apart, not at least {gaps}"
    return check


ONE_ORDER = count("new-order", 1, 1)
NO_ORDER = count("new-order", 0, 0)
NOT_UNDERSTOOD = r".*could not be understood; it is tried again by itself"
NOT_REACHED = r".*check network, DNS and firewall; it is tried again by itself"
NO_DIRECTORY = r"^directory directory: .*{}.*check the URL, and whether a captive portal"
NOT_INSTALLED = r"^certificate .*{}.*must not be installed; the old one keeps serving"
NOT_TRUSTED = r"^trust directory: localhost: the certificate of localhost is refused: {}.*set `ca_file`"

SCENARIOS = {
    "none": row(NEW, asked=[ONE_ORDER, count("new-account", 0, 0)]),
    # the nonce
    "nonce-storm": row(NEW, requests=(14, 21), asked=[count("nonce", 0, 1)]),
    "nonce-storm-bare": row(NEW, requests=(12, 18), asked=[count("nonce", 2, 3)]),
    "nonce-never": old(r"^badNonce newOrder: .*kept refusing its own nonces", (152, 154), asked=[count("new-order", 151, 151)]),
    "nonce-missing": row(NEW, requests=(13, 24), asked=[count("nonce", 5, 12)]),
    "nonce-malformed": row(NEW, requests=(10, 16), asked=[count("nonce", 2, 2)]),
    # a CA that is busy, or not there
    "rate-limit": row(NEW, requests=(10, 16), seconds=(3, WAITING), asked=[count("new-order", 2, 2), paced("new-order", 3)]),
    "rate-limit-date": row(NEW, requests=(10, 16), seconds=(1.9, WAITING),
                           asked=[count("new-order", 2, 2), paced("new-order", 1.9)]),
    "rate-limit-week": old(r"^rateLimited newOrder: .*tried again at the date shown", (3, 3), pause=A_WEEK, asked=[ONE_ORDER]),
    "retry-after-garbage": row(NEW, requests=(10, 16), seconds=(1, WAITING), asked=[paced("new-order", 1)]),
    "unavailable": row(NEW, requests=(10, 18), seconds=(4, WAITING), asked=[paced("new-order", 2, 2)]),
    "server-error": row(NEW, requests=(10, 17), seconds=(1, WAITING), asked=[paced("new-order", 1)]),
    "gateway-html": row(NEW, requests=(12, 18), seconds=(TRIES, WAITING), asked=[paced("directory", 1, 2, 4)]),
    "stall": old(r"^transport newOrder: localhost: no answer in time" + NOT_REACHED, (3, 4), seconds=(60, SLOW)),
    "reset-before": row(NEW, requests=(10, 16), asked=[count("new-order", 1, 2)]),
    # a kept connection that ends without a byte is asked again on a new one: the CA knows the nonce, and what it has done
    "reset-after": row(NEW, requests=(10, 17), asked=[ONE_ORDER, count("finalize", 1, 3), count("cert", 1, 1)]),
    "reset-body": row(NEW, requests=(10, 16), asked=[ONE_ORDER, count("cert", 2, 2)]),
    "ca-down": old(r"^transport directory: .*(ended the connection|reset by peer)" + NOT_REACHED, (0, 0),
                   seconds=(TRIES, WAITING)),
    # answers that are cut, or without end
    "truncated-json": row(NEW, requests=(10, 16), seconds=(1, WAITING), asked=[ONE_ORDER]),
    # (1: the CA's word that the certificate is replaced already was cut, and is not counted)
    "truncated-close": row(NEW, requests=(9, 17), seconds=(1, WAITING), asked=[count("new-order", 1, 2)]),
    "truncated-chunked": row(NEW, requests=(10, 16), seconds=(1, WAITING), asked=[ONE_ORDER, count("cert", 2, 2)]),
    "truncated-eof": row(NEW, requests=(10, 16), seconds=(1, WAITING), asked=[ONE_ORDER, count("cert", 2, 2)]),
    "oversize": old(r"^answer order: localhost: the answer is larger than 1048576 bytes" + NOT_UNDERSTOOD, (9, 16),
                    seconds=(TRIES, SLOW), memory=ANSWER_LIMIT, asked=[count("order", 4, 6)]),
    "oversize-header": old(r"^transport newOrder: localhost: the answer broke off or is no HTTP", (5, 9),
                           seconds=(TRIES, WAITING)),
    # answers in other clothes
    "chunked": row(NEW), "http10": row(NEW), "json-extra": row(NEW),
    "bad-chunk": old(r"^transport newOrder: localhost: the answer broke off or is no HTTP", (5, 9), seconds=(TRIES, WAITING)),
    "location-missing": old(r"^answer newOrder: no Location" + NOT_UNDERSTOOD, (3, 3), asked=[ONE_ORDER]),
    "location-malformed": old(r"^answer newOrder: Location: URL ::not a url::" + NOT_UNDERSTOOD, (3, 3), asked=[ONE_ORDER]),
    "content-type": old(r"^answer order: not JSON but text/html" + NOT_UNDERSTOOD, (9, 9), seconds=(TRIES, WAITING)),
    "gzip": old(r"^answer order: localhost: the answer is encoded as gzip" + NOT_UNDERSTOOD, (9, 13), seconds=(TRIES, WAITING)),
    # a CA that says 409 for what it has replaced already says it with wrong types too, and is not asked again
    "json-types": old(r"^answer newOrder: an order without a status" + NOT_UNDERSTOOD + r"|^refused newOrder: HTTP 409",
                      (2, 6)),
    "json-deep": old(r"^answer order: no JSON that we take: nested too deep" + NOT_UNDERSTOOD, (9, 9), seconds=(TRIES, WAITING)),
    "portal": old(NO_DIRECTORY.format("no JSON"), (4, 4), seconds=(TRIES, WAITING), asked=[NO_ORDER]),
    "directory-short": old(NO_DIRECTORY.format("no newOrder in it"), (4, 4), seconds=(TRIES, WAITING)),
    # where it leads
    "redirect-loop": old(NO_DIRECTORY.format("redirects without end"), (4, 4)),
    "redirect-hops": old(NO_DIRECTORY.format("redirects without end"), (4, 4)),
    "redirect-clear": old(NO_DIRECTORY.format("redirects to where we do not go: URL http:.*clear text"), (1, 1)),
    "foreign-finalize": old(r"^answer newOrder: finalize: URL http://127.0.0.1:9/x: clear text" + NOT_UNDERSTOOD, (6, 6),
                            seconds=(TRIES, WAITING)),
    # orders and authorizations
    "order-invalid": old(r"^rejectedIdentifier .*check `names`", (6, 8), asked=[ONE_ORDER]),
    "authz-invalid": old(r"^connection authorization: device.example.test: .*could not reach us on port 80", (4, 5),
                         asked=[ONE_ORDER]),
    "no-http-01": row(NEW, asked=[ONE_ORDER]), "unknown-challenges": row(NEW), "malformed-challenges": row(NEW),
    "no-challenges": old(r"^challenge authorization: device.example.test: no .*; offered: none .*`challenge`", (5, 5),
                         pause=DAILY, asked=[ONE_ORDER]),
    "token-traversal": old(r"^challenge .*offered: .*the token of .* is not base64url", (5, 5), asked=[ONE_ORDER]),
    # certificates that must not be installed
    "cert-wrong-key": old(NOT_INSTALLED.format("private key does not belong to the first certificate"), ORDER,
                          asked=[ONE_ORDER, count("cert", 1, 1)]),
    "cert-reversed": old(NOT_INSTALLED.format("private key does not belong to the first certificate .*Intermediate"), ORDER),
    "cert-wrong-name": old(NOT_INSTALLED.format("does not cover " + re.escape(NAME) + "; it is for: somebody-else"), ORDER),
    "cert-expired": old(NOT_INSTALLED.format("expired at .*the clock here says"), ORDER),
    "cert-not-yet-valid": old(NOT_INSTALLED.format("not valid before .*the clock here says"), ORDER),
    "cert-garbage": old(NOT_INSTALLED.format("no PEM text"), (12, 18), seconds=(TRIES, WAITING)),
    "cert-truncated": old(NOT_INSTALLED.format("cut short"), (12, 18), seconds=(TRIES, WAITING)),
    "cert-empty": old(NOT_INSTALLED.format("no PEM block"), (12, 18), seconds=(TRIES, WAITING)),
    "cert-with-key": old(NOT_INSTALLED.format("PRIVATE KEY block in a certificate chain"), (12, 18), seconds=(TRIES, WAITING)),
    "cert-huge": old(r"^answer certificate: localhost: the answer is larger than 1048576 bytes" + NOT_UNDERSTOOD, (12, 20),
                     seconds=(TRIES, SLOW), memory=ANSWER_LIMIT),
    "cert-crlf": row(NEW),
    "cert-leaf-only": row(NEW),     # a CA may leave its intermediate out (RFC 8555 section 7.4.2 has it as a choice)
    # renewalInfo: nobody says --force
    # the new one's window is now as well: an hour of rest comes first, or we would order in circles
    "ari-now": row(NEW, requests=(10, 17), how=(), pause=(3500, 90 * DAY), asked=[count("ari", 1, 2), ONE_ORDER],
                   without_ari=row(KEPT, requests=(0, 2), how=(), asked=[count("ari", 0, 0)])),
    "ari-garbage": row(KEPT, requests=(1, 2), how=(), pause=BACKSTOP, asked=[NO_ORDER]),
    "ari-inverted": row(KEPT, requests=(1, 2), how=(), pause=BACKSTOP, asked=[NO_ORDER]),
    # the CA's own TLS, and its clock
    "date-skew": row(NEW),
    "clock-behind": old(r"^clock directory: .*not valid yet; the clock here may be wrong", (0, 0)),
    "ca-untrusted": old(NOT_TRUSTED.format("The certificate is not correctly signed by the trusted CA"), (0, 0)),
    "ca-expired": old(NOT_TRUSTED.format("it has expired, or the clock here is wrong"), (0, 0)),
    "ca-wrong-name": old(NOT_TRUSTED.format(".*does not match with the expected CN"), (0, 0)),
    "ca-plaintext": old(r"^transport directory: localhost: TLS with localhost: .*invalid SSL record" + NOT_REACHED, (0, 0),
                        seconds=(TRIES, WAITING)),
    # accounts, and what a person must do
    "account-gone": row(NEW, requests=(11, 17), asked=[count("new-account", 1, 1), count("new-order", 2, 2)]),
    "terms-changed": old(r"^userActionRequired newOrder: .*Open the link .*`postern renew`", (3, 3), pause=DAILY,
                         asked=[ONE_ORDER]),
    "rejected-name": old(r"^rejectedIdentifier newOrder: .*check `names`", (3, 3), pause=DAILY, asked=[ONE_ORDER]),
    "eab-required": row(SELF, r"^externalAccountRequired newAccount: .*set eab_kid and eab_hmac_key", (3, 3),
                        pause=DAILY, first=True,
                        asked=[count("new-account", 1, 1), NO_ORDER]),
}
SCENARIOS_LONG = {      # ended by limits of minutes, or slow by nature
    "order-processing": old(r"^processing order: the CA is still making the certificate .*order is kept", (60, 80),
                            seconds=(55, 900), asked=[ONE_ORDER, count("finalize", 0, 0), paced("order", *[1] * 50)]),
    # only the authorization is falsified: we go by the order, and that becomes ready
    "authz-pending": row(NEW, asked=[count("challenge", 1, 1)]),
    "drip-forever": old(r"^transport certificate: localhost: no answer in time" + NOT_REACHED, (9, 15), seconds=(60, 300),
                        asked=[ONE_ORDER]),
    "ca-tls-stall": old(r"^transport directory: localhost: TLS with localhost: no answer in time" + NOT_REACHED, (0, 0),
                        seconds=(60, 300)),
    "slow": row(NEW, seconds=(12, 120)), "drip": row(NEW, seconds=(5, 200)), "ca-flaky": row(NEW, seconds=(1, 120)),
}
