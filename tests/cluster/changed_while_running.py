# SPDX-License-Identifier: GPL-2.0-or-later
"""A parameter is changed while the volume runs: one that is reloadable touches nothing, any other restarts it once."""

from time import time

from lab import limit
from lab.ground import DEVICE


def change(c, words: str) -> float:
    """As an administrator does it, until the cluster has done what it takes; when it was ordered."""
    began = time()
    changed = c.node1.run(f"pcs resource update data {words}", 240)
    assert changed.rc == 0, changed
    c.cluster.wait_idle()
    return began


def turns(c) -> tuple[int, int]:
    """How often the writer opened its file, and how often it was made to let go."""
    return len(c.recorder.lines("open")), len(c.recorder.lines("let-go"))


@limit(600)
def test_a_reloadable_parameter_is_reloaded_and_any_other_restarts_the_volume_once(c):
    c.start_on("node1")
    began = change(c, "signal_delay=3")
    told = r"Result of reload(-agent)? operation for data on node1: (?i:ok)"
    reloaded = c.wait(lambda: c.cluster.log_line(c.node1, told, began), 60, "a reload")
    c.note(f"reloaded {reloaded - began:.1f} s after the order")
    c.wait_writes(c.node1, time())
    assert turns(c) == (1, 0)
    uuid = c.node1.sh(f"cryptsetup luksUUID {DEVICE}")
    change(c, f"luks_uuid={uuid}")
    c.wait_writes(c.node1, time())
    assert turns(c) == (2, 1)
    assert c.cluster.where("data") == ["node1"] and c.cluster.failures() == [] and c.fenced(began) == []
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=began)
