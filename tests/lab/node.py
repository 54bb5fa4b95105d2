# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine that is a node of a cluster: it may reboot, lose its power and get it back, and be frozen.

QEMU stays for the life of the node.  Power off is QEMU's `stop`: the processor halts for good, requests that the
disks already had are done, nothing else reaches them; power on is a reset, with all memory and state lost.  Any
thread may switch the power; the other verbs belong to the thread that made the node.
"""

import pathlib
import threading
import time

from . import children
from .channel import MachineLost
from .identity import FENCE_ADDRESS
from .machine import READY_LINE, Machine
from .qmp import Qmp
from .translations import Forgetful

KERNEL_LINE = b"lab: kernel up"
TRACED = ("bdrv_open_common", "blk_co_pwritev", "bdrv_co_pwrite_zeroes", "runstate_set")


class Node(Machine):
    """See the module; `identity` is its archive, `nic` QEMU's arguments for the cluster's network."""

    def __init__(self, image, name: str, identity: pathlib.Path, nic: list[str], *, sbd: pathlib.Path | None = None,
                 memory_mib: int = 1536, append: str = "", namespaces: list[pathlib.Path] = ()) -> None:
        super().__init__(image, name, memory_mib=memory_mib, systemd=True, append=append)
        self._identity = identity
        self._nic = nic
        self._sbd = sbd
        self._namespaces = namespaces
        self._power = threading.RLock()
        self._is_on = False
        self._boots_seen = 0  # by the channel that is open
        self._boots_wanted = 1  # for the next one
        self._ports_to_forward["fence"] = 0
        self.trace = self.directory / "writes.trace"
        self.clock_offset_s = 0.0

    def _init_words(self) -> str:
        return " init=/usr/lib/lab/node"

    def _power_arguments(self) -> list[str]:
        return ["-no-shutdown", "-msg", "timestamp=on", "-D", str(self.trace),
                *(word for event in TRACED for word in ("-trace", event))]

    def _forwards(self) -> list[tuple[str, str]]:
        return [*super()._forwards(), (FENCE_ADDRESS + ":7", "fence")]

    def _more_arguments(self) -> list[str]:
        words = ["-drive", f"file={self._identity},format=raw,if=none,id=identity,read-only=on,file.locking=off",
                 "-device", "virtio-blk-pci,drive=identity,serial=lab-identity", *self._nic]
        if self._sbd:
            words += ["-drive", f"file={self._sbd},format=raw,if=none,id=sbd,cache=writeback,file.locking=off",
                      "-device", "virtio-blk-pci,drive=sbd,serial=lab-sbd,share-rw=on"]
        if self._namespaces:
            words += ["-device", "nvme,id=many,serial=many"]
        for number, path in enumerate(self._namespaces, 1):
            words += ["-drive", f"file={path},format=raw,if=none,id=namespace{number},cache=writeback,file.locking=off",
                      "-device", f"nvme-ns,drive=namespace{number},bus=many,nsid={number}"]
        return words

    # Power

    def power_up_first(self) -> None:
        """Start QEMU; the kernel is up and the disks are plugged in when this returns."""
        self.console.write_bytes(b"")
        with open(self.directory / "qemu.log", "ab") as log:
            self._qemu = children.start(self._arguments(), stdout=log, stderr=log)
        self._qmp = Qmp(self.directory / "qmp")
        self._is_on = True
        if "kvm" not in self._accel:
            Forgetful(self._qmp, self.directory, self._power).start()

    def plug_disks(self, timeout_s: float = 120) -> None:
        self._wait_console(KERNEL_LINE, time.monotonic() + timeout_s)
        self._plug_all_disks()

    def _device_of(self, serial: str, timeout_s: float = 30) -> str:
        # Before the first login the machine cannot be asked.
        return super()._device_of(serial, timeout_s) if self._channel else ""

    def boot(self, timeout_s: float = 300) -> "Node":
        self.power_up_first()
        self.plug_disks(timeout_s)
        return self.wait_up(timeout_s)

    def _boots(self) -> int:
        return self.console.read_bytes().count(READY_LINE)

    def wait_up(self, timeout_s: float = 300) -> "Node":
        """Wait until commands can be run, after a power on or a reboot of its own as well."""
        deadline = time.monotonic() + timeout_s
        while self._boots() < self._boots_wanted:
            if self._qemu.poll() is not None:
                raise MachineLost(f"{self.name}: QEMU ended")
            if time.monotonic() > deadline:
                raise MachineLost(f"{self.name}: not up in time:\n{self.console_tail()}")
            time.sleep(0.25)
        if self.rebooted() or not self.connected:
            self._drop_channel()
            self._boots_seen = self._boots_wanted = self._boots()
            self._open_channel(deadline)
            self._measure_clock()
        return self

    def rebooted(self) -> bool:
        """True when it has come up again since the channel was opened."""
        return self._boots() > self._boots_seen

    @property
    def connected(self) -> bool:
        return self._channel is not None and not self._channel.broken

    def _measure_clock(self) -> None:
        """Guest time minus host time, from the quickest of a few questions."""
        best = 1e9
        for _ in range(3):
            began = time.time()
            there = float(self.python("import time\nprint(time.time())"))
            took = time.time() - began
            if took < best:
                best, self.clock_offset_s = took, there - (began + took / 2)

    def _drop_channel(self) -> None:
        channel, self._channel = self._channel, None
        if channel:
            channel.close()

    def power_off(self) -> None:
        with self._power:
            if self._is_on:
                self.qmp("stop")
                self._is_on = False
            self._drop_channel()

    def power_on(self) -> None:
        with self._power:
            if not self.powered():
                self._boots_wanted = self._boots() + 1
                self.qmp("system_reset")
                self.qmp("cont")
                self._is_on = True

    def freeze(self) -> None:
        with self._power:
            super().freeze()

    def thaw(self) -> None:
        with self._power:
            super().thaw()

    def thaw_or_on(self) -> None:
        """Power and running processors, whatever was done to it."""
        if self.powered():
            self.thaw()
        else:
            self.power_on()

    def powered(self) -> bool:
        """Whether it has power: true for a frozen one, false after `poweroff` inside."""
        return self._is_on and self.qmp("query-status")["status"] not in ("shutdown", "internal-error")

    def power_cut(self) -> None:
        """End QEMU for good."""
        self._drop_channel()
        super().power_cut()
        self._is_on = False

    # The identity has it all.

    def _lead_to_aws(self) -> None:
        pass

    def set_baseline(self) -> None:
        pass
