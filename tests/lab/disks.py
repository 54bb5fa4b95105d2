# SPDX-License-Identifier: GPL-2.0-or-later
"""NVMe disks of a machine: raw sparse files, each on its own hot-plug port, as EBS volumes are."""

import os
import pathlib
import time

from .channel import MachineLost
from .qmp import QmpError

PORTS = 12
# The smallest that mkfs.xfs takes is 300 MiB, and a LUKS2 header has 16.
DEFAULT_SIZE_MIB = 384


class Disk:
    """A raw file on the host and, while it is plugged in, a namespace in the machine."""

    def __init__(self, serial: str, path: pathlib.Path, index: int) -> None:
        self.serial = serial
        self.path = path
        self.node = f"disk{index}"
        self.port: int | None = None
        self.device = ""  # /dev/nvmeXn1 while it is plugged in
        self.options: dict = {}

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size


class DiskMixin:
    """The part of Machine that knows disks."""

    def _init_disks(self) -> None:
        self.disks: dict[str, Disk] = {}
        self._next_disk = 0

    @staticmethod
    def _disk_slots() -> list[str]:
        words = []
        for port in range(PORTS):
            words += ["-device", f"pcie-root-port,id=port{port},chassis={port + 1},slot={port + 1},"
                                 "bus=pcie.0"]
        return words

    def add_disk(self, serial: str, size_mib: int = DEFAULT_SIZE_MIB,
                 file: os.PathLike | str | None = None, **options) -> Disk:
        """Declare a disk; it is plugged in at each boot, or now if the machine runs."""
        index = self._next_disk
        self._next_disk += 1
        path = pathlib.Path(file) if file else self.directory / f"disk{index}.raw"
        if not path.exists():
            with open(path, "wb") as sparse:
                sparse.truncate(size_mib << 20)
        disk = self.disks[serial] = Disk(serial, path, index)
        disk.options = options
        if self.running:
            self._plug(disk)
        return disk

    def attach_disk(self, serial: str, file: os.PathLike | str | None = None,
                    size_mib: int = DEFAULT_SIZE_MIB, **options) -> Disk:
        """Plug a disk in, made now if it is a new serial; its .device is the path inside."""
        disk = self.disks.get(serial)
        if disk is None:
            return self.add_disk(serial, size_mib, file, **options)
        self._plug(disk)
        return disk

    def detach_disk(self, serial: str, timeout_s: float = 30) -> None:
        """Pull a disk out, in use or not; the file stays for the next attach_disk."""
        disk = self.disks[serial]
        if disk.port is None:
            return
        device = f"nvme-{disk.node}"
        self.qmp("device_del", id=device)
        try:
            self._qmp.wait_event("DEVICE_DELETED", timeout_s, device=device)
        except TimeoutError as error:
            raise MachineLost(f"{serial}: the machine does not let go of the disk") from error
        self.qmp("blockdev-del", **{"node-name": disk.node})
        disk.port, disk.device = None, ""

    def remove_disk(self, serial: str) -> None:
        """Pull a disk out for good."""
        self.detach_disk(serial)
        disk = self.disks.pop(serial)
        if disk.path.parent == self.directory:
            disk.path.unlink(missing_ok=True)

    def throttle_disk(self, serial: str, bytes_per_s: int = 0, operations_per_s: int = 0) -> None:
        """Slow a disk down; zeros set it free again."""
        self.qmp("block_set_io_throttle", id=f"nvme-{self.disks[serial].node}",
                 bps=bytes_per_s, bps_rd=0, bps_wr=0, iops=operations_per_s, iops_rd=0, iops_wr=0)

    def _plug(self, disk: Disk) -> None:
        if disk.port is not None:
            return
        used = {other.port for other in self.disks.values()}
        disk.port = next(port for port in range(PORTS) if port not in used)
        node = {"driver": "raw", "node-name": disk.node,
                "file": {"driver": "file", "filename": str(disk.path), "locking": "off"}}
        if disk.options.get("read_only"):
            node["read-only"] = True
        try:
            self.qmp("blockdev-add", **node)
            self.qmp("device_add", driver="nvme", id=f"nvme-{disk.node}", drive=disk.node,
                     serial=disk.serial, bus=f"port{disk.port}", **{"share-rw": True})
        except QmpError:
            disk.port = None
            raise
        disk.device = self._device_of(disk.serial)

    def _device_of(self, serial: str, timeout_s: float = 30) -> str:
        """Wait until the namespace is there: sysfs is asked inside, without a fork.

        A disk that comes back while a mapping holds the old one is nvme1n2 of controller nvme6.
        """
        source = ("import glob, os, sys, time\n"
                  "end = time.monotonic() + ARGUMENTS[1]\n"
                  "while time.monotonic() < end:\n"
                  "    for path in glob.glob('/sys/class/nvme/*/serial'):\n"
                  "        try:\n"
                  "            found = open(path).read().strip() == ARGUMENTS[0]\n"
                  "        except OSError:\n"
                  "            continue\n"
                  "        for below in glob.glob(os.path.dirname(path) + '/nvme*n*') if found else ():\n"
                  "            name = os.path.basename(below)\n"
                  "            if os.path.exists('/dev/' + name):\n"
                  "                print('/dev/' + name)\n"
                  "                sys.exit(0)\n"
                  "    time.sleep(0.02)\n"
                  "sys.exit(1)\n")
        return self.python(source, [serial, timeout_s], timeout=timeout_s + 10).strip()

    def _plug_all_disks(self) -> None:
        for disk in self.disks.values():
            self._plug(disk)

    def _forget_plugs(self) -> None:
        for disk in self.disks.values():
            disk.port, disk.device = None, ""

    def wait_for(self, condition, timeout_s: float = 10, what: str = "the condition"):
        """Call `condition` until it returns something true; that is the result."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not true within {timeout_s:g} s")
            time.sleep(0.1)
