# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run of everything needs later and what takes minutes of waiting for a network: made beside the first suites.

Whoever needs it first waits for its lock, and makes it if it could not be made here; so nothing is reported here.
"""

import os
import signal

from lab import apt, children, image, releases

from .builds import SOURCE
from .report import say


def _make() -> None:
    os.nice(10)
    other = apt.other_release()
    try:
        image.build()
        releases.build_tree(other, SOURCE, children.directory())
        image.build(other)
    except Exception as error:  # pylint: disable=broad-except
        say(f"made later, when it is needed: {error}")


def start() -> int:
    """A child that makes the images of both stable releases and the programs of the other; its process id."""
    return children.fork(_make)


def end(pid: int) -> None:
    """By now it has done its work, or the run was interrupted."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
