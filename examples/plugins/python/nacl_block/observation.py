"""The field rules: what an observation of Stealthwatch Cloud says of both sides."""

from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from quell import Address, Prefix, observed, parse_address, parse_prefix
from wit_world.imports.facts import Observation

_REMOTE = ("connected_ip", "scanner_ip", "remote_ip", "external_ip")
_OWN = ("scanned_ip", "cidr_range")


@dataclass
class Sighting:
    """What one observation says."""

    remotes: set[Address] = field(default_factory=set)
    """The remote addresses."""
    failed_attempts: Optional[int] = None
    """How often each of them failed, if the observation counts that."""
    own: list[Prefix] = field(default_factory=list)
    """The customer's own addresses."""
    unreadable: list[str] = field(default_factory=list)
    """What should name a side and can't be read, for a person."""


def read(observation: Observation) -> Sighting:
    """Read one observation. Never fails: what can't be read is told and skipped."""
    sighting = Sighting()
    fields = observed(observation)
    if not fields:
        sighting.unreadable.append(f"observation {observation.id} is not a JSON object with fields")
        return sighting

    def take(names: tuple[str, ...], parse: Callable[[Any], Any], keep: Callable[[Any], None]) -> None:
        for name in names:
            for text, shown in _texts(fields.get(name)):
                it = parse(text)
                if it is None:
                    sighting.unreadable.append(f"observation {observation.id}: {name} `{shown}` is not an address")
                else:
                    keep(it)

    take(_REMOTE, parse_address, sighting.remotes.add)
    take(_OWN, parse_prefix, sighting.own.append)
    # The count belongs to `connected_ip`: elsewhere it would be a count of something else.
    if fields.get("connected_ip") is not None:
        sighting.failed_attempts = _count(fields.get("failed_attempts"))
    return sighting


def _texts(value: Any) -> list[tuple[Optional[str], str]]:
    """The texts in a field, behind what is none, and how each is shown. Empty ones are a detector's way to say null."""
    values = [it for it in (value if isinstance(value, list) else [value]) if it is not None]
    others = [it for it in values if not isinstance(it, str)]
    numbers = [isinstance(it, (int, float)) and not isinstance(it, bool) for it in others]
    texts = [it for it in values if isinstance(it, str) and it.strip()]
    return [(None, "a number" if number else "a structure") for number in numbers] + [(text, text[:60]) for text in texts]


def _count(value: Any) -> Optional[int]:
    if isinstance(value, str) and value.strip().removeprefix("+").isdecimal() and value.isascii():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64 else None
