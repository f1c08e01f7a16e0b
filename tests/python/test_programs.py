"""Runs the test programs that cargo built, two at a time. Its input is what `cargo test --no-run --message-format json-render-diagnostics` prints.

Much of what they do is waiting: for a process to start, for a hold to end, for an answer that comes late on purpose. One after the other, as cargo runs
them, they leave half of two cores idle. What a program prints is shown in one piece when it has ended.
"""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

AT_ONCE = 2


class Program(NamedTuple):
    """A test program."""

    source: str
    executable: str
    # Its package's folder, in which cargo would run it.
    folder: Path
    # What to type to run it alone.
    alone: str


class Ended(NamedTuple):
    """How a program ended."""

    program: Program
    code: int
    seconds: float
    printed: bytes

    def passed(self):
        """How many of its tests passed."""
        return sum(map(int, re.findall(rb"^test result: .* (\d+) passed", self.printed, re.MULTILINE)))


def read(line):
    """The test program that a message of cargo's tells of, if it tells of one."""
    message = json.loads(line)
    if message["reason"] != "compiler-artifact" or not message["profile"]["test"] or not message["executable"]:
        return None
    target, folder = message["target"], Path(message["manifest_path"]).parent
    kind = target["kind"][0]
    which = f"--{kind} {target['name']}" if kind in ("bin", "test", "bench", "example") else "--lib"
    return Program(
        source=os.path.relpath(target["src_path"]),
        executable=message["executable"],
        folder=folder,
        alone=f"cargo test --manifest-path {os.path.relpath(folder)}/Cargo.toml {which}",
    )


def say(line):
    """Prints a line in one piece, whoever else prints."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run(program):
    """Runs a program to its end."""
    say(f"       Begun {program.source}")
    began = time.monotonic()
    ended = subprocess.run(
        [program.executable],
        cwd=program.folder,
        env=os.environ | {"CARGO_MANIFEST_DIR": str(program.folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return Ended(program, ended.returncode, time.monotonic() - began, ended.stdout)


def main():
    programs = sorted(filter(None, map(read, sys.stdin)))
    if not programs:
        sys.exit("cargo built no test program")
    began = time.monotonic()
    passed, failed = 0, []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(run, program) for program in programs]):
            ended = future.result()
            say(f"         Ran {ended.program.source} in {ended.seconds:.1f} s")
            sys.stdout.buffer.write(ended.printed)
            sys.stdout.buffer.flush()
            passed += ended.passed()
            if ended.code != 0:
                failed.append(ended)
    seconds = time.monotonic() - began
    say(f"\n{passed} tests passed in {len(programs)} test programs, of which {len(failed)} failed, in {seconds:.0f} s")
    for ended in failed:
        say(f"FAILED ({ended.code}): {ended.program.source}; {ended.program.alone}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
