# SPDX-License-Identifier: GPL-2.0-or-later
"""Eight volumes in one cluster: they start side by side, two of them stay together and in order, all of them move at once."""

from time import time

from lab import limit
from lab.ground import PAUSE_S

NAMES = ("data", *(f"part{number}" for number in range(2, 9)))
TOGETHER = ('<constraints><rsc_colocation id="together" rsc="part8" with-rsc="data" score="INFINITY"/>'
            '<rsc_order id="in-order" first="data" then="part8" kind="Mandatory"/></constraints>')


def assert_all_on(c, name: str) -> None:
    mounted = c.cluster.nodes[name].sh("findmnt -n -o SOURCE,TARGET -t ext4")
    for volume in NAMES:
        assert c.cluster.where(volume) == [name], volume
        assert f"/dev/mapper/{volume} " in mounted, (volume, mounted)


@limit(1500)
def test_they_go_to_the_other_node_at_once_with_all_their_records(c):
    for name in NAMES[1:]:
        c.add_volume(name)
    # Half of them here, half there; the eighth follows the first.
    rows = [c.resource(name, prefer=f"node{1 + number % 2}") for number, name in enumerate(NAMES[:-1])]
    c.configure("".join([*rows, c.resource(NAMES[-1]), TOGETHER]))
    c.cluster.wait_idle(300)
    assert c.cluster.failures() == []
    for number, name in enumerate(NAMES[:-1]):
        assert c.cluster.where(name) == [f"node{1 + number % 2}"], name
    assert c.cluster.where("part8") == ["node1"], "it is not with the first"
    for name in NAMES:
        # Sixteen writers are what two emulated processors stand.
        c.recorders[name].pause(5 * PAUSE_S)
        c.record(name)
    began = time()
    c.node1.sh("crm_standby --node node1 --update on", 60)
    for name in NAMES[::2] + NAMES[-1:]:
        c.wait_writes(c.node2, began, 240, name)
    c.cluster.wait_idle(300)
    assert_all_on(c, "node2")
    first = {name: c.cluster.log_line(c.node2, rf"Result of start operation for {name} on node2: (?i:ok)", began)
             for name in ("data", "part8")}
    assert first["data"] < first["part8"], first
    for number, name in enumerate(NAMES):
        c.prove_data(c.node2, name)
        owners = ["node2"] if number % 2 and name != "part8" else ["node1", "node2"]
        c.prove_exclusion(*owners, since=began - 1, name=name)
    assert c.fenced(c.began) == [] and c.cluster.failures() == []
