"""Notes for the person who reads the decision, bounded in number."""

from dataclasses import dataclass, field

# How many are shown. More than that nobody reads, and a host refuses an answer with far too many.
_SHOWN = 40


@dataclass
class Notes:
    """Sentences for a person."""

    unanswered: list[str] = field(default_factory=list)
    """About what the host could not tell. These come first: who runs the host can do something about it."""
    left_out: list[str] = field(default_factory=list)
    """About addresses: why each was left out."""
    unreadable: list[str] = field(default_factory=list)
    """About what could not be read. These come last, so that rubbish never hides why an address was left out."""

    def finish(self) -> list[str]:
        """The first of them, and how many more there would have been."""
        all = self.unanswered + self.left_out + self.unreadable
        return [*all[:_SHOWN], f"and {len(all) - _SHOWN} notes more"] if len(all) > _SHOWN else all
