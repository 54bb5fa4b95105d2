# SPDX-License-Identifier: GPL-2.0-or-later
"""`luks-ssm open`, `close`, `format` and `enroll` on the nodes of a cluster: refused for its volume, and the way out that the
refusal names."""

from time import time

from lab import limit
from lab.ground import DEVICE, DIRECTORY, PARAMETER


def by_hand(node, verb: str, timeout: float = 120):
    ca = node.aws_parameters["ca_bundle"]
    return node.run(["luks-ssm", verb, "--map-name=data", f"--device={DEVICE}", f"--directory={DIRECTORY}",
                     f"--ssm-parameter={PARAMETER}", "--region=eu-central-1", f"--ca-bundle={ca}"], timeout)


def provision(node, verb: str, *more: str):
    ca = node.aws_parameters["ca_bundle"]
    return node.run(["luks-ssm", verb, DEVICE, "--ssm-parameter=/luks/by-hand", "--region=eu-central-1", f"--ca-bundle={ca}", *more], 60)


def manage(c, value: str) -> None:
    c.node1.sh(f"crm_resource --resource data --meta --set-parameter is-managed --parameter-value {value}", 60)
    c.cluster.wait_idle()


@limit(600)
def test_a_volume_of_the_cluster_is_refused_until_it_is_unmanaged(c):
    c.start_on("node1")
    began = time()
    for node, verb in ((c.node1, "close"), (c.node2, "open"), (c.node2, "close")):
        refused = by_hand(node, verb)
        c.note(f"{node.name} {verb}: {refused.err.strip()}")
        assert refused.rc == 2 and "cluster-managed" in refused.err and "data" in refused.err, refused
    # On the node that has it not open nothing else stands against them.
    for node in (c.node1, c.node2):
        for verb, more in (("format", [f"--overwrite={DEVICE}"]), ("format", [f"--overwrite={DEVICE}", "--dry-run"]),
                           ("enroll", ["--key-file=/dev/null"])):
            refused = provision(node, verb, *more)
            c.note(f"{node.name} {verb} {more}: {refused.err.strip()}")
            assert refused.rc == 2 and "cluster-managed" in refused.err and "data" in refused.err, refused
    shown = by_hand(c.node1, "status")
    assert shown.rc == 0 and DIRECTORY in shown.out, shown
    assert c.cluster.where("data") == ["node1"] and c.cluster.failures() == []
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=began)
    # Unmanaged, it is the administrator's: closed, opened again, and handed back as it was.
    manage(c, "false")
    c.recorder.stop()
    for verb, mounted in (("close", 1), ("open", 0)):
        done = by_hand(c.node1, verb)
        assert done.rc == 0, done
        assert c.node1.run(f"findmnt {DIRECTORY}").rc == mounted
    # A monitor may have seen it closed meanwhile: what it saw is forgotten first, or the cluster restarts the volume. Its
    # answer may come behind the first cleanup.
    for _ in range(3):
        c.node1.sh("crm_resource --cleanup --resource data", 90)
        c.cluster.wait_idle()
        if c.cluster.failures() == []:
            break
    manage(c, "true")
    assert c.cluster.where("data") == ["node1"] and c.cluster.failures() == []
    assert c.fenced(began) == []
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=began)
