"""A hundred certificates in one run: memory grows by what is held, and a renewal of all of them adds nothing."""
import time

import http_client
from fault_lanes import begin_peak, memory
from lab import Lab
from postern import Postern

BY_NAME = True      # the suite hundred-sites runs it
SITES, EARLY = 100, 20
HELD = 16           # kB at most for one more certificate: its parsed chain (a self-signed one goes for it), its job, its place
NOTHING = 512       # kB: what an allocator gives back or does not
SECONDS = 900       # for all of them


def domain(n):
    return f"site{n}.box{n}.test"       # a registered domain each: CAs limit what they issue for one


def issued(server):
    live = server.state / "live"
    return sum(1 for _ in live.iterdir()) if live.exists() else 0


def figures(server):
    time.sleep(0.3)     # what a run gives back it gives back at its end
    return memory(server, "VmRSS"), memory(server, "VmHWM")


def test_one_run_and_another():
    sites = {domain(n): {} for n in range(1, SITES + 1)}
    with Lab(nonce_reject=0, no_faulty=True, retry_after_authz=0, retry_after_order=0) as lab:
        server = Postern(sites, lab=lab)
        with server.start(SECONDS):     # which makes a hundred keys
            http_client.until(lambda: issued(server) >= EARLY, SECONDS, f"{EARLY} certificates", 0.1)
            had, early, early_peak = issued(server), memory(server, "VmRSS"), memory(server, "VmHWM")
            http_client.until(lambda: issued(server) >= SITES, SECONDS, f"{SITES} certificates", 0.1)
            server.wait_issued(domain(SITES))
            late, peak = figures(server)
            more = SITES - had
            note = f"{had} certificates: {early} kB, at most {early_peak}; {SITES}: {late} kB, at most {peak}; " \
                   f"{(late - early) / more:.1f} kB each, {(peak - early_peak) / more:.1f} of the peak"
            assert peak - early_peak <= more * HELD and late - early <= more * HELD, note
            assert set(sites) == {n for n, c in server.status().items() if c["rung"] == "public" and not c["last_problem"]}
            before = [server.der(domain(n)) for n in (1, SITES)]
            begin_peak(server)
            done = server.command("renew", "--force", seconds=SECONDS)
            assert done.returncode == 0, done
            again, peak_again = figures(server)
            note += f"; renewed: {again} kB, at most {peak_again}"
            assert [server.der(domain(n)) for n in (1, SITES)] != before and issued(server) == SITES
            assert again - late <= NOTHING and peak_again - peak <= NOTHING, note
            return note


test_one_run_and_another.seconds = 2 * SECONDS
