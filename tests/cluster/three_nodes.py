# SPDX-License-Identifier: GPL-2.0-or-later
"""Three nodes, of which two are a quorum: the volume of a lost one goes to another, and a node apart is the one that ends."""

from time import time

from lab import limit

NODES = 3


def taken_over(c, began: float):
    """node3 had the volume: it alone is fenced, and one of the others writes on; which."""
    def first():
        return next((record for record in c.recorder.acknowledged() if record.time > began and record.run[:6] != "node3."), None)
    survivor = c.cluster.nodes[c.wait(first, 300, "a record of another node").run.split(".")[0]]
    assert c.fenced(began) == ["node3"]
    return survivor


def stays(c, survivor, began: float) -> None:
    """The fenced machine comes back as a standby, and the volume is where it was, with every record."""
    c.node3.wait_up(600)
    c.cluster.wait_joined("node1", "node2", "node3")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == [survivor.name] and c.fenced(began) == ["node3"]
    c.prove_data(survivor)
    c.prove_exclusion("node3", survivor.name, since=began - 5)


@limit(900)
def test_one_of_two_takes_over_from_a_node_without_power(c):
    node = c.start_on("node3")
    began = time()
    node.power_off()
    stays(c, taken_over(c, began), began)


@limit(900)
def test_an_active_node_apart_is_fenced_before_another_writes(c):
    c.start_on("node3")
    began = time()
    c.cluster.hub.cut("node3")
    survivor = taken_over(c, began)
    fencing = next(row for row in c.cluster.power.log if row.began >= began)
    owners = c.prove_exclusion("node3", survivor.name, since=began - 5)
    assert owners[0].last <= fencing.ended <= owners[1].first, (fencing, owners)
    c.cluster.hub.heal()
    stays(c, survivor, began)


@limit(900)
def test_a_standby_apart_is_fenced_and_the_volume_stays(c):
    c.start_on("node3")
    began = time()
    c.cluster.hub.cut("node1")
    c.wait(lambda: c.fenced(began), 180, "fencing")
    cut_off = time()
    c.cluster.hub.heal()
    c.node1.wait_up(600)
    c.cluster.wait_joined("node1", "node2", "node3")
    c.cluster.wait_idle()
    assert c.fenced(began) == ["node1"]
    assert c.cluster.where("data") == ["node3"]
    c.wait_writes(c.node3, cut_off)
    c.prove_data(c.node3)
    c.prove_exclusion("node3", since=began - 5)
