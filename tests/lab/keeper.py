# SPDX-License-Identifier: GPL-2.0-or-later
"""Clears up after a test process that could not do it itself (SIGKILL, crash).

Reads `pid PID TICKS`, `gone PID` and `dir PATH` lines; at end of input ends those processes that
are still the same ones, and removes the directories.
"""

import os
import shutil
import signal
import sys


def start_ticks(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rsplit(b")", 1)[1].split()[19].decode()
    except (OSError, IndexError):
        return None


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    processes, directories = {}, []
    for line in sys.stdin:
        word, _, value = line.rstrip("\n").partition(" ")
        if word == "pid":
            pid, ticks = value.split()
            processes[int(pid)] = ticks
        elif word == "gone":
            processes.pop(int(value), None)
        elif word == "dir":
            directories.append(value)
    for pid, ticks in processes.items():
        if start_ticks(pid) == ticks:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    for path in directories:
        shutil.rmtree(path, ignore_errors=True)


main()
