"""Who was blocked before."""

from quell import Address, FactError, Facts
from wit_world.imports.facts import History

# How many histories are asked for in one decision. Together with the instances this stays below the number of questions that a host allows.
_MOST_QUESTIONS = 40

_NONE = History(0, 0, 0, None, None, [])


class Histories:
    """
    Asks for the history of each address once, and not for too many. An address whose history can't be had is taken for one that was never
    blocked: that it is blocked for a shorter time is better than that it is not blocked at all.
    """

    def __init__(self, facts: Facts):
        self._facts = facts
        self._known: dict[Address, History] = {}
        self._unknown = 0
        # Why not. The host is asked no more then: what failed once is likely to fail again, and a decision has only so much time.
        self._why = ""

    def of(self, address: Address) -> History:
        """The history of an address."""
        if address not in self._known:
            self._known[address] = self._ask(address)
        return self._known[address]

    def unanswered(self) -> list[str]:
        """A note about the addresses whose history could not be had, if there are any."""
        if not self._why:
            return []
        who, whose = ("1 address is", "its history") if self._unknown == 1 else (f"{self._unknown} addresses are", "their history")
        return [f"{who} blocked only as long as the first time, because {whose} is not known: {self._why}"]

    def _ask(self, address: Address) -> History:
        if not self._why and len(self._known) >= _MOST_QUESTIONS:
            self._why = f"no more than {_MOST_QUESTIONS} are asked for"
        if not self._why:
            try:
                return self._facts.history(address)
            except FactError as error:
                self._why = str(error)
        self._unknown += 1
        return _NONE
