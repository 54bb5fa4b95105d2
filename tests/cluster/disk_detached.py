# SPDX-License-Identifier: GPL-2.0-or-later
"""The disk is pulled out of a node: a standby stays quiet, an active one gives the volume to the other."""

from lab import limit
from soak.single import strike


@limit(900)
def test_the_other_node_takes_over_when_the_active_one_loses_the_disk(c):
    strike(c, "detach-active")


@limit(600)
def test_nothing_happens_when_the_standby_loses_the_disk(c):
    strike(c, "detach-standby")
