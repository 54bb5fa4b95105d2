# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run of everything needs later and what takes minutes of waiting for a network: made beside the first suites.

Whoever needs it first waits for its lock, and makes it if it could not be made here; so nothing is reported here.
"""

import ctypes
import os
import signal
import sys

from lab import apt, children, image, releases

from .builds import SOURCE
from .report import say

_PR_SET_PDEATHSIG = 1


def _make() -> None:
    other = apt.other_release()
    image.build()
    releases.build_tree(other, SOURCE, children.directory())
    image.build(other)


def start() -> int:
    """A child that makes the images of both stable releases and the programs of the other; its process id."""
    sys.stdout.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        children.interrupt_on_signals()
        os.nice(10)
        if os.getppid() == parent:
            _make()
    except KeyboardInterrupt:
        pass
    except Exception as error:  # pylint: disable=broad-except
        say(f"made later, when it is needed: {error}")
    finally:
        children.clear_up()
        os._exit(0)


def end(pid: int) -> None:
    """By now it has done its work, or the run was interrupted."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
