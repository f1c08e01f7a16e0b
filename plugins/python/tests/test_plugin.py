import datetime
import os
import random
import time
import unittest
from dataclasses import dataclass

from quell import (
    Escalation,
    FactError,
    Failure,
    Plugin,
    at_instance,
    block,
    isolate,
    nothing,
    observed,
    parse_address,
    parse_prefix,
    remediate,
    remote_sides,
    revoke_ingress,
    setting,
)
from quell.settings import schema_of
from quell.testing import FakeFacts, alert, decide, history, observation, request, validate_settings


@dataclass
class Settings:
    way: str = setting(description="Where.", enum=["in", "out"])
    seconds: int = setting(3, minimum=1, maximum=9, description="How long.")
    kinds: list[str] = setting(["a"], min_items=1, items={"minLength": 1}, description="Which.")


def deciding(function, **more):
    """A plugin that decides like this."""
    return Plugin(name="test", version="1.0.0", summary="Tests.", actions=["block"], facts=[], decide=function, **more)


def decided(function, facts=None):
    return decide(deciding(function), request(alert("Scan", "i-1")), facts or FakeFacts())


class Plugins(unittest.TestCase):
    def test_every_block_lasts_as_long_as_the_rust_sdk_would_have_it(self):
        escalation = Escalation(86400, 2, 604800, 10)
        # The numbers of plugins/sdk/src/escalation/tests.rs.
        seeds = ["", "203.0.113.7 6125", "203.0.113.8 6125", "203.0.113.7 6126"]
        self.assertEqual([escalation.seconds(history(0), seed) for seed in seeds], [94309, 82775, 93278, 83281])
        exact = Escalation(86400, 2, 604800, 0)
        holds = [(0, 0), (1, 0), (2, 0), (3, 0), (4294967295, 0), (1, 1), (3, 1)]
        seconds = [exact.seconds(history(*it), "") for it in holds]
        self.assertEqual(seconds, [86400, 172800, 345600, 604800, 604800, 86400, 345600])

    def test_an_answer_of_a_wrong_form_is_told_with_its_place(self):
        def blocking(**terms):
            return lambda *_: remediate([block("192.0.2.1", at_instance("i-1"), **({"reason": "a"} | terms))])

        wrong = {
            "decision is None; must be Decision_Remediate or Decision_Nothing": lambda *_: None,
            "decision.value.reason is 7; must be a text": lambda *_: nothing(7),
            "decision.value.notes[1] is None; must be a text": lambda *_: nothing("a", ["b", None]),
            "decision.value.remediations[0].confidence is 101; must be a whole number from 0 to 100": blocking(confidence=101),
            "decision.value.remediations[0].until.value is 0.5; must be a whole number from 1 to 18446744073709551615": blocking(
                seconds=0.5
            ),
        }
        for message, function in wrong.items():
            with self.assertRaises(TypeError) as raised:
                decided(function)
            self.assertEqual(str(raised.exception), f"decide returned what is no decision: {message}")

        async def later(*_):
            return nothing("later")

        with self.assertRaisesRegex(TypeError, "must not be async"):
            decided(later)

    def test_what_the_contract_has_no_field_for_goes_to_the_host_by_its_name_and_what_is_not_said_does_not(self):
        def extensions(remediation):
            (answered,) = decided(lambda *_: remediate([remediation])).value.remediations
            return [(it.name, it.value) for it in answered.action.value.extensions]

        remotes = [parse_address("203.0.113.7"), parse_prefix("2001:db8::/64")]
        self.assertEqual(
            extensions(isolate("i-1", reason="a", interface="eni-1", remotes=remotes)),
            [("interface", "eni-1"), ("remotes", "203.0.113.7/32,2001:db8::/64")],
        )
        office = [parse_prefix("198.51.100.0/24")]
        rule = {"protocol": "tcp", "peer": "0.0.0.0/0", "reason": "a"}
        self.assertEqual(
            extensions(revoke_ingress("sg-1", rule="sgr-1", description="for now", narrow_to=office, **rule)),
            [("rule", "sgr-1"), ("description", "for now"), ("narrow-to", "198.51.100.0/24")],
        )
        self.assertEqual(extensions(isolate("i-1", reason="a", remotes=[])), [])
        self.assertEqual(extensions(revoke_ingress("sg-1", **rule)), [])

    def test_a_fact_that_can_not_be_had_fails_the_decision_unless_it_is_caught(self):
        facts = FakeFacts(errors={"instance": FactError("unavailable", "it timed out")})
        with self.assertRaises(Failure) as failed:
            decided(lambda request, settings, facts: facts.instance("i-1"), facts)
        self.assertEqual((failed.exception.kind, str(failed.exception)), ("facts", "unavailable: it timed out"))

        def caught(request, settings, facts):
            try:
                return facts.instance("i-1")
            except FactError as error:
                return nothing(f"{error.kind}: {error}")

        self.assertEqual(decided(caught, facts).value.reason, "unavailable: it timed out")

    def test_there_is_no_clock_and_there_are_no_random_numbers_while_a_plugin_decides(self):
        forbidden = [time.time, datetime.datetime.now, random.random, lambda: os.urandom(4)]
        for ask in [lambda: time.time(), lambda: datetime.datetime.now(), lambda: random.random(), lambda: os.urandom(4)]:
            with self.assertRaisesRegex(RuntimeError, "a plugin has no clock"):
                decided(lambda *_: ask())
        given = decided(lambda request, *_: nothing(str(datetime.datetime.fromtimestamp(request.now / 1000, datetime.timezone.utc))))
        self.assertEqual(given.value.reason, "2026-01-15 12:00:00+00:00")
        self.assertTrue(all(ask() for ask in forbidden))

    def test_settings_are_checked_by_their_types_and_bounds_and_all_problems_told_at_once_with_their_places(self):
        def told(settings):
            problems = validate_settings(deciding(lambda *_: nothing("a"), settings=Settings), settings)
            return [f"{problem.path} {problem.message}" for problem in problems]

        self.assertEqual(told({"way": "in"}), [])
        self.assertEqual(
            told({"seconds": 0.5, "kinds": ["", 1], "way": "up", "a/b~": 1}),
            [
                "/a~1b~0 unknown field `a/b~`, expected one of `way`, `seconds`, `kinds`",
                '/way is "up"; must be one of in, out',
                "/seconds is 0.5; must be an integer",
                '/kinds/0 is ""; must not be empty',
                "/kinds/1 is 1; must be a string",
            ],
        )
        self.assertEqual(
            told({"seconds": True, "kinds": []}),
            [" missing field `way`", "/seconds is true; must be an integer", "/kinds must have at least 1 item"],
        )
        plugin = deciding(lambda request, settings, facts: nothing(repr(settings)), settings=Settings)
        values = decide(plugin, request(alert("Scan", "i-1"), {"way": "out"}), FakeFacts())
        self.assertEqual(values.value.reason, "Settings(way='out', seconds=3, kinds=['a'])")

    def test_the_schema_of_settings_says_what_is_checked(self):
        schema = schema_of(Settings)
        self.assertEqual(schema["properties"]["seconds"], {"description": "How long.", "minimum": 1, "maximum": 9, "type": "integer", "default": 3})
        self.assertEqual(schema["properties"]["kinds"]["items"], {"type": "string", "minLength": 1})
        self.assertEqual(schema["required"], ["way"])

    def test_of_an_observation_the_remote_sides_are_read_and_rubbish_is_left_out(self):
        seen = observation({"connected_ip": ["203.0.113.7", None, "nobody"], "remote_ip": "203.0.113.7", "scanned_ip": "10.0.1.20"})
        self.assertEqual([str(remote) for remote in remote_sides(seen)], ["203.0.113.7"])
        for rubbish in ["{", "[]", "null", "7", "[" * 100000]:
            self.assertEqual(observed(observation(rubbish)), {})


if __name__ == "__main__":
    unittest.main()
