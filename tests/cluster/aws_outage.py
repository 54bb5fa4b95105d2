# SPDX-License-Identifier: GPL-2.0-or-later
"""AWS does not answer while a volume fails over: it comes back by itself once AWS does, and a running one never stops."""

from time import time

from lab import limit, long
from runner.report import say

# As the examples advise, but patience counted in seconds: the real ones are minutes.
SHORT = {"failure-timeout": "20s", "migration-threshold": "3", "resource-stickiness": "100"}
OPERATIONS = (("start", 0, 40, 0), ("stop", 0, 60, 0), ("monitor", 20, 30, 0))
OUTAGE_S = 180
# A start that began in the outage takes its 120 s, then failure-timeout runs for 120 s, then a start succeeds.
BACK_S = 330
# What says that AWS, or the metadata service, could not be reached.
UNREACHABLE = ("unreachable: ", "metadata-unreachable: ", "timed-out: ")


@limit(900)
def test_the_volume_comes_back_by_itself_after_the_outage(c):
    node = c.start_on("node1", meta=SHORT, operations=OPERATIONS)
    target = c.other(node)
    c.aws.fault("connect_reset", service="https")
    began = time()
    c.node1.sh(f"crm_resource --resource data --move --node {target.name}")
    # Taken at once: the cluster forgets it after failure-timeout.
    refused = c.wait(c.cluster.failures, 240, "a failed start")
    assert refused[0]["exitreason"].startswith(UNREACHABLE), refused
    c.aws.clear()
    healed = time()
    c.wait(lambda: c.recorder.first_after(healed), 300, "a record after the outage")
    # It may be back on the old node first: the order to move holds as soon as the failed start is forgotten.
    c.cluster.wait_where("data", target.name, 300)
    c.cluster.wait_idle()
    c.prove_data(target)
    c.prove_exclusion("node1", target.name, since=began - 1)
    assert c.fenced(began) == []


@long
@limit(1500)
def test_it_comes_back_by_itself_after_three_minutes_in_which_a_node_is_lost(c):
    # As printed: what the examples and the README say of failure-timeout, and the operations of the meta-data.
    node = c.start_on("node1")
    survivor = c.other(node)
    began = time()
    for service in ("https", "http"):
        c.aws.fault("connect_reset", service=service)
    node.power_off()
    c.wait(lambda: c.fenced(began), 180, "fencing")
    node.wait_up(300)
    c.recorder.start(node)
    refused = c.wait(lambda: c.cluster.failures(survivor), 200, "a failed start")
    c.note(f"after {time() - began:.0f} s: {refused}")
    assert refused[0]["exitreason"].startswith(UNREACHABLE), refused
    c.wait(lambda: time() - began > OUTAGE_S, OUTAGE_S, "three minutes")
    assert c.recorder.first_after(began + 1) is None, "it ran while nobody could have its key"
    c.aws.clear()
    healed = time()
    first = c.wait(lambda: c.recorder.first_after(healed), BACK_S, "a record after the outage")
    say(f"  a record {first - healed:.0f} s after AWS answers again")
    c.cluster.wait_joined("node1", "node2")
    c.cluster.wait_idle()
    [name] = c.cluster.where("data")
    c.prove_data(c.cluster.nodes[name])
    c.prove_exclusion(*dict.fromkeys(["node1", name]), since=began - 5)
    assert c.fenced(began) == ["node1"]


@limit(400)
def test_a_running_volume_is_not_touched_by_an_outage(c):
    c.start_on("node1", operations=(("start", 0, 120, 0), ("stop", 0, 120, 0), ("monitor", 5, 30, 0),
                                    ("monitor", 7, 60, 10)))
    c.aws.fault("error", service="ssm", code="ServiceUnavailable", status=503)
    c.aws.fault("error", service="imds", status=503)
    c.aws.control("policies", name="luks-node", policies=[])
    c.aws.control("reset_log")
    began, before = time(), c.recorder.last()
    c.wait(lambda: time() - began > 40, 60, "forty seconds")
    assert c.recorder.last() > before + 20
    assert c.aws.control("log", count=10) == [], "a monitor asked AWS"
    assert c.cluster.failures() == [] and c.cluster.where("data") == ["node1"]
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=began - 1)
