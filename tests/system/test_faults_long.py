"""The scenarios of faulty-ca that only a limit of minutes ends, and all the others with a third Pebble."""
import fault_lanes
from fault_table import SCENARIOS, SCENARIOS_LONG

BY_NAME = True      # the suite acme-faults runs it


def test_with_pebble_of_debian_13():
    return fault_lanes.play_all("trixie", SCENARIOS)


def test_minutes_with_pebble_of_debian_12():
    return fault_lanes.play_all("own", SCENARIOS_LONG)


def test_minutes_with_pebble_of_debian_13():
    return fault_lanes.play_all("trixie", SCENARIOS_LONG)


def test_minutes_with_newest_pebble():
    return fault_lanes.play_all("sid", SCENARIOS_LONG)


for _test in (test_minutes_with_pebble_of_debian_12, test_minutes_with_pebble_of_debian_13, test_minutes_with_newest_pebble):
    _test.seconds = 2000
