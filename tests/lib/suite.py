# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a folder's test_*.py files, or those named, and ends with the one line that every suite ends with.

From the folder tests: python3 -m lib.suite FOLDER [test_file[.Class[.test]] ...]

Files run side by side, each in a process of its own, and more of them than there are processors, because they mostly
wait for deadlines; what one prints comes out whole.
"""
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from lab import children
from lib import side_by_side

ALONE = "--alone"
LIMIT_S = 500


def run_here(name: str) -> int:
    """One file, or a part of it, in this process."""
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromName(name))
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    passed = result.testsRun - failed - len(result.skipped)
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}")
    print(f"{passed} {failed}", flush=True)
    return 1 if failed else 0


def counts(name: str, process, output) -> tuple[int, int]:
    """What the file printed goes out, but for its last line, which is returned; without one it broke."""
    output.seek(0)
    *lines, last = output.read().decode(errors="replace").rstrip("\n").split("\n")
    print(f"{name}:", *lines, sep="\n", flush=True)
    try:
        passed, failed = map(int, last.split())
    except ValueError:
        print(f"{last}\n{name} ended with {process.returncode}", flush=True)
        return 0, 1
    return passed, failed


def run_all(names: list[str]) -> tuple[int, int]:
    outputs = {name: tempfile.TemporaryFile() for name in names}

    def begin(name: str) -> subprocess.Popen:
        return children.start([sys.executable, "-B", "-m", "lib.suite", ALONE, name],
                              stdout=outputs[name], stderr=subprocess.STDOUT)

    ended = [counts(name, process, outputs[name]) for name, process
             in side_by_side.run(names, 2 * (os.cpu_count() or 1), begin, LIMIT_S)]
    return sum(passed for passed, _ in ended), sum(failed for _, failed in ended)


def main() -> int:
    folder, *chosen = sys.argv[1:]
    if folder == ALONE:
        return run_here(chosen[0])
    files = sorted(path.stem for path in Path(folder).glob("test_*.py"))
    passed, failed = run_all([f"{folder}.{name}" for name in chosen or files])
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
