import unittest

from plugin import plugin
from quell import FactError, Failure
from quell.testing import FakeFacts, alert, decide, history, instance, observation, request, validate_settings

ACCESS = "Excessive Access Attempts (External)"
SCAN = "Inbound Port Scanner"
WEB = "i-0abc1234def567890"


def facts(observations, more_instances=(), **more):
    web = instance(WEB, "subnet-0a1b2c3d", ["10.0.1.20", "192.0.2.20", "2001:db8:1::20"])
    return FakeFacts(observations=[observation(fields) for fields in observations], instances=[web, *more_instances], **more)


def told(alert, facts, settings=None):
    """The decision as lines: what an operator would read."""
    answer = decide(plugin, request(alert, settings), facts).value
    if hasattr(answer, "reason"):
        return [f"nothing: {answer.reason}", *answer.notes]
    lines = [f"{it.action.value.prefix} at {it.action.value.at.value}, {it.confidence}%: {it.reason}" for it in answer.remediations]
    return [*lines, *answer.notes]


class Decisions(unittest.TestCase):
    maxDiff = None

    def test_attackers_are_blocked_worst_first_and_everybody_else_is_accounted_for(self):
        attacked = facts(
            [
                {"connected_ip": "203.0.113.7", "failed_attempts": 40},
                {"connected_ip": "2001:db8:bad::7", "failed_attempts": 480},
                {"connected_ip": "203.0.113.7", "failed_attempts": 15},
                {"connected_ip": "10.99.0.4", "failed_attempts": 11},
                {"connected_ip": None, "failed_attempts": 900},
                {"connected_ip": "198.51.100.1", "failed_attempts": 9},
                {"connected_ip": "192.0.2.20", "failed_attempts": 500},
                {"connected_ip": "somebody", "failed_attempts": 500},
            ]
        )
        self.assertEqual(
            told(alert(ACCESS, WEB), attacked),
            [
                f"2001:db8:bad::7/128 at {WEB}, 90%: 2001:db8:bad::7 made 480 failed attempts to access {WEB}: alert 6125, {ACCESS}",
                f"203.0.113.7/32 at {WEB}, 70%: 203.0.113.7 made 55 failed attempts to access {WEB}: alert 6125, {ACCESS}",
                f"10.99.0.4/32 at {WEB}, 50%: 10.99.0.4 made 11 failed attempts to access {WEB}: alert 6125, {ACCESS}",
                "198.51.100.1 is left out: 9 failed attempts, fewer than 10",
                "192.0.2.20 is left out: it is of the alert's own side",
                "observation 1: connected_ip `somebody` is not an address",
            ],
        )

    def test_a_scan_of_the_network_is_stopped_at_each_instance_that_was_scanned(self):
        scanned = facts(
            [
                {"scanner_ip": "198.51.100.9", "scanned_ip": "10.0.1.20"},
                {"scanner_ip": "198.51.100.9", "scanned_ip": "10.0.2.20"},
                {"scanner_ip": "198.51.100.10", "scanned_ip": "10.0.3.20"},
            ],
            more_instances=[instance("i-0db", "subnet-b", ["10.0.2.20"])],
        )
        seen = "198.51.100.9 is the remote side of 2 observations of Network"
        self.assertEqual(
            told(alert(SCAN, "Network"), scanned),
            [
                f"198.51.100.9/32 at {WEB}, 50%: {seen} ({WEB}): alert 6125, {SCAN}",
                f"198.51.100.9/32 at i-0db, 50%: {seen} (i-0db): alert 6125, {SCAN}",
                "198.51.100.10 is left out: no instance is known that it attacked",
            ],
        )

    def test_who_comes_back_is_blocked_for_longer_each_time(self):
        seen = [{"connected_ip": f"203.0.113.{number}", "failed_attempts": 90} for number in (7, 8, 9)]
        attacked = facts(seen, histories={"203.0.113.8": history(1), "203.0.113.9": history(50)})
        answer = decide(plugin, request(alert(ACCESS, WEB), {"jitter-percent": 0}), attacked).value
        self.assertEqual([it.until.value for it in answer.remediations], [86400, 172800, 604800])

    def test_a_history_that_can_not_be_had_makes_a_block_short_and_is_told(self):
        attacked = facts([{"scanner_ip": "203.0.113.7"}], errors={"history": FactError("unavailable", "it is locked")})
        note = "1 address is blocked only as long as the first time, because its history is not known: it is locked"
        self.assertEqual(told(alert(SCAN, WEB), attacked)[-1], note)

    def test_a_fact_that_the_host_may_not_ask_fails_the_decision(self):
        denied = facts([{"scanner_ip": "203.0.113.7"}], errors={"instance": FactError("not-permitted", "ec2:DescribeInstances")})
        with self.assertRaisesRegex(Failure, "^not permitted: ec2:DescribeInstances$"):
            told(alert(SCAN, WEB), denied)

    def test_settings_that_make_no_sense_are_all_told_at_once(self):
        problems = validate_settings(plugin, {"alert-types": [" "], "failed-attempts": 0, "direction": "in", "max-block": 3})
        self.assertEqual([problem.path for problem in problems], ["/max-block", "/alert-types/0", "/failed-attempts", "/direction"])
        (problem,) = validate_settings(plugin, {"block-seconds": 864000})
        self.assertEqual(problem.message, "is 604800, which is shorter than the first block; must be at least 864000")


if __name__ == "__main__":
    unittest.main()
