# SPDX-License-Identifier: GPL-2.0-or-later
"""How a step is told: the command as a person would type it, its output, its code, its time.

A step that differs from what was announced ends the demonstration.
"""

import re
import sys
import threading
import time

WIDTH = 100
SHOWN_LINES = 12


class Different(Exception):
    """Something came out that was not announced."""


class Progress:
    """Shows that something slow is alive: a counter on a terminal, a line each 10 s elsewhere."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)
        self.seconds = 0.0

    def _show(self) -> None:
        terminal = sys.stdout.isatty()
        began = time.monotonic()
        while not self._stop.wait(1 if terminal else 10):
            passed = int(time.monotonic() - began)
            if terminal:
                print(f"\r     … {self._what}, {passed} s", end="", flush=True)
            else:
                print(f"     … {self._what}, {passed} s", flush=True)
        if terminal:
            print("\r\033[K", end="", flush=True)

    def __enter__(self) -> "Progress":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_what) -> None:
        self._stop.set()
        self._thread.join()
        self.seconds = time.monotonic() - self._began


class Story:
    """Numbers the chapters and prints the steps."""

    def __init__(self) -> None:
        self._chapter = 0
        self._began = time.monotonic()
        self.steps = 0

    def chapter(self, title: str) -> None:
        self._chapter += 1
        print(f"\n== {self._chapter}. {title}", flush=True)

    @staticmethod
    def say(text: str) -> None:
        for line in text.splitlines():
            print(f"   {line}", flush=True)

    def show(self, prompt: str, command: str) -> None:
        """The command, as typed."""
        self.steps += 1
        first, *rest = command.splitlines()
        print(f"{prompt} {first}", flush=True)
        for line in rest:
            print(f"{' ' * len(prompt)} {line}", flush=True)

    def outcome(self, output: str, rc: int, seconds: float, *, expect: int = 0,
                matches: str = "", quiet: bool = False) -> None:
        """What came out; raises Different unless the code and the output are as announced."""
        lines = output.rstrip().splitlines()
        shown = lines if len(lines) <= SHOWN_LINES else lines[:SHOWN_LINES // 2]
        for line in shown:
            print(f"     {line[:WIDTH * 2]}", flush=True)
        if len(shown) < len(lines):
            print(f"     … {len(lines) - len(shown)} more lines", flush=True)
        good = rc == expect and (not quiet or not lines) and \
            (not matches or re.search(matches, output) is not None)
        print(f"     {'ok' if good else 'DIFFERENT'}: exit code {rc}, {seconds:.1f} s", flush=True)
        if rc != expect:
            raise Different(f"exit code {rc}, announced was {expect}")
        if quiet and lines:
            raise Different("output where none was announced")
        if not good:
            raise Different(f"the output does not show {matches!r}")

    def end(self, problem: str = "") -> int:
        seconds = time.monotonic() - self._began
        if problem:
            print(f"\nThe demonstration FAILED after {seconds:.0f} s, at step {self.steps}: "
                  f"{problem}", flush=True)
            return 1
        print(f"\nAll {self.steps} steps came out as announced, in {seconds:.0f} s.", flush=True)
        return 0
