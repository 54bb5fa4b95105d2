# SPDX-License-Identifier: GPL-2.0-or-later
"""A clone of a volume is refused on every node for a reason that says so, and opens nothing."""

from lab import limit


@limit(600)
def test_a_clone_is_refused_and_runs_nowhere(c):
    text = c.resource()
    c.configure(text.replace("<resources>", '<resources><clone id="twice">').replace("</resources>", "</clone></resources>"))
    c.cluster.wait_idle()
    failures = c.cluster.failures()
    c.note(str(failures))
    assert failures and all(row["exitreason"].startswith("clone: ") for row in failures), failures
    assert c.cluster.where("data") == [] and c.fenced(c.began) == []
    assert not [write for write in c.cluster.writes_to("data") if write.time > c.began]
    for node in (c.node1, c.node2):
        assert "data" not in node.sh("dmsetup ls --target crypt"), node.name
