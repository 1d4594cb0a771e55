"""The same with seeds that nobody has chosen.  POSTERN_FUZZ_SEED plays one of them again."""
import os
import time

import test_api_fuzz

LONG = True
ROUNDS = 20


def test_whatever_is_asked_of_many_seeds():
    first = int(os.environ.get("POSTERN_FUZZ_SEED", time.time_ns() % (1 << 32)))
    rounds = 1 if "POSTERN_FUZZ_SEED" in os.environ else ROUNDS
    for seed in range(first, first + rounds):
        print(f"     POSTERN_FUZZ_SEED={seed}", flush=True)
        told = test_api_fuzz.ask_whatever(seed)
    return f"{rounds} seeds from {first}; the last one: {told}"


test_whatever_is_asked_of_many_seeds.seconds = 900 + 300
