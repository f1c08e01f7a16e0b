"""What observations say: their fields, and who was on the remote side."""

import json
from typing import Any

from wit_world.imports.facts import Observation

from .address import Address, parse_address

# The fields in which Stealthwatch Cloud names the remote side. `scanned_ip` and `cidr_range` are the customer's own.
_REMOTE = ("connected_ip", "scanner_ip", "remote_ip", "external_ip")


def observed(observation: Observation) -> dict[str, Any]:
    """The fields of the detector's own JSON object. Empty if it is not one."""
    try:
        fields = json.loads(observation.raw)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def remote_sides(observation: Observation) -> list[Address]:
    """The remote addresses that an observation names, each once. What is no address is left out, never guessed."""
    fields = observed(observation)
    named = []
    for field in _REMOTE:
        value = fields.get(field)
        named += value if isinstance(value, list) else [value]
    addresses = (parse_address(text) for text in named)
    return list(dict.fromkeys(address for address in addresses if address is not None))
