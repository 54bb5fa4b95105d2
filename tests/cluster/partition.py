# SPDX-License-Identifier: GPL-2.0-or-later
"""A network partition has one winner: the loser is fenced before the winner writes, and healing moves nothing."""

from time import time

from lab import each, limit, long
from soak.single import strike


def part(c) -> float:
    """Cut the network while node2 has the volume, until node1 has it; when it was cut."""
    c.start_on("node2")
    began = time()
    c.cluster.hub.cut("node1")
    # node2's fencing is ordered without delay, node1's with one: node1 wins.
    c.wait(lambda: c.fenced(began), 180, "fencing")
    c.wait_writes(c.node1, began, 240)
    assert c.fenced(began) == ["node2"]
    fencing = next(row for row in c.cluster.power.log if row.began >= began)
    owners = c.prove_exclusion("node2", "node1", since=began - 5)
    assert owners[0].last <= fencing.ended <= owners[1].first, (fencing, owners)
    return began


@limit(900)
def test_the_fenced_side_never_writes_again_and_healing_moves_nothing(c):
    began = part(c)
    c.cluster.hub.heal()
    c.node2.wait_up(600)
    c.cluster.wait_joined("node1", "node2")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == ["node1"] and c.fenced(began) == ["node2"]
    c.prove_data(c.node1)
    c.prove_exclusion("node2", "node1", since=began - 5)


@long
@limit(900)
def test_the_fenced_side_boots_apart_and_neither_starts_nor_fences(c):
    strike(c, "partition", first=True)


@long
@limit(900)
@each("node1", "node2")
def test_one_that_lasts_one_way_only_has_one_winner_as_well(c, mute):
    strike(c, "one-way", first=mute == "node1")
