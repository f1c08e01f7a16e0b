"""Checks the form of a decision. Without it the host would see only that the plugin broke down."""

import dataclasses
import inspect
import typing
from enum import Enum
from typing import Any

from wit_world.imports import types

# The bounds of the contract's integers, which Python has only one type for.
_BOUNDS = {
    (types.Remediation, "confidence"): (0, 100),
    (types.End_Seconds, "value"): (1, (1 << 64) - 1),
    (types.PortRange, "first"): (-(1 << 31), (1 << 31) - 1),
    (types.PortRange, "last"): (-(1 << 31), (1 << 31) - 1),
}


def checked_decision(value: Any) -> types.Decision:
    """
    The same value, if it has the form of a decision.

    Raises `TypeError` if not, with the place that has not.
    """
    if inspect.iscoroutine(value):
        value.close()
        raise TypeError("decide returned a coroutine; it must not be async: the host answers at once")
    _check(types.Decision, value, "decision", None)
    return value


def _check(hint: Any, value: Any, path: str, bounds: Any) -> None:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        fitting = [case for case in arguments if isinstance(value, case)]
        if not fitting:
            _wrong(path, value, " or ".join("None" if case is type(None) else case.__name__ for case in arguments))
        _check(fitting[0], value, path, bounds)
    elif origin is list:
        if not isinstance(value, list):
            _wrong(path, value, "a list")
        for index, item in enumerate(value):
            _check(arguments[0], item, f"{path}[{index}]", None)
    elif dataclasses.is_dataclass(hint):
        if not isinstance(value, hint):
            _wrong(path, value, f"a {hint.__name__}")
        for name, field in typing.get_type_hints(hint).items():
            _check(field, getattr(value, name), f"{path}.{name}", _BOUNDS.get((hint, name)))
    elif hint is int:
        least, most = bounds or (0, (1 << 64) - 1)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            _wrong(path, value, f"a whole number from {least} to {most}")
    elif not isinstance(value, hint):
        _wrong(path, value, f"a {hint.__name__}" if issubclass(hint, Enum) else {str: "a text"}.get(hint, str(hint)))


def _wrong(path: str, value: Any, must: str) -> None:
    raise TypeError(f"decide returned what is no decision: {path} is {repr(value)[:100]}; must be {must}")
