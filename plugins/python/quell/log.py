"""
Lines for the host's log, which tags them with the plugin's name and the alert's id. In CPython they go to standard error.

What explains a decision belongs into its reasons and notes instead, which are kept.
"""

import sys
from typing import Any, Callable


def _to_standard_error(level: str, message: str) -> None:
    print(f"{level}: {message}", file=sys.stderr)


# Where lines go; the host's side sets it.
write: Callable[[str, str], None] = _to_standard_error


def trace(message: Any) -> None:
    """Step by step."""
    write("trace", str(message))


def debug(message: Any) -> None:
    """For the plugin's author."""
    write("debug", str(message))


def info(message: Any) -> None:
    """For who runs the host."""
    write("info", str(message))


def warn(message: Any) -> None:
    """Something is not as it should be."""
    write("warn", str(message))


def error(message: Any) -> None:
    """Something failed."""
    write("error", str(message))
