# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs test_*.py beside it: run(names) for a runner that imports it, or as a program."""
from __future__ import annotations

import sys
import time
import unittest
from pathlib import Path


class _Lines(unittest.TextTestResult):
    """One line a test, with its time, as it ends."""

    def startTest(self, test):
        super().startTest(test)
        self._began = time.monotonic()

    def _line(self, word: str, test) -> None:
        took = time.monotonic() - self._began
        self.stream.writeln(f"{word} {test.id().removeprefix('emulator.')} ({took:.2f} s)")

    def addSuccess(self, test):
        unittest.TestResult.addSuccess(self, test)
        self._line("ok  ", test)

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        self._line("FAIL", test)

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        self._line("FAIL", test)

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        self._line("FAIL", test)


def suite(names: list) -> unittest.TestSuite:
    """All tests, or those whose names contain one of the words."""
    top = Path(__file__).resolve().parent
    found = unittest.defaultTestLoader.discover(str(top), "test_*.py", str(top.parent))
    chosen, waiting = unittest.TestSuite(), list(found)
    while waiting:
        test = waiting.pop(0)
        if isinstance(test, unittest.TestSuite):
            waiting[:0] = list(test)
        elif not names or any(name in test.id() for name in names):
            chosen.addTest(test)
    return chosen


def run(names: list | None = None, stream=sys.stdout) -> tuple[int, int]:
    """(passed, failed); a skipped test counts as failed, for it proved nothing."""
    runner = unittest.TextTestRunner(stream, resultclass=_Lines, verbosity=0)
    result = runner.run(suite(names or []))
    failed = len(result.failures) + len(result.errors) + len(result.skipped)
    return max(0, result.testsRun - failed), failed


if __name__ == "__main__":
    passed, failed = run(sys.argv[1:])
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
