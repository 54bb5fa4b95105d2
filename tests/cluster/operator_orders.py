# SPDX-License-Identifier: GPL-2.0-or-later
"""The orders an operator gives a running volume: each does what it says and nothing more, and nobody is fenced."""

from time import time

from lab import limit


def assert_quiet(c, began: float) -> None:
    assert c.fenced(began) == []
    assert c.cluster.failures() == []


@limit(400)
def test_a_ban_moves_the_volume_and_its_end_moves_nothing(c):
    c.start_on("node1")
    began = time()
    c.node1.sh("crm_resource --resource data --ban --node node1")
    c.wait_writes(c.node2, began)
    c.node1.sh("crm_resource --resource data --clear")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == ["node2"]
    assert "cli-ban" not in c.node1.sh("cibadmin --query --scope constraints")
    c.prove_data(c.node2)
    c.prove_exclusion("node1", "node2", since=began - 1)
    assert_quiet(c, began)


@limit(400)
def test_a_disabled_volume_is_closed_everywhere_and_enabled_it_has_all_its_records(c):
    c.start_on("node1")
    began = time()
    c.node1.sh("crm_resource --resource data --meta --set-parameter target-role --parameter-value Stopped")
    c.cluster.wait_idle()
    stopped = time()
    assert c.cluster.where("data") == []
    for node in (c.node1, c.node2):
        assert "data" not in node.sh("dmsetup ls --target crypt"), node.name
        assert node.run("findmnt /srv/data").rc == 1, node.name
    enabled = time()
    assert not [write for write in c.cluster.writes_to("data") if stopped < write.time < enabled]
    c.node1.sh("crm_resource --resource data --meta --delete-parameter target-role")
    c.wait_writes(c.node1, enabled)
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=began - 1)
    assert_quiet(c, began)


@limit(400)
def test_a_node_in_standby_gives_the_volume_away_and_does_not_take_it_back(c):
    c.start_on("node1")
    began = time()
    c.node1.sh("crm_standby --node node1 --update on")
    c.wait_writes(c.node2, began)
    c.node1.sh("crm_standby --node node1 --delete")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == ["node2"]
    c.prove_data(c.node2)
    c.prove_exclusion("node1", "node2", since=began - 1)
    assert_quiet(c, began)


@limit(600)
def test_pacemaker_is_restarted_in_maintenance_and_the_volume_runs_on(c):
    c.start_on("node1")
    began = time()
    c.node1.sh("crm_attribute --name maintenance-mode --update true")
    c.cluster.wait_idle()
    c.node1.sh("systemctl restart pacemaker", 240)
    c.wait(lambda: {"node1", "node2"} <= c.cluster.online(), 120, "both nodes online")
    c.node1.sh("crm_attribute --name maintenance-mode --delete")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == ["node1"]
    moments = [record.time for record in c.recorder.acknowledged() if record.time > began]
    # It was never closed: the same recorder wrote all the time.
    assert not c.recorder.lines("let-go") and len(c.recorder.lines("open")) == 1
    assert moments[-1] > time() - 15, "it does not write any more"
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=began - 1)
    assert_quiet(c, began)


@limit(400)
def test_a_volume_unmounted_by_hand_comes_back_and_a_cleanup_forgets_it_without_a_touch(c):
    c.start_on("node1", operations=(("start", 0, 120, 0), ("stop", 0, 120, 0), ("monitor", 5, 30, 0)))
    known = c.recorder.last()
    c.recorder.stop()
    c.node1.sh("for i in $(seq 50); do umount /srv/data && exit 0; sleep 0.2; done; exit 1")
    [failure] = c.wait(c.cluster.failures, 90, "a failed monitor")
    c.note(str(failure))
    assert failure["exitreason"].startswith("partly-up: "), failure
    c.cluster.wait_idle()
    assert c.cluster.where("data") == ["node1"]
    began = time()
    c.record()
    c.node1.sh("crm_resource --resource data --cleanup", 60)
    c.cluster.wait_idle()
    assert c.cluster.where("data") == ["node1"] and not c.recorder.lines("let-go")
    assert_quiet(c, began)
    assert c.prove_data(c.node1) > known
    c.prove_exclusion("node1", since=began)
