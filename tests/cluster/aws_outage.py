# SPDX-License-Identifier: GPL-2.0-or-later
"""AWS does not answer while a volume fails over: it comes back by itself once AWS does, and a running one never stops."""

from time import time

from lab import limit

# As the examples advise, but patience counted in seconds: the real ones are minutes.
SHORT = {"failure-timeout": "20s", "migration-threshold": "3", "resource-stickiness": "100"}
OPERATIONS = (("start", 0, 40, 0), ("stop", 0, 60, 0), ("monitor", 20, 30, 0))


@limit(900)
def test_the_volume_comes_back_by_itself_after_the_outage(c):
    node = c.start_on("node1", meta=SHORT, operations=OPERATIONS)
    target = c.other(node)
    c.aws.fault("connect_reset", service="https")
    began = time()
    c.node1.sh(f"crm_resource --resource data --move --node {target.name}")
    # Taken at once: the cluster forgets it after failure-timeout.
    c.note(c.wait(c.cluster.failures, 240, "a failed start")[0]["exitreason"])
    c.aws.clear()
    healed = time()
    c.wait(lambda: c.recorder.first_after(healed), 300, "a record after the outage")
    # It may be back on the old node first: the order to move holds as soon as the failed start is forgotten.
    c.cluster.wait_where("data", target.name, 300)
    c.cluster.wait_idle()
    c.prove_data(target)
    assert c.fenced(began) == []


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
