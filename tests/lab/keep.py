# SPDX-License-Identifier: GPL-2.0-or-later
"""A command that returns while what it started stays up: the work is done by a process that stays.

The machine belongs to that process, so it still ends with it: by `kill PID`, or when it crashes.
"""

import os
import signal
import sys
import traceback
from typing import Callable

from . import children


def _wait_for_ever() -> None:
    while True:
        signal.pause()


def run_and_stay(work: Callable[[], int], close: Callable[[], None],
                 stay: Callable[[], None] = _wait_for_ever) -> int:
    """Do `work` in a process of its own and return its code; on 0 that process goes on with `stay`.

    TERM ends it; `close` is called in every case.
    """
    read_end, write_end = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        _child(work, close, stay, write_end)
    os.close(write_end)
    try:
        answer = os.read(read_end, 1)
    except KeyboardInterrupt:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        return 130
    if not answer or answer[0] != 0:
        os.waitpid(pid, 0)
    return answer[0] if answer else 1


def _child(work, close, stay, write_end: int) -> None:
    code = 1
    try:
        os.setsid()
        children.interrupt_on_signals()
        code = work()
        sys.stdout.flush()
        if code == 0:
            # The terminal is no longer ours once the caller has returned.
            null = os.open("/dev/null", os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(null, descriptor)
            os.write(write_end, bytes([0]))
            os.close(write_end)
            stay()
    except KeyboardInterrupt:
        pass
    except BaseException:  # pylint: disable=broad-except
        traceback.print_exc()
    finally:
        try:
            close()
            children.clear_up()
            if code:
                os.write(write_end, bytes([min(code, 255)]))
        finally:
            os._exit(code)
