"""The customer's own side, which an alert names beside the attacker and which must never be taken for one."""

from typing import Iterable

from quell import Address, Prefix, parse_address
from wit_world.imports.facts import Instance
from wit_world.imports.types import AlertSource

from .observation import Sighting


class OwnSide:
    """The own side, as far as it is known."""

    def __init__(self, source: AlertSource, sightings: list[Sighting]):
        """What the alert and its observations say."""
        self._addresses: set[Address] = set()
        self._prefixes: set[Prefix] = set()
        self._add([*source.addresses, source.name])
        for prefix in (own for sighting in sightings for own in sighting.own):
            if prefix.prefixlen == prefix.max_prefixlen:
                self._addresses.add(prefix.network_address)
            else:
                self._prefixes.add(prefix)

    def add(self, instance: Instance) -> None:
        """Add all addresses of an instance."""
        self._add(address for interface in instance.interfaces for address in interface.addresses)

    def __contains__(self, address: Address) -> bool:
        return address in self._addresses or any(address in prefix for prefix in self._prefixes)

    def _add(self, texts: Iterable[str]) -> None:
        self._addresses.update(address for address in map(parse_address, texts) if address is not None)
