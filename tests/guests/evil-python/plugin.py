"""A plugin that attacks its host. Each mode is one threat."""

import datetime
import random
import sys
import time
from dataclasses import dataclass

from quell import Plugin, nothing, setting


def loop():
    while True:
        pass


def memory():
    kept = []
    while True:
        kept.append([len(kept)] * 10000)


def recursion():
    return recursion() + 1


def deep_recursion():
    sys.setrecursionlimit(1_000_000_000)
    return recursion()


def offender_of(observation):
    return observation["remote"].address


async def later():
    return nothing("later")


ATTACKS = {
    "good": lambda: nothing("there is nothing to do"),
    "loop": loop,
    "memory": memory,
    "one-large-piece": lambda: bytes(1 << 30),
    "exception": lambda: offender_of({}),
    "exit": lambda: sys.exit(0),
    "recursion": recursion,
    "deep-recursion": deep_recursion,
    "wrong-type": lambda: nothing(7),
    "no-decision": lambda: None,
    "promise": later,
    "clock": lambda: nothing(f"it is {time.time()}"),
    "new-date": lambda: nothing(f"it is {datetime.datetime.now()}"),
    "random": lambda: nothing(f"it is {random.random()}"),
    "given-date": lambda: nothing(datetime.datetime.fromtimestamp(0, datetime.timezone.utc).isoformat()),
}


@dataclass
class Settings:
    mode: str = setting(description="How.", enum=list(ATTACKS))


def check(settings):
    return offender_of({}) if settings.mode == "exception" else []


plugin = Plugin(
    name="evil-python",
    version="0.1.0",
    summary="Attacks its host.",
    actions=[],
    facts=["observations"],
    settings=Settings,
    check=check,
    decide=lambda request, settings, facts: ATTACKS[settings.mode](),
)
