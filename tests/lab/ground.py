# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground a cluster test stands on: a formed cluster, an encrypted volume all nodes see, and the way back to that.

A case gets one with nothing configured but fencing, and may do to it what it likes; `reset` repairs, without a reboot
where that is possible.
"""

import re
import time
import uuid
import xml.etree.ElementTree

from . import writes
from .cluster import Cluster
from .node import Node
from .records import Recorder
from .volumes import CHEAP, MKFS, PASSPHRASE, copy_sparse

SERIAL = "data"
SIZE_MIB = 384
DEVICE = "/dev/disk/by-id/nvme-data"
DIRECTORY = "/srv/data"
PARAMETER = "/prod/data/luks"
RESOURCE = "data"
ROLE = "luks-node"
OPERATIONS = (("start", 0, 120, 0), ("stop", 0, 120, 0), ("monitor", 20, 30, 0), ("monitor", 120, 60, 10))
META = {"failure-timeout": "120s", "migration-threshold": "3", "resource-stickiness": "100"}
SECTIONS = ("crm_config", "resources", "constraints", "rsc_defaults")
# Quick enough to count by, and seldom enough to leave an emulated processor to the cluster.
PAUSE_S = 0.2


def policy(*names: str) -> dict:
    """What the role needs to read these parameters."""
    parameters = [f"arn:aws:ssm:eu-central-1:123456789012:parameter{name}" for name in names or (PARAMETER,)]
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": parameters},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]}


def primitive(name: str, parameters: dict, meta: dict, operations=OPERATIONS, provider: str = "luks-ssm",
              agent: str = "volume") -> str:
    """A resource as pcs would write it, of ours unless another agent is named; for cibadmin, because pcs itself takes half a
    minute under emulation."""
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
    return (f'<primitive id="{name}" class="ocf" provider="{provider}" type="{agent}">{pairs("instance", parameters)}'
            f'{pairs("meta", meta)}<operations>{text}</operations></primitive>')


def place(name: str, node: str, score: str) -> str:
    """A location constraint for `configure`; one of a resource at a time."""
    return f'<constraints><rsc_location id="place-{name}" rsc="{name}" node="{node}" score="{score}"/></constraints>'


class LeftBehind(AssertionError):
    """The cluster had stopped everything by itself, and something of a volume is left on a node: a stop that lied."""


class Ground:
    """See the module.  `c.node1` … are the nodes, `c.cluster` has the lab's verbs, `c.aws` is the emulator."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.notes: list[str] = []
        self.recorders: dict[str, Recorder] = {}
        self._cases = 0
        self._volumes = [RESOURCE]
        self._base = ""
        self.began = time.time()

    def __getattr__(self, name: str):
        cluster = self.__dict__["cluster"]
        if name in cluster.nodes:
            return cluster.nodes[name]
        raise AttributeError(name)

    @property
    def recorder(self) -> Recorder:
        """The one of the first volume; `recorders` has those of the others by their names."""
        return self.recorders[RESOURCE]

    @property
    def aws(self):
        return self.cluster.aws

    def note(self, line: str) -> None:
        """Remember what happened; the runner shows it when a case fails."""
        self.notes.append(f"{time.time() - self.began:6.1f} s  {line}")

    # From nothing to the known state

    def prepare(self) -> None:
        """Start the cluster, format the volume, store its passphrase: once."""
        self.cluster.add_disk(SERIAL, SIZE_MIB)
        self.cluster.start(600)
        node = self.cluster.node1
        node.run(["cryptsetup", "luksFormat", "-q", "--key-file", "-", *CHEAP[2], DEVICE], stdin=PASSPHRASE.encode(),
                 check=True, timeout=120)
        node.run(["cryptsetup", "open", "-q", "--key-file", "-", DEVICE, "made"], stdin=PASSPHRASE.encode(), check=True,
                 timeout=120)
        node.sh(" ".join([*MKFS["ext4"], "/dev/mapper/made"]) + " && cryptsetup close made", 120)
        copy_sparse(self.cluster.disks[SERIAL], self._template)
        self._base = node.sh("cibadmin --query --scope configuration")
        self._fresh()

    @property
    def _template(self):
        return self.cluster.directory / "template.raw"

    def add_volume(self, name: str) -> None:
        """One more beside the first: disk nvme-NAME, directory /srv/NAME, parameter /prod/NAME/luks.  It stays."""
        if name not in self._volumes:
            self.add_copy(name)
            self._volumes.append(name)
            self._store(name)

    def add_copy(self, serial: str) -> None:
        """A disk with what the first one had at the beginning, under a LUKS UUID of its own.  It stays."""
        copy_sparse(self._template, self.cluster.directory / f"{serial}.raw")
        self.cluster.add_disk(serial, SIZE_MIB)
        node = self.cluster.any_up()
        node.sh(f"cryptsetup luksUUID -q --uuid {uuid.uuid4()} {node.disks[serial].device}")

    def _store(self, name: str) -> None:
        self.aws.put(f"/prod/{name}/luks", PASSPHRASE)
        self.aws.control("policies", name=ROLE, policies=[policy(*(f"/prod/{known}/luks" for known in self._volumes))])
        self.recorders[name] = Recorder(f"/srv/{name}", PAUSE_S, f"records{self._cases}")

    def _fresh(self) -> None:
        self.aws.clear()
        self.aws.control("metadata", role=ROLE)
        self._cases += 1
        for name in self._volumes:
            self._store(name)
        self.aws.control("reset_log")
        self.notes.clear()
        self.began = time.time()

    def reset(self) -> None:
        """Back to the known state; a node that cannot be brought there is power-cycled once.

        Raises LeftBehind, in the known state, when that was the fault of a stop.
        """
        cluster, left = self.cluster, None
        for recorder in self.recorders.values():
            recorder.stop()
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
            left = error if isinstance(error, LeftBehind) else None
            self.note(f"reset by power: {error}")
            for node in cluster.nodes.values():
                node.power_off()
                node.power_on()
            for node in cluster.nodes.values():
                node.wait_up(600)
            cluster.wait_joined(*cluster.names)
            self._clean()
        self._fresh()
        if left:
            raise left

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
                ours = re.search(rf"^({'|'.join(self._volumes)})\s|^/srv/", left, re.MULTILINE)
                kind = LeftBehind if ours and not self.fenced(self.began) else AssertionError
                raise kind(f"{other.name} still has {left}")

    # What a case does

    def create(self, name: str = RESOURCE, wait: bool = True, **details) -> None:
        """Configure the volume as the examples do; see `resource` for what can be given."""
        self.configure(self.resource(name, **details))
        if wait:
            self.cluster.wait_idle()

    @staticmethod
    def resource(name: str = RESOURCE, meta: dict | None = None, operations=OPERATIONS, prefer: str = "",
                 **parameters) -> str:
        """What `configure` takes for a volume; parameters override or add, None leaves one out."""
        values = {"device": f"/dev/disk/by-id/nvme-{name}", "directory": f"/srv/{name}",
                  "ssm_parameter": f"/prod/{name}/luks", "region": "eu-central-1", **parameters}
        text = primitive(name, {key: value for key, value in values.items() if value is not None},
                         META if meta is None else meta, operations)
        return f"<resources>{text}</resources>" + (place(name, prefer, "50") if prefer else "")

    def configure(self, text: str) -> None:
        """Add to the configuration, or change what has the same ids, in one step."""
        # Each section once, in the order that the schema wants.
        joined = "".join(f"<{part}>{''.join(re.findall(f'<{part}>(.*?)</{part}>', text, re.DOTALL))}</{part}>"
                         for part in SECTIONS if f"<{part}>" in text)
        result = self.cluster.any_up().run("cibadmin --modify --allow-create --scope configuration --xml-pipe",
                                           stdin=f"<configuration>{joined}</configuration>".encode())
        if result.rc != 0:
            raise AssertionError(f"the configuration is refused: {result.err.strip()}: {joined}")

    def constrain(self, node: str, score: str = "INFINITY", name: str = RESOURCE) -> None:
        """A location constraint, in place of the one that `start_on` made."""
        self.configure(place(name, node, score))

    def start_on(self, node: str, **parameters) -> Node:
        """Create the volume so that it starts on this node, and let all nodes' recorders write; the node."""
        self.create(prefer=node, **parameters)
        self.cluster.wait_where(RESOURCE, node)
        self.record()
        return self.cluster.nodes[node]

    def record(self, name: str = RESOURCE) -> None:
        """Recorders on all nodes that are up; returns when the active one has acknowledged records."""
        for node in self.cluster.nodes.values():
            if node.powered() and node.connected:
                self.recorders[name].start(node)
        self.wait(lambda: self.recorders[name].last() >= 5, 60, "five acknowledged records")

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

    def wait_writes(self, node: Node, since: float, timeout_s: float = 180, name: str = RESOURCE) -> float:
        """Wait for a record acknowledged by that node after a moment; when it was."""
        first = self.wait(lambda: self.recorders[name].first_after(since, node.name), timeout_s,
                          f"a record of {name} from {node.name}")
        self.note(f"{node.name} writes {name} {first - since:.1f} s after")
        return first

    def start_seconds(self, node: str, *names: str) -> float:
        """What the cluster's history says of the execution of these resources' starts there, together."""
        text = self.cluster.any_up().sh("cibadmin --query --scope status", 60)
        found = [int(row.get("exec-time")) / 1000
                 for state in xml.etree.ElementTree.fromstring(text).iterfind(f"node_state[@uname='{node}']")
                 for resource in state.iter("lrm_resource") if resource.get("id") in names
                 for row in resource.iter("lrm_rsc_op")
                 if row.get("operation") == "start" and row.get("rc-code") == "0"]
        if not found:
            raise AssertionError(f"the history has no start on {node}")
        return sum(found)

    # What a case proves

    def prove_data(self, node: Node, name: str = RESOURCE) -> int:
        """Every acknowledged record is in the volume, once; the number of records."""
        recorder = self.recorders[name]
        known = recorder.acknowledged()
        assert known, "no record was ever acknowledged"
        count = recorder.verify(node.read(f"{recorder.directory}/{recorder.name}"), known)
        self.note(f"{name}: {len(known)} records acknowledged, {count} in the file")
        return count

    def prove_exclusion(self, *owners: str, since: float, name: str = SERIAL) -> list[writes.Tenure]:
        """From that moment on these nodes wrote, in this order, each in one stretch: by QEMU's own traces."""
        found = writes.check_exclusion(self.cluster.writes_to(name), list(owners), since)
        self.note(f"disk {name}: " + writes.describe(found))
        return found

    def prove_order(self, since: float, name: str = SERIAL) -> list[writes.Tenure]:
        """Who wrote since then, stretch by stretch, for cases in which the cluster may choose."""
        found = writes.tenures([write for write in self.cluster.writes_to(name) if write.time >= since])
        self.note(f"disk {name}: " + writes.describe(found))
        return found

    def fenced(self, since: float) -> list[str]:
        """The machines whose power was switched since then."""
        return [row.target for row in self.cluster.power.log if row.began >= since and row.action != "on"]

