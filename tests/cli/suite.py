# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds and runs the tests, and ends with the one line that every suite ends with."""
from __future__ import annotations

import sys
import unittest
from pathlib import Path


def main() -> int:
    here = Path(__file__).parent
    files = sorted(path.stem for path in here.glob("test_*.py"))
    names = [f"cli.{name}" for name in sys.argv[1:] or files]
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromNames(names))
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    passed = result.testsRun - failed - len(result.skipped)
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
