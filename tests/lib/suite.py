# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a folder's test_*.py files, or those named, and ends with the one line that every suite ends with.

From the folder tests: python3 -m lib.suite FOLDER [test_file[.Class[.test]] ...]
"""
from __future__ import annotations

import sys
import unittest
from pathlib import Path


def main() -> int:
    folder, *chosen = sys.argv[1:]
    files = sorted(path.stem for path in Path(folder).glob("test_*.py"))
    names = [f"{folder}.{name}" for name in chosen or files]
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromNames(names))
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    passed = result.testsRun - failed - len(result.skipped)
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
