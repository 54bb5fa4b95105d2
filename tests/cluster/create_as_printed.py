# SPDX-License-Identifier: GPL-2.0-or-later
"""`pcs resource create` with only what is required, as cluster-examples has it: the volume comes up and takes data."""

import pathlib

from lab import limit

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "cluster-examples" / "single-volume.sh"


@limit(400)
def test_the_example_as_it_stands_brings_the_volume_up(c):
    result = c.node1.run(EXAMPLE.read_text(encoding="utf-8"), 180)
    assert (result.rc, result.err) == (0, ""), result
    c.cluster.wait_idle()
    assert c.cluster.failures() == []
    [name] = c.cluster.where("data")
    c.record()
    c.prove_data(c.cluster.nodes[name])
    c.prove_exclusion(name, since=c.began)
