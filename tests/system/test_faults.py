"""A CA that misbehaves: scenarios of `tools/lab/faulty-ca list` against two generations of Pebble, by fault_table."""
import subprocess
import sys

import fault_lanes
from fault_table import SCENARIOS, SCENARIOS_LONG
from lab import TOOLS

BY_NAME = True      # the suites acme-faults-quick and acme-faults run it


def test_every_scenario_has_its_row():
    listed = subprocess.run([sys.executable, TOOLS / "faulty-ca", "list"], capture_output=True, text=True, check=True).stdout
    lines = listed[listed.index("SCENARIOS"):].splitlines()[1:]
    names = [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")]
    rows = [*SCENARIOS, *SCENARIOS_LONG]
    assert sorted(names) == sorted(rows), f"without a row, or without a scenario: {set(names) ^ set(rows)}"
    return f"{len(rows)} scenarios"


def test_with_pebble_of_debian_12():
    return fault_lanes.play_all("own", SCENARIOS)


def test_with_newest_pebble():
    return fault_lanes.play_all("sid", SCENARIOS)
