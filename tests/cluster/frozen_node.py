# SPDX-License-Identifier: GPL-2.0-or-later
"""The active node freezes and would wake later: fencing cuts its power before the takeover, so it never wakes with it."""

from time import time

from lab import each, limit, long
from soak.single import strike


@limit(700)
def test_a_frozen_node_is_switched_off_before_the_other_writes(c):
    node = c.start_on("node2")
    survivor = c.other(node)
    began = time()
    node.freeze()
    c.wait_writes(survivor, began, 240)
    assert c.fenced(began) == ["node2"]
    fencing = next(row for row in c.cluster.power.log if row.began >= began)
    owners = c.prove_exclusion("node2", survivor.name, since=began - 5)
    assert owners[1].first >= fencing.ended, (fencing, owners)
    c.prove_data(survivor)
    # It woke by a reset, without its memory: it joins as a standby.
    node.wait_up(600)
    c.cluster.wait_joined("node1", "node2")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == [survivor.name]
    c.prove_exclusion("node2", survivor.name, since=began - 5)


@long
@limit(600)
@each("active", "standby")
def test_frozen_for_less_than_the_token_it_keeps_what_it_has(c, which):
    strike(c, "pause", delay_s=2, first=which == "active")
