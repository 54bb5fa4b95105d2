# SPDX-License-Identifier: GPL-2.0-or-later
"""A move by order takes the volume to the other node, with a writer writing, and nobody is fenced."""

from time import time

from lab import limit


@limit(400)
def test_a_moved_volume_has_every_record_and_one_writer_at_a_time(c):
    node = c.start_on("node1")
    target = c.other(node)
    began = time()
    c.node1.sh(f"crm_resource --resource data --move --node {target.name}")
    c.cluster.wait_where("data", target.name)
    c.wait_writes(target, began)
    c.prove_data(target)
    c.prove_exclusion("node1", target.name, since=began - 1)
    assert c.fenced(c.began) == []
    assert c.cluster.failures() == []


@limit(400)
def test_pcs_moves_it_and_leaves_no_constraint_behind(c):
    node = c.start_on("node1")
    target = c.other(node)
    began = time()
    moved = c.node1.run(f"pcs resource move data {target.name}", 240)
    assert moved.rc == 0, moved.err
    c.wait_writes(target, began)
    c.cluster.wait_idle()
    assert c.cluster.where("data") == [target.name]
    assert "cli-prefer" not in c.node1.sh("cibadmin --query --scope constraints")
    c.prove_data(target)
    c.prove_exclusion("node1", target.name, since=began - 1)
