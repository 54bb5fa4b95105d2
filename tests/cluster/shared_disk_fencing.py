# SPDX-License-Identifier: GPL-2.0-or-later
"""Fencing by SBD alone: a lost node's volume is taken over; how long a frozen node writes when it wakes is measured."""

import pathlib
from time import time

from lab import limit
from lab.identity import SBD_DEVICE
from runner.report import say

FENCING = "sbd"
EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "cluster-examples" / "sbd.sh"
# sbd's msgwait in the lab: after that long the order counts as obeyed.
ENDED_S = 10


@limit(900)
def test_the_example_as_it_stands_fences_a_node_that_lost_its_power(c):
    c.node1.sh("cibadmin --delete --xpath \"//primitive[@id='sbd']\"", 60)
    text = EXAMPLE.read_text(encoding="utf-8")
    assert "/dev/disk/by-id/nvme-sbd" in text
    result = c.node1.run(text.replace("/dev/disk/by-id/nvme-sbd", SBD_DEVICE), 300)
    assert result.rc == 0, result
    c.cluster.wait_idle()
    [name] = c.cluster.where("data")
    c.record()
    survivor = c.other(name)
    began = time()
    c.cluster.nodes[name].power_off()
    c.wait_writes(survivor, began, 300)
    c.prove_data(survivor)
    c.prove_exclusion(name, survivor.name, since=began - 5)
    assert "reset" in survivor.sh(f"sbd -d {SBD_DEVICE} list")


@limit(900)
def test_a_frozen_node_that_wakes_reads_its_order_and_ends(c):
    # It may be damaged, by design of this test: no other case has this volume.
    c.add_volume("frozen")
    c.create("frozen", prefer="node2")
    c.cluster.wait_where("frozen", "node2")
    c.record("frozen")
    boots = c.node2.console.read_bytes().count(b"lab: kernel up")
    began = time()
    c.node2.freeze()
    first = c.wait_writes(c.node1, began, 300, "frozen")
    woken = time()
    c.node2.thaw()
    c.wait(lambda: c.node2.console.read_bytes().count(b"lab: kernel up") > boots, 120, "node2 has read its order and boots")
    late = [write for write in c.cluster.writes_to("frozen") if write.node == "node2" and write.time > first]
    window = max((write.time for write in late), default=woken) - woken
    say(f"  SBD alone: a node that woke wrote {len(late)} times after the takeover, for {window:.2f} s")
    assert window < ENDED_S, late[-1]
