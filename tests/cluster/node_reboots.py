# SPDX-License-Identifier: GPL-2.0-or-later
"""The active node is rebooted while a writer is busy: the volume is stopped in order, nobody is fenced, nothing hangs."""

from lab import limit
from soak.single import strike


@limit(900)
def test_the_volume_is_handed_over_and_nobody_is_fenced(c):
    strike(c, "reboot")
