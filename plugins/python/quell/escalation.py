"""How long a block lasts, for who was blocked before."""

from dataclasses import dataclass

from wit_world.imports.facts import History

# With more, a second block could be shorter than a first.
_MOST_JITTER = 50

_U64 = (1 << 64) - 1


def ended_holds(history: History) -> int:
    """How many of the holds are over: how often the address was blocked before."""
    return max(0, history.holds - history.in_force)


@dataclass(frozen=True)
class Escalation:
    """
    How long an address is blocked, the longer the oftener it was blocked before: `base` seconds, then `factor` times as long each time, up to
    `longest`. The numbers are those of the Rust SDK's `Escalation`.
    """

    base: int = 3600
    factor: int = 2
    longest: int = 7 * 86400
    jitter_percent: int = 10

    def seconds(self, history: History, seed: str) -> int:
        """
        For how many seconds to block an address with this history. Only holds that have ended make it longer: an alert that is sent ten times is
        one attack and not ten.

        The jitter is for the blocks of one attack, which then do not all end in the same second. It is chosen by the seed and nothing else:
        take what tells this block from others, such as the address and the alert's id.
        """
        longest = max(1, self.longest)
        # 64 doublings are beyond every cap, and a hostile history must not make a number of gigabytes.
        times = min(ended_holds(history), 64)
        exact = min(max(1, self.base * self.factor**times), longest)
        jitter = exact * min(self.jitter_percent, _MOST_JITTER) // 100
        least, most = exact - jitter, min(exact + jitter, longest)
        return least + (_hash(seed) * (most - least + 1) >> 64)


def _hash(text: str) -> int:
    """FNV-1a of 64 bits and the last steps of SplitMix64, as the Rust SDK has them. Python's own hash differs from one build to the next."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & _U64
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _U64
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _U64
    return value ^ value >> 31
