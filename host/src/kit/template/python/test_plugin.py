"""The plugin, called as the host calls it, with facts that are given here. Run with `python3 -m unittest`."""

import unittest

from plugin import plugin
from quell import Failure
from quell.testing import FakeFacts, alert, decide, instance, observation, request, validate_settings

WEB = "i-0a1b2c3d4e5f60718"


def facts(*observations):
    """An instance that was attacked like this."""
    known = [instance(WEB, "subnet-0a1b2c3d", ["10.0.1.20"])]
    return FakeFacts(observations=[observation(fields) for fields in observations], instances=known)


def decided(settings, facts):
    return decide(plugin, request(alert("Excessive Access Attempts (External)", WEB), settings), facts)


def blocked(decision):
    """The prefixes that a decision blocks."""
    return [remediation.action.value.prefix for remediation in decision.value.remediations]


class Decisions(unittest.TestCase):
    def test_who_tried_often_enough_in_all_is_blocked_and_nobody_else(self):
        attacked = facts(
            {"connected_ip": "203.0.113.7", "failed_attempts": 6},
            {"connected_ip": "203.0.113.7", "failed_attempts": 4},
            {"connected_ip": "198.51.100.9", "failed_attempts": 9},
            {"connected_ip": "nobody", "failed_attempts": 900},
        )
        self.assertEqual(blocked(decided({}, attacked)), ["203.0.113.7/32"])

    def test_settings_say_how_often_is_too_often(self):
        attacked = facts({"connected_ip": "203.0.113.7", "failed_attempts": 6})
        self.assertEqual(blocked(decided({"attempts": 6}, attacked)), ["203.0.113.7/32"])
        self.assertEqual(decided({}, attacked).value.reason, "of 1 remote addresses of alert 6125 none tried 10 times")

    def test_an_instance_that_is_not_known_fails_the_decision(self):
        attack = observation({"connected_ip": "203.0.113.7", "failed_attempts": 60})
        with self.assertRaises(Failure) as failed:
            decided({}, FakeFacts(observations=[attack]))
        self.assertEqual(failed.exception.kind, "facts")

    def test_wrong_settings_are_told_with_their_names(self):
        problems = validate_settings(plugin, {"attempts": 0, "block-secs": 5})
        self.assertEqual([problem.path for problem in problems], ["/block-secs", "/attempts"])


if __name__ == "__main__":
    unittest.main()
