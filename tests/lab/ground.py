# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground a cluster test stands on: a formed cluster, an encrypted volume all nodes see, and the way back to that.

A case gets one with nothing configured but fencing, and may do to it what it likes; `reset` repairs, without a reboot
where that is possible.
"""

import time

from . import writes
from .cluster import Cluster
from .node import Node
from .records import Recorder
from .volumes import CHEAP, MKFS, PASSPHRASE

SERIAL = "data"
DEVICE = "/dev/disk/by-id/nvme-data"
DIRECTORY = "/srv/data"
PARAMETER = "/prod/data/luks"
RESOURCE = "data"
ROLE = "luks-node"
OPERATIONS = (("start", 0, 120, 0), ("stop", 0, 120, 0), ("monitor", 20, 30, 0), ("monitor", 120, 60, 10))
META = {"failure-timeout": "120s", "migration-threshold": "3", "resource-stickiness": "100"}


def policy(*names: str) -> dict:
    """What the role needs to read these parameters."""
    parameters = [f"arn:aws:ssm:eu-central-1:123456789012:parameter{name}" for name in names or (PARAMETER,)]
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": parameters},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]}


def primitive(name: str, parameters: dict, meta: dict, operations=OPERATIONS) -> str:
    """A resource of ours as pcs would write it, for cibadmin: pcs itself takes half a minute under emulation."""
    def pairs(kind: str, values: dict) -> str:
        rows = "".join(f'<nvpair id="{name}-{kind}-{key}" name="{key}" value="{value}"/>'
                       for key, value in values.items())
        return f'<{kind}_attributes id="{name}-{kind}">{rows}</{kind}_attributes>' if rows else ""

    text = ""
    for action, interval_s, timeout_s, depth in operations:
        key = f"{name}-{action}-{interval_s}"
        level = f'<instance_attributes id="{key}-a"><nvpair id="{key}-d" name="OCF_CHECK_LEVEL" value="{depth}"/>' \
                "</instance_attributes>" if depth else ""
        text += f'<op id="{key}" name="{action}" interval="{interval_s}s" timeout="{timeout_s}s">{level}</op>'
    return (f'<primitive id="{name}" class="ocf" provider="luks-ssm" type="volume">{pairs("instance", parameters)}'
            f'{pairs("meta", meta)}<operations>{text}</operations></primitive>')


class Ground:
    """See the module.  `c.node1` … are the nodes, `c.cluster` has the lab's verbs, `c.aws` is the emulator."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.notes: list[str] = []
        self.recorder: Recorder | None = None
        self._cases = 0
        self._base = ""
        self.began = time.time()

    def __getattr__(self, name: str):
        cluster = self.__dict__["cluster"]
        if name in cluster.nodes:
            return cluster.nodes[name]
        raise AttributeError(name)

    @property
    def aws(self):
        return self.cluster.aws

    def note(self, line: str) -> None:
        """Remember what happened; the runner shows it when a case fails."""
        self.notes.append(f"{time.time() - self.began:6.1f} s  {line}")

    # From nothing to the known state

    def prepare(self) -> None:
        """Start the cluster, format the volume, store its passphrase: once."""
        self.cluster.add_disk(SERIAL, 384)
        self.cluster.start(600)
        node = self.cluster.node1
        node.run(["cryptsetup", "luksFormat", "-q", "--key-file", "-", *CHEAP[2], DEVICE], stdin=PASSPHRASE.encode(),
                 check=True, timeout=120)
        node.run(["cryptsetup", "open", "-q", "--key-file", "-", DEVICE, "made"], stdin=PASSPHRASE.encode(), check=True,
                 timeout=120)
        node.sh(" ".join([*MKFS["ext4"], "/dev/mapper/made"]) + " && cryptsetup close made", 120)
        self._base = node.sh("cibadmin --query --scope configuration")
        self._fresh()

    def _fresh(self) -> None:
        self.aws.clear()
        self.aws.control("metadata", role=ROLE)
        self.aws.put(PARAMETER, PASSPHRASE)
        self.aws.control("policies", name=ROLE, policies=[policy()])
        self.aws.control("reset_log")
        self._cases += 1
        self.recorder = Recorder(DIRECTORY, name=f"records{self._cases}")
        self.notes.clear()
        self.began = time.time()

    def reset(self) -> None:
        """Back to the known state; a node that cannot be brought there is power-cycled once."""
        cluster = self.cluster
        if self.recorder:
            self.recorder.stop()
        cluster.hub.heal()
        cluster.power.broken = False
        for node in cluster.nodes.values():
            node.thaw_or_on()
        for node in cluster.nodes.values():
            node.wait_up(600)
        cluster.wait_joined(*cluster.names)
        try:
            self._clean()
        except AssertionError as error:
            self.note(f"reset by power: {error}")
            for node in cluster.nodes.values():
                node.power_off()
                node.power_on()
            for node in cluster.nodes.values():
                node.wait_up(600)
            cluster.wait_joined(*cluster.names)
            self._clean()
        self._fresh()

    def _clean(self) -> None:
        node = self.cluster.any_up()
        node.run("cibadmin --replace --scope configuration --xml-pipe", stdin=self._base.encode(), check=True, timeout=60)
        self.cluster.wait_idle(200, node)
        node.run("crm_resource --cleanup; stonith_admin --cleanup --history '*'", timeout=60)
        self.cluster.wait_online(*self.cluster.names)
        for other in self.cluster.nodes.values():
            left = other.sh("dmsetup ls --target crypt; findmnt -n -t ext4,xfs,btrfs -o TARGET | grep -v '^/$' || true; "
                            "rm -rf /run/luks-ssm /var/lib/luks-ssm").replace("No devices found", "").strip()
            if left:
                raise AssertionError(f"{other.name} still has {left}")

    # What a case does

    def create(self, name: str = RESOURCE, meta: dict | None = None, operations=OPERATIONS, wait: bool = True,
               prefer: str = "", **parameters) -> None:
        """Configure the volume as the examples do; parameters override or add, None leaves one out."""
        values = {"device": DEVICE, "directory": DIRECTORY, "ssm_parameter": PARAMETER, "region": "eu-central-1",
                  **parameters}
        text = primitive(name, {key: value for key, value in values.items() if value is not None},
                         META if meta is None else meta, operations)
        place = f'<rsc_location id="place-{name}" rsc="{name}" node="{prefer}" score="50"/>' if prefer else ""
        self.configure(f"<resources>{text}</resources><constraints>{place}</constraints>")
        if wait:
            self.cluster.wait_idle()

    def configure(self, text: str) -> None:
        """Add to the configuration, or change what has the same ids, in one step."""
        result = self.cluster.any_up().run("cibadmin --modify --allow-create --scope configuration --xml-pipe",
                                           stdin=f"<configuration>{text}</configuration>".encode())
        if result.rc != 0:
            raise AssertionError(f"the configuration is refused: {result.err.strip()}: {text}")

    def constrain(self, node: str, score: str = "INFINITY", name: str = RESOURCE) -> None:
        """A location constraint, in place of the one that `start_on` made."""
        self.configure(f'<constraints><rsc_location id="place-{name}" rsc="{name}" node="{node}" score="{score}"/>'
                       "</constraints>")

    def start_on(self, node: str, **parameters) -> Node:
        """Create the volume so that it starts on this node, and let all nodes' recorders write; the node."""
        self.create(prefer=node, **parameters)
        self.cluster.wait_where(RESOURCE, node)
        self.record()
        return self.cluster.nodes[node]

    def record(self) -> None:
        """Recorders on all nodes that are up; returns when the active one has acknowledged records."""
        for node in self.cluster.nodes.values():
            if node.powered() and node.connected:
                self.recorder.start(node)
        self.wait(lambda: self.recorder.last() >= 5, 60, "five acknowledged records")

    def other(self, node: Node | str) -> Node:
        name = node if isinstance(node, str) else node.name
        return next(peer for peer in self.cluster.nodes.values() if peer.name != name)

    @staticmethod
    def wait(condition, timeout_s: float, what: str):
        """Call `condition` until it returns something true; that is the result."""
        deadline = time.monotonic() + timeout_s
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {timeout_s:g} s")
            time.sleep(0.5)
        return value

    def wait_writes(self, node: Node, since: float, timeout_s: float = 180) -> float:
        """Wait for a record acknowledged by that node after a moment; when it was."""
        first = self.wait(lambda: self.recorder.first_after(since, node.name), timeout_s,
                          f"a record from {node.name}")
        self.note(f"{node.name} writes {first - since:.1f} s after")
        return first

    # What a case proves

    def prove_data(self, node: Node) -> int:
        """Every acknowledged record is in the volume, once; the number of records."""
        known = self.recorder.acknowledged()
        assert known, "no record was ever acknowledged"
        count = self.recorder.verify(node.read(f"{DIRECTORY}/{self.recorder.name}"), known)
        self.note(f"data: {len(known)} acknowledged, {count} in the file")
        return count

    def prove_exclusion(self, *owners: str, since: float) -> list[writes.Tenure]:
        """From that moment on these nodes wrote, in this order, each in one stretch: by QEMU's own traces."""
        found = writes.check_exclusion(self.cluster.writes_to(SERIAL), list(owners), since)
        self.note("disk: " + writes.describe(found))
        return found

    def fenced(self, since: float) -> list[str]:
        """The machines whose power was switched since then."""
        return [row.target for row in self.cluster.power.log if row.began >= since and row.action != "on"]

