"""The same for ten minutes."""
import test_admin_streams

LONG = True


def test_a_hundred_streams_for_ten_minutes():
    return test_admin_streams.hold(600, fill=300)


test_a_hundred_streams_for_ten_minutes.seconds = 900
