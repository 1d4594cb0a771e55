"""The delivery that is tried again by itself, which takes its minute."""
import test_sharing

LONG = True


def test_a_delivery_tried_again_by_itself():
    return test_sharing.both_ways(patient=True)
