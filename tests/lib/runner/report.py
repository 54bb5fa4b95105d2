# SPDX-License-Identifier: GPL-2.0-or-later
"""What the runner prints and counts: a line when something starts, a line when it ends."""

import os
import sys
import time

BEGAN = time.monotonic()


def say(text: str) -> None:
    """Whole lines in one write, so that those of several workers do not mix."""
    stamp = f"{time.monotonic() - BEGAN:7.1f} "
    data = "".join(f"{stamp}{line}\n" for line in text.splitlines()).encode(errors="replace")
    while data:
        data = data[os.write(1, data):]


class Report:
    """Counts what passed and what failed."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []

    def record(self, name: str, good: bool) -> None:
        if good:
            self.passed += 1
        else:
            self.failed.append(name)

    def close(self) -> int:
        """The last line, alone and plain; the exit code of the run."""
        for name in self.failed:
            say(f"failed: {name}")
        if not self.passed and not self.failed:
            say("nothing was run")
        sys.stdout.flush()
        print(f"{self.passed} passed, {len(self.failed)} failed", flush=True)
        return 0 if self.passed and not self.failed else 1
