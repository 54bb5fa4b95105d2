# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person sees who runs the agent by hand with crm_resource, beside a cluster that manages the volume."""

from lab import limit


@limit(400)
def test_force_check_says_what_is_so_on_each_node(c):
    c.start_on("node1")
    for depth in ("", "=10", "=20"):
        here = c.node1.run(f"crm_resource --resource data --force-check{depth}", 60)
        assert here.rc == 0, here
    there = c.node2.run("crm_resource --resource data --force-check", 60)
    assert there.rc == 7 and "not running" in there.out + there.err, there
    verbose = c.node1.run("crm_resource --resource data --force-check -V", 60)
    assert verbose.rc == 0, verbose
    assert c.cluster.failures() == [] and c.cluster.where("data") == ["node1"]
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=c.began)


@limit(400)
def test_force_stop_and_force_start_work_on_an_unmanaged_volume(c):
    c.start_on("node1")
    c.node1.sh("crm_resource --resource data --meta --set-parameter is-managed --parameter-value false")
    stopped = c.node1.run("crm_resource --resource data --force-stop", 150)
    assert stopped.rc == 0, stopped
    assert "data" not in c.node1.sh("dmsetup ls")
    started = c.node1.run("crm_resource --resource data --force-start", 150)
    assert started.rc == 0, started
    assert "/dev/mapper/data" in c.node1.sh("findmnt -n -o SOURCE /srv/data")
    c.node1.sh("crm_resource --resource data --meta --delete-parameter is-managed")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == ["node1"] and c.fenced(c.began) == []
    c.prove_data(c.node1)
