"""From a plugin to the three functions that the contract asks for. Knows nothing of the host, so that tests call them as it does."""

import json
from typing import Any

from wit_world.imports.types import Decision, Description, Request, SettingsProblem

from .check import checked_decision
from .error import FactError, Failure
from .settings import read_settings, schema_of

# How a fact error is told when a decision fails for it; as the Rust SDK does.
_KINDS = {"not-known": "not known", "not-permitted": "not permitted", "unavailable": "unavailable", "other": "not answered"}


def describe(plugin: Any) -> Description:
    """What a plugin says of itself."""
    schema = json.dumps(schema_of(plugin.settings))
    return Description(plugin.name, plugin.version, plugin.summary, list(plugin.actions), list(plugin.facts), schema, [])


def settings_of(plugin: Any, text: str) -> tuple[Any, list[SettingsProblem]]:
    """Settings that were read and checked, and what is wrong with them."""
    settings, problems = read_settings(plugin.settings, text)
    # A check by the plugin may rely on the types.
    if not problems and plugin.check is not None:
        problems = plugin.check(settings)
    return settings, problems


def decide(plugin: Any, request: Request, facts: Any) -> Decision:
    """Decide as the host would have it done. Raises `Failure` if the plugin could not."""
    settings, problems = settings_of(plugin, request.settings)
    if problems:
        raise Failure("settings", "; ".join(f"{problem.path} {problem.message}".strip() for problem in problems))
    try:
        return checked_decision(plugin.decide(request, settings, facts))
    except FactError as error:
        raise Failure("facts", f"{_KINDS[error.kind]}: {error}") from error
