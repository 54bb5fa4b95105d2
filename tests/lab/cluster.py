# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster of the lab: N nodes from one image, a hub between them, shared disks, a power switch, the emulator.

    with Cluster(image.build(), tree=tree) as c:
        c.add_disk("vol0123456789abcdef0", 512)
        c.start()
        c.node1.run("pcs status")

Everything it starts ends with it, and it touches nothing else.
"""

import pathlib
import re
import time
import xml.etree.ElementTree

from . import children, identity, writes
from .aws import GUEST_CA, REGION, Aws
from .fencing import PowerSwitch
from .hub import Hub
from .image import Image
from .node import Node

# Not a secret: these machines talk to each other only, over sockets that only this user can open.
AUTHKEY = bytes(range(256)) * 4
SBD_BYTES = 4 << 20


class Cluster:
    """See the module; `fencing` is lab, sbd or both.

    With `namespaces` each node has one more NVMe controller with so many, serial number many; all nodes see the same.
    """

    def __init__(self, image: Image, *, size: int = 2, fencing: str = "lab", tree: pathlib.Path | None = None,
                 token_ms: int = 5000, memory_mib: int = 1280, keep: bool = False, namespaces: int = 0,
                 namespace_mib: int = 64) -> None:
        self.names = [f"node{number}" for number in range(1, size + 1)]
        self.directory = children.directory(keep)
        self.fencing = fencing
        self.nodes: dict[str, Node] = {}
        self.disks: dict[str, pathlib.Path] = {}
        self.namespaces = [self.directory / f"namespace{number}.raw" for number in range(1, namespaces + 1)]
        for path in self.namespaces:
            with open(path, "wb") as file:
                file.truncate(namespace_mib << 20)
        self.hub: Hub | None = None
        self.aws: Aws | None = None
        self.power: PowerSwitch | None = None
        try:
            self._make(image, tree, token_ms, memory_mib)
        except BaseException:
            self.close()
            raise

    def _make(self, image: Image, tree: pathlib.Path | None, token_ms: int, memory_mib: int) -> None:
        self.aws = Aws(self.directory)
        self.hub = Hub(self.directory, self.names)
        self.power = PowerSwitch(self.nodes)
        sbd = None
        if self.fencing in ("sbd", "both"):
            sbd = self.directory / "sbd.raw"
            with open(sbd, "wb") as file:
                file.truncate(SBD_BYTES)
        for number, name in enumerate(self.names, 1):
            archive = self.directory / f"{name}.tar"
            identity.write(archive, number, self.names, fencing=self.fencing, token=self.power.token,
                           token_ms=token_ms, ca=self.aws.ca, tree=tree, authkey=AUTHKEY)
            node = Node(image, name, archive, self.hub.nic_arguments(name, number), sbd=sbd, memory_mib=memory_mib,
                        namespaces=self.namespaces)
            node.forward_port("fence", self.power.port)
            node.forward_port("aws", self.aws.https_port)
            node.forward_port("metadata", self.aws.http_port)
            node.aws_parameters = {"region": REGION, "ca_bundle": GUEST_CA}
            node.emulator = self.aws
            self.nodes[name] = node

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_what) -> None:
        self.close()

    def __getattr__(self, name: str) -> Node:
        nodes = self.__dict__.get("nodes", {})
        if name in nodes:
            return nodes[name]
        raise AttributeError(name)

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()
        for part in (self.power, self.hub, self.aws):
            if part is not None:
                part.close()

    # Disks

    def add_disk(self, serial: str, size_mib: int = 384) -> pathlib.Path:
        """A disk that all nodes see: plugged in when they are first switched on, or now.  A file that is there is kept."""
        path = self.disks[serial] = self.directory / f"{serial}.raw"
        if not path.exists():
            with open(path, "wb") as file:
                file.truncate(size_mib << 20)
        for node in self.nodes.values():
            node.add_disk(serial, file=path)
        return path

    def writes_to(self, serial: str) -> list[writes.Write]:
        return writes.merged(self.nodes.values(), self.disks[serial])

    # Up and down

    def start(self, timeout_s: float = 300) -> "Cluster":
        """Switch all nodes on and wait until the cluster is formed."""
        for node in self.nodes.values():
            node.power_up_first()
        for node in self.nodes.values():
            node.plug_disks(timeout_s)
        for node in self.nodes.values():
            node.wait_up(timeout_s)
        self.wait_online(*self.names, timeout_s=timeout_s)
        return self

    def any_up(self) -> Node:
        """A node that can be asked."""
        for node in self.nodes.values():
            if node.powered() and node.connected and not node.rebooted():
                return node
        for node in self.nodes.values():
            if node.powered():
                return node.wait_up()
        raise AssertionError("no node has power")

    # What the cluster says of itself

    def status(self, node: Node | None = None) -> xml.etree.ElementTree.Element:
        """crm_mon's XML, by one node's view."""
        return xml.etree.ElementTree.fromstring((node or self.any_up()).sh("crm_mon -1 --output-as xml -n", 60))

    def online(self, node: Node | None = None) -> set[str]:
        try:
            root = self.status(node)
        except AssertionError:
            # Pacemaker is not up yet.
            return set()
        return {found.get("name") for found in root.iterfind("nodes/node")
                if found.get("online") == "true" and found.get("pending") == "false"
                and found.get("unclean") == "false" and found.get("standby") == "false"}

    def wait_joined(self, *names: str, timeout_s: float = 300) -> None:
        """Wait until these nodes are members, in standby or not."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                found = {row.get("name") for row in self.status().iterfind("nodes/node")
                         if row.get("online") == "true" and row.get("pending") == "false"}
            except AssertionError:
                found = set()
            if set(names) <= found:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"joined within {timeout_s:g} s: only {sorted(found)}")
            time.sleep(1)

    def wait_online(self, *names: str, timeout_s: float = 240) -> None:
        deadline = time.monotonic() + timeout_s
        while not set(names) <= (found := self.online()):
            if time.monotonic() > deadline:
                raise AssertionError(f"online within {timeout_s:g} s: only {sorted(found)}")
            time.sleep(1)

    def where(self, resource: str, node: Node | None = None) -> list[str]:
        """The nodes on which the cluster believes a resource to be active."""
        found = []
        for holder in self.status(node).iterfind("nodes/node"):
            for row in holder.iterfind(".//resource"):
                if row.get("id") == resource and row.get("active") == "true":
                    found.append(holder.get("name"))
        return found

    def failures(self, node: Node | None = None) -> list[dict]:
        """Failed actions with their exit reasons."""
        return [dict(row.attrib) for row in self.status(node).iterfind("failures/failure")]

    def wait_idle(self, timeout_s: float = 180, node: Node | None = None) -> None:
        """Wait until the cluster has done all it wants to do."""
        result = (node or self.any_up()).run(["crm_resource", "--wait", f"--timeout={int(timeout_s)}"], timeout_s + 20)
        if result.rc != 0:
            raise AssertionError(f"the cluster does not come to rest: {result.err.strip()}")

    def wait_where(self, resource: str, name: str, timeout_s: float = 180, node: Node | None = None) -> None:
        """Wait until a resource is active on that node and on no other."""
        deadline = time.monotonic() + timeout_s
        while (found := self.where(resource, node)) != [name]:
            if time.monotonic() > deadline:
                raise AssertionError(f"{resource} within {timeout_s:g} s: on {found}, wanted on {name}")
            time.sleep(1)

    # Logs, for timelines and failures

    def log_line(self, node: Node, pattern: str, since: float) -> float | None:
        """When, by the host's clock, a line like that first came into a node's journal."""
        text = node.run(["journalctl", "-q", "-o", "short-unix", "--no-pager",
                         f"--since=@{since + node.clock_offset_s:.3f}"], 60).out
        for line in text.splitlines():
            if re.search(pattern, line):
                return float(line.split(" ", 1)[0]) - node.clock_offset_s
        return None
