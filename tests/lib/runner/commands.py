# SPDX-License-Identifier: GPL-2.0-or-later
"""Suites that are a command: shown as typed, its output passed on, its own tests counted."""

import os
import pathlib
import re
import shlex
import subprocess

from lab import children

from .report import Report, say

_AUTOMAKE = re.compile(r"^(PASS|FAIL|XFAIL|XPASS|SKIP|ERROR): (.+?)\s*$")
_TOTAL = re.compile(r"^(\d+) passed, (\d+) failed$")
_UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ")
_UNITTEST_BAD = re.compile(r"^FAILED \((?:failures=(\d+))?(?:, )?(?:errors=(\d+))?")


def stream(command: list, directory: pathlib.Path, timeout_s: float, env: dict | None = None,
           each_line=None) -> int:
    """Run a command and show its output line by line; its exit code, or 124 when out of time."""
    shown = " ".join(f"{key}={shlex.quote(value)}" for key, value in (env or {}).items())
    say(f"$ cd {directory} && {shown}{' ' if shown else ''}"
        f"{' '.join(shlex.quote(str(word)) for word in command)}")
    process = children.start(["timeout", "--kill-after=10", str(timeout_s), *command],
                             cwd=directory, env={**os.environ, **(env or {})},
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for line in process.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            say(text)
            if each_line:
                each_line(text)
        return process.wait()
    finally:
        children.end(process)


def step(report: Report, name: str, command: list, directory: pathlib.Path, timeout_s: float,
         env: dict | None = None) -> bool:
    """A command that is one case by itself."""
    good = stream(command, directory, timeout_s, env) == 0
    say(f"{'ok    ' if good else 'FAILED'} {name}")
    report.record(name, good)
    return good


def counted(report: Report, name: str, command: list, directory: pathlib.Path, timeout_s: float,
            env: dict | None = None) -> bool:
    """A command whose output tells of several tests: automake, unittest or `N passed, N failed`.

    A non-zero end without a failed test, and an end with nothing run, count as one failure.
    """
    seen = {"good": 0, "bad": 0}
    totals = []

    def look(line: str) -> None:
        found = _AUTOMAKE.match(line)
        total = _TOTAL.match(line)
        ran, bad = _UNITTEST_RAN.match(line), _UNITTEST_BAD.match(line)
        if ran:
            totals.append((int(ran.group(1)), 0))
        elif bad and totals:
            lost = sum(int(number or 0) for number in bad.groups())
            totals[-1] = (max(totals[-1][0] - lost, 0), lost)
        elif total:
            totals.append((int(total.group(1)), int(total.group(2))))
        elif found and found.group(1) in ("PASS", "XFAIL"):
            seen["good"] += 1
            report.record(f"{name}/{found.group(2)}", True)
        elif found and found.group(1) != "SKIP":
            seen["bad"] += 1
            report.record(f"{name}/{found.group(2)}", False)

    code = stream(command, directory, timeout_s, env, look)
    if totals and not seen["good"] and not seen["bad"]:
        seen["good"], seen["bad"] = totals[-1]
        for number in range(seen["good"]):
            report.record(f"{name}/{number}", True)
        for _ in range(seen["bad"]):
            report.record(f"{name} (see its output)", False)
    if not seen["bad"] and (code != 0 or not seen["good"]):
        why = f"exit code {code}" if code else "nothing was run"
        say(f"FAILED {name}: {why}")
        report.record(f"{name}: {why}", False)
        return False
    return not seen["bad"]
