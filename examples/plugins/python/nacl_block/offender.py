"""Offenders: remote addresses, with what all observations together say of each."""

from dataclasses import dataclass, field
from typing import Optional

from quell import Address, by_number

from .observation import Sighting


@dataclass
class Offender:
    """A remote address."""

    address: Address
    failed_attempts: Optional[int] = None
    """Over all observations that count them. None if none does."""
    observations: int = 0
    """How many name it."""
    uncounted: bool = False
    """Whether some observation names it without counting: the detector's word is all there is, and enough."""
    attacked: list[Address] = field(default_factory=list)
    """The customer's own addresses that are named beside it, in the order of the observations."""

    def is_enough(self, threshold: int) -> bool:
        """Whether it did enough to be blocked."""
        return self.uncounted or (self.failed_attempts is not None and self.failed_attempts >= threshold)

    def add(self, sighting: Sighting) -> None:
        self.observations += 1
        self.attacked += [own.network_address for own in sighting.own if own.prefixlen == own.max_prefixlen]
        if sighting.failed_attempts is None:
            self.uncounted = True
        else:
            self.failed_attempts = (self.failed_attempts or 0) + sighting.failed_attempts

    def confidence(self, threshold: int, severity: Optional[int]) -> int:
        """
        How sure the plugin is, from 50 to 100: 10 more for each doubling of the failed attempts beyond the threshold, up to 90, and a tenth of the
        detector's severity on top.
        """
        times = (self.failed_attempts or 0) // max(threshold, 1)
        doublings = min(max(times.bit_length() - 1, 0), 4)
        return 50 + 10 * doublings + min(severity or 0, 100) // 10


def add_up(sightings: list[Sighting]) -> list[Offender]:
    """Add up what was seen: each address once, most failed attempts first, then by address."""
    offenders: dict[Address, Offender] = {}
    for sighting in sightings:
        for address in sighting.remotes:
            offenders.setdefault(address, Offender(address)).add(sighting)

    def worst_first(offender: Offender) -> tuple[int, tuple[int, int]]:
        failed = -1 if offender.failed_attempts is None else offender.failed_attempts
        return -failed, by_number(offender.address)

    return sorted(offenders.values(), key=worst_first)
