"""
Binds a plugin to the host. `quell plugin build` puts it around the plugin; nothing else imports it, because what it asks the host answers in
a component only.
"""

import itertools
import traceback
from typing import Any, Callable

from componentize_py_types import Err
from wit_world.imports import facts as host
from wit_world.imports import log as host_log
from wit_world.imports import types

from . import log
from .clock import forbid_clock
from .decider import decide, describe, settings_of
from .error import FactError, Failure

_LEVELS = {level.name.lower(): level for level in host_log.Level}
_FAILURES = {
    "settings": types.Failure_Settings,
    "facts": types.Failure_Facts,
    "alert": types.Failure_Alert,
    "other": types.Failure_Other,
}
_FACT_ERRORS = {
    host.FactError_NotKnown: "not-known",
    host.FactError_NotPermitted: "not-permitted",
    host.FactError_Unavailable: "unavailable",
    host.FactError_Other: "other",
}


def _write(level: str, message: str) -> None:
    host_log.write(_LEVELS[level], message)


forbid_clock()
log.write = _write


def _ask(question: Callable[..., Any], *of: str) -> Any:
    try:
        return question(*of)
    except Err as error:
        raise FactError(_FACT_ERRORS[type(error.value)], error.value.value) from None


class _Facts:
    def observations(self) -> list[host.Observation]:
        return _ask(host.get_observations)

    def instance(self, name: str) -> host.Instance:
        return _ask(host.get_instance, name)

    def network_acl(self, subnet: str) -> host.NetworkAcl:
        return _ask(host.get_network_acl, subnet)

    def security_group(self, id: str) -> host.SecurityGroup:
        return _ask(host.get_security_group, id)

    def history(self, address: Any) -> host.History:
        return _ask(host.get_history, str(address))


def _told(call: str, run: Callable[[], Any]) -> Any:
    """Run, and tell the host why it broke if it does: all that it would see is that it did."""
    try:
        return run()
    except Err:
        raise
    except BaseException as error:
        _write("error", _panic(error, call))
        raise


# As many frames of a stack as a person reads.
_FRAMES = 8


def _panic(error: BaseException, call: str) -> str:
    """In the words of Rust's panics, which the host knows: the place, then what happened, then the stack."""
    # Not `extract_tb`, which reads the source: there are no files, and to ask for one ends the plugin.
    code = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    frames = [f"{code.co_name} at {_path(code.co_filename)}:{line}" for code, line in reversed(code)]
    # The wrapper's own frames tell an author nothing, and neither does one that is the same as the one before it.
    own = [frame for frame, _ in itertools.groupby(frames) if " at quell/" not in frame]
    place = own[0].partition(" at ")[2] if own else call
    return "\n  ".join([f"panicked at {place}:\n{type(error).__name__}: {error}", *own[:_FRAMES]])


def _path(name: str) -> str:
    """The path of a module in the plugin's folder: in a component, folders have numbers."""
    return name.lstrip("/").partition("/")[2] or name


def decider(plugin: Any) -> type:
    """What the host calls."""

    class Decider:
        def describe(self) -> types.Description:
            return _told("describe", lambda: describe(plugin))

        def validate_settings(self, settings: str) -> None:
            def validated() -> None:
                _, problems = settings_of(plugin, settings)
                if problems:
                    raise Err(problems)

            return _told("validate-settings", validated)

        def decide(self, request: types.Request) -> types.Decision:
            def decided() -> types.Decision:
                try:
                    return decide(plugin, request, _Facts())
                except Failure as failure:
                    raise Err(_FAILURES[failure.kind](str(failure))) from None

            return _told("decide", decided)

    return Decider
