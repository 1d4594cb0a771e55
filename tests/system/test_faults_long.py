"""The scenarios of faulty-ca that only a limit of minutes ends."""
import test_faults

LONG = True


def test_scenarios_that_take_minutes():
    return test_faults.play_all("own", test_faults.SCENARIOS_LONG)


test_scenarios_that_take_minutes.seconds = 2000
