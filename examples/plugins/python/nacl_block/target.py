"""Which instance is attacked, so that its network ACL can be found."""

from typing import Optional

from quell import Address, FactError, Facts
from wit_world.imports.facts import Instance
from wit_world.imports.types import AlertSource

from .offender import Offender

# The source of an alert that is about no one device.
_NETWORK = "Network"

# How many names are asked for in one decision. Each may be an AWS call, and a host ends a decision that asks for too much.
_MOST_QUESTIONS = 50


class Targets:
    """The instances that are attacked."""

    def __init__(self, source: AlertSource, offenders: list[Offender], facts: Facts):
        """
        Ask for the alert's source: by its name, its addresses and its host names. If no instance has any of them, ask for what the offenders
        attacked.
        """
        self._facts = facts
        self._asked: set[str] = set()
        self._source: Optional[Instance] = None
        self._attacked: dict[Address, Instance] = {}
        self.not_known: list[str] = []
        """What the host said of names that no instance has."""
        for name in [source.name, *source.addresses, *source.host_names]:
            if name in ("", _NETWORK):
                continue
            self._source = self._ask(name)
            if self._source is not None:
                return
        for address in (address for offender in offenders for address in offender.attacked):
            instance = self._ask(str(address))
            if instance is not None:
                self._attacked[address] = instance

    def all(self) -> list[Instance]:
        """All instances that were found."""
        return list(self._attacked.values()) if self._source is None else [self._source]

    def of(self, offender: Offender) -> list[Instance]:
        """The instances that this offender attacked, each once."""
        if self._source is not None:
            return [self._source]
        instances = [instance for address, instance in self._attacked.items() if address in offender.attacked]
        return list({instance.id: instance for instance in reversed(instances)}.values())[::-1]

    def _ask(self, name: str) -> Optional[Instance]:
        """Asks for each name once, and not for too many."""
        if len(self._asked) >= _MOST_QUESTIONS or name in self._asked:
            return None
        self._asked.add(name)
        try:
            return self._facts.instance(name)
        except FactError as error:
            if error.kind != "not-known":
                raise
            self.not_known.append(str(error))
            return None
