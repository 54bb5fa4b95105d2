# SPDX-License-Identifier: GPL-2.0-or-later
"""One fault of the soak by itself, for a case that proves what comes of it."""

from runner.report import say

from .plan import Step
from .soak import Soak


def strike(c, kind: str, *, delay_s: float = 1, length_s: float = 20, first: bool = True, phase: str = "") -> Soak:
    """The volume runs, the fault strikes, the cluster comes to rest; records, disk writes and fencing are judged.

    A fault that did not meet what it was to strike is wrong, too.
    """
    soak = Soak(c, say, strict=True)
    soak.start()
    done = soak.run(Step(1, kind, 1, delay_s, length_s, first, phase))
    wrong = done.wrong + soak.finish()
    assert not wrong, wrong
    return soak
