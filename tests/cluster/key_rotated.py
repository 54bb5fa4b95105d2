# SPDX-License-Identifier: GPL-2.0-or-later
"""The key gets a new version and a new slot while the volume runs: it moves with both slots, and without the old one."""

from lab import limit
from soak.single import strike


@limit(600)
def test_the_volume_moves_before_and_after_the_old_slot_is_gone(c):
    strike(c, "rotate", first=True)
