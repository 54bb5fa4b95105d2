# SPDX-License-Identifier: GPL-2.0-or-later
"""The active node loses its power: it is fenced, the other takes the volume over, no acknowledged record is lost."""

from time import time

from lab import limit


@limit(600)
def test_the_other_node_takes_over_with_every_acknowledged_record(c):
    node = c.start_on("node2")
    survivor = c.other(node)
    began = time()
    node.power_off()
    c.wait_writes(survivor, began, 240)
    c.prove_data(survivor)
    assert c.fenced(began) == ["node2"]
    c.prove_exclusion("node2", survivor.name, since=began - 5)
    # The fenced machine comes back as a standby and leaves the volume where it is.
    node.wait_up(600)
    c.cluster.wait_joined("node1", "node2")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == [survivor.name]
    c.prove_exclusion("node2", survivor.name, since=began - 5)
