"""Runs the test programs that cargo built, two at a time. Its input is what `cargo test --no-run --message-format json-render-diagnostics` prints.

Much of what they do is waiting: for a process to start, for a hold to end, for an answer that comes late on purpose. One after the other, as cargo runs
them, they leave half of two cores idle. What a program prints goes to a file, and is shown in one piece when it has ended.
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
PRINTED = Path("target/tmp/test-programs")


class Program(NamedTuple):
    """A test program."""

    source: str
    executable: str
    # Its package's folder, in which cargo would run it.
    folder: Path
    # What to type to run it alone.
    alone: str

    def printed(self):
        """The file with what it prints."""
        return PRINTED / (self.source.removesuffix(".rs").replace("/", "-") + ".log")


class Ended(NamedTuple):
    """How a program ended."""

    program: Program
    code: int
    seconds: float


def read(message):
    """The test program that a message of cargo's tells of, if it tells of one."""
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


def environment():
    """What cargo and rustup would give a test program: some of them run cargo themselves, wherever they do it."""
    try:
        shown = subprocess.run(["rustup", "show", "active-toolchain"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return dict(os.environ)
    toolchain = {"RUSTUP_TOOLCHAIN": shown.stdout.split()[0]} if shown.returncode == 0 else {}
    return toolchain | os.environ


def say(line):
    """Prints a line in one piece, whoever else prints."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run(program, given):
    """Runs a program to its end."""
    say(f"       Begun {program.source} ({program.printed()})")
    began = time.monotonic()
    with open(program.printed(), "wb") as printed:
        ended = subprocess.run(
            [program.executable],
            cwd=program.folder,
            env=given | {"CARGO_MANIFEST_DIR": str(program.folder)},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return Ended(program, ended.returncode, time.monotonic() - began)


def run_all(programs):
    """Runs programs, and gives each when it has ended."""
    PRINTED.mkdir(parents=True, exist_ok=True)
    given = environment()
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield from (ended.result() for ended in as_completed([pool.submit(run, program, given) for program in programs]))
    finally:
        # Who is interrupted begins no other.
        pool.shutdown(cancel_futures=True)


def main():
    messages = [json.loads(line) for line in sys.stdin]
    if not any(message["reason"] == "build-finished" and message["success"] for message in messages):
        sys.exit("not all test programs could be built")
    programs = sorted(filter(None, map(read, messages)))
    if not programs:
        sys.exit("cargo built no test program")
    began = time.monotonic()
    passed, failed = 0, []
    for ended in run_all(programs):
        say(f"         Ran {ended.program.source} in {ended.seconds:.1f} s")
        printed = ended.program.printed().read_bytes()
        sys.stdout.buffer.write(printed)
        sys.stdout.buffer.flush()
        passed += sum(map(int, re.findall(rb"^test result: .* (\d+) passed", printed, re.MULTILINE)))
        if ended.code != 0:
            failed.append(ended)
    seconds = time.monotonic() - began
    say(f"\n{passed} tests passed in {len(programs)} test programs, of which {len(failed)} failed, in {seconds:.0f} s")
    for ended in failed:
        say(f"FAILED ({ended.code}): {ended.program.source}; {ended.program.alone}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
