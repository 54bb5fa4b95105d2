# SPDX-License-Identifier: GPL-2.0-or-later
"""A test run that dies leaves no process and no directory of its own, and touches nobody else's."""

import os
import pathlib
import signal
import subprocess
import sys
import time

from lab import children, each

TESTS = pathlib.Path(__file__).resolve().parents[3]
KEEPER = TESTS / "lab" / "keeper.py"
# A test run: one child that the kernel ends with its parent, one that has told the kernel not to, a directory.
RUNNER = r"""
import ctypes, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
from lab import children
FREE = 'import ctypes, time; ctypes.CDLL(None).prctl(1, 0, 0, 0, 0); print("free", flush=True); time.sleep(1000)'
children.interrupt_on_signals()
tied = children.start(['sleep', '1000'])
free = children.start([sys.executable, '-I', '-S', '-c', FREE], stdout=subprocess.PIPE)
free.stdout.readline()
place = children.directory()
(place / 'file').write_text('x')
print(tied.pid, free.pid, children._KEEPER.process.pid, place, flush=True)
time.sleep(1000)
"""


def alive(pid: int, ticks: int) -> bool:
    """That very process, and it has not ended."""
    if children.start_ticks(pid) != ticks:
        return False
    state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()[0]
    return state != "Z"


def wait_gone(processes: dict[int, int], limit_s: float = 15) -> list[int]:
    """Those that are still there at the end."""
    end = time.monotonic() + limit_s
    while left := [pid for pid, ticks in processes.items() if alive(pid, ticks)]:
        if time.monotonic() > end:
            return left
        time.sleep(0.05)
    return []


@each("KILL", "TERM", "HUP")
def test_a_run_that_is_killed_leaves_nothing_and_a_strangers_process_lives(host, name):
    stranger = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL)
    runner = children.start([sys.executable, "-B", "-c", RUNNER, str(TESTS)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        *pids, place = runner.stdout.readline().decode().split()
        processes = {int(pid): children.start_ticks(int(pid)) for pid in pids}
        assert len(processes) == 3 and all(processes.values()) and os.listdir(place) == ["file"]
        os.kill(runner.pid, signal.Signals[f"SIG{name}"])
        runner.wait(15)
        assert wait_gone(processes) == [], processes
        end = time.monotonic() + 15
        while os.path.exists(place) and time.monotonic() < end:
            time.sleep(0.05)
        assert not os.path.exists(place), f"{place} was left"
        assert stranger.poll() is None
    finally:
        children.end(runner)
        stranger.kill()
        stranger.wait()


def keep(*lines: str) -> None:
    subprocess.run([sys.executable, "-I", "-S", str(KEEPER)], input="".join(f"{line}\n" for line in lines), text=True,
                   timeout=30, check=True)


def test_the_keeper_ends_only_the_very_processes_it_was_told_of(host):
    others = [subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL) for _ in range(3)]
    try:
        ticks = [children.start_ticks(other.pid) for other in others]
        # A number that is somebody else's now; one that was ended in good order; one that is meant.
        keep(f"pid {others[0].pid} {ticks[0] - 1}", f"pid {others[1].pid} {ticks[1]}", f"gone {others[1].pid}",
             f"pid {others[2].pid} {ticks[2]}", f"dir {host.directory / 'never-made'}")
        assert others[2].wait(10) == -signal.SIGKILL
        assert others[0].poll() is None and others[1].poll() is None
    finally:
        for other in others:
            other.kill()
            other.wait()
