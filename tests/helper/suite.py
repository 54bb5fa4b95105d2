# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds and runs the tests, and ends with the one line that every suite ends with."""
from __future__ import annotations

import sys
import unittest
from pathlib import Path


def load(names: list[str]) -> unittest.TestSuite:
    here = Path(__file__).parent
    files = sorted(path.stem for path in here.glob("test_*.py"))
    return unittest.defaultTestLoader.loadTestsFromNames([f"helper.{name}" for name in names or files])


def main() -> int:
    result = unittest.TextTestRunner(verbosity=2).run(load(sys.argv[1:]))
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    passed = result.testsRun - failed - len(result.skipped)
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
