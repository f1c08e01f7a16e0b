"""Why there is no answer."""


class FactError(Exception):
    """Why the host has no answer to a question. If `decide` does not catch it, the host keeps the alert and may try it again."""

    def __init__(self, kind: str, message: str):
        """
        `not-known`: there is no such thing. `not-permitted`: the host may not ask. `unavailable`: it may be answered later. `other`: anything
        else. The message is what the host says about it, for a person.
        """
        super().__init__(message)
        self.kind = kind


class Failure(Exception):
    """Why a plugin could not decide. Raise one from `decide`. To decline is no failure: see `nothing`."""

    def __init__(self, kind: str, message: str):
        """The kind is `settings`, `facts`, `alert` or `other`."""
        super().__init__(message)
        self.kind = kind
