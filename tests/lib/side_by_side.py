# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs one process for each of several names, some at a time, and hands each one back as it ends."""

import subprocess
import time
from typing import Callable, Iterator

from lab import children

POLL_S = 0.05


def run(names: list[str], width: int, begin: Callable[[str], subprocess.Popen], limit_s: float) -> Iterator[tuple]:
    """Yields (name, process) for each as it ends, up to `width` running; one over its limit is ended.

    `begin` starts a name's process with children.start.  All that run are ended when the caller stops early.
    """
    waiting, running = list(names), {}
    try:
        while waiting or running:
            while waiting and len(running) < width:
                name = waiting.pop(0)
                running[name] = begin(name), time.monotonic() + limit_s
            for name, (process, deadline) in list(running.items()):
                if process.poll() is None and time.monotonic() > deadline:
                    children.end(process)
                if process.poll() is not None:
                    del running[name]
                    yield name, process
            time.sleep(POLL_S)
    finally:
        for process, _ in running.values():
            children.end(process)
