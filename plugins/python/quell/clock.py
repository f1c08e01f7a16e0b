"""Keeps the clock and random numbers from a plugin: in a component they would give the values of the moment at which it was built."""

import datetime
import os
import random
import time
import uuid
from typing import Any, Callable, NoReturn

_TIME = "use `request.now`, milliseconds since 1970"
_NUMBER = "derive a number from the alert, such as a digest of its id"

_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "localtime", "gmtime", "ctime")
_RANDOM = ("random", "randrange", "randint", "choice", "choices", "shuffle", "sample", "uniform", "gauss", "randbytes", "getrandbits")


def _forbid(name: str, instead: str) -> Callable[..., NoReturn]:
    def forbidden(*_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(
            f"{name}(): a plugin has no clock and no random numbers, so that the same alert gives the same decision: {instead}"
        )

    return forbidden


class _Datetime(datetime.datetime):
    """A datetime that can be calculated with, and does not know which one it is."""

    now = utcnow = today = _forbid("datetime.now", _TIME)


class _Date(datetime.date):
    """A date that does not know which one it is."""

    today = _forbid("date.today", _TIME)


def forbid_clock() -> Callable[[], None]:
    """Make the clock and random numbers raise. Returns what puts them back."""
    replaced = [(time, name, _forbid(f"time.{name}", _TIME)) for name in _CLOCKS]
    replaced += [(random, name, _forbid(f"random.{name}", _NUMBER)) for name in _RANDOM]
    replaced += [(uuid, name, _forbid(f"uuid.{name}", _NUMBER)) for name in ("uuid1", "uuid4")]
    replaced += [(os, "urandom", _forbid("os.urandom", _NUMBER)), (datetime, "datetime", _Datetime), (datetime, "date", _Date)]
    before = [(module, name, getattr(module, name)) for module, name, _ in replaced]

    def put(all: list[tuple[Any, str, Any]]) -> None:
        for module, name, value in all:
            setattr(module, name, value)

    put(replaced)
    return lambda: put(before)
