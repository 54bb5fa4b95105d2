# SPDX-License-Identifier: GPL-2.0-or-later
"""What a machine's kernel holds, and the way back to a clean machine between two cases."""

import json

from . import guest_code
from .channel import CommandFailed, CommandTimeout, MachineLost


class StateMixin:
    """The part of Machine that looks at it as a whole."""

    def snapshot(self) -> dict:
        """`maps` (dm devices by name), `mounts` (of pid 1) and `elsewhere` (other namespaces).

        A map has uuid, suspended, devno, node, size_bytes (0: no live table), read_only, slaves,
        holders; a mount has id, devno, root, directory, options, fstype, source, super_options.
        """
        return json.loads(self.python(guest_code.SNAPSHOT))

    def mounts_at(self, directory: str) -> list[dict]:
        """The mounts of pid 1 on a directory, in mountinfo's order."""
        return [mount for mount in self.snapshot()["mounts"] if mount["directory"] == directory]

    def set_baseline(self) -> None:
        """What is there now belongs to the machine: `wipe` leaves it alone."""
        self._baseline = json.loads(self.python(guest_code.BASELINE))
        self._baseline_disks = set(self.disks)
        self.keep_volumes()

    def wipe(self, *paths: str) -> None:
        """Back to the baseline: processes, mounts, mappings, our files, the disks plugged in since.

        Raises MachineLost if something cannot be removed: the machine has to be replaced.
        """
        self.thaw()
        try:
            left = self.python(guest_code.WIPE, dict(self._baseline, paths=list(paths)),
                               timeout=40).strip()
        except (CommandFailed, CommandTimeout) as error:
            self.broken = f"wipe: {error}"
            raise MachineLost(self.broken) from error
        if left:
            self.broken = f"cannot be wiped: {left}"
            raise MachineLost(self.broken)
        for serial in set(self.disks) - self._baseline_disks:
            self.remove_disk(serial)
        for serial in self._baseline_disks:
            if self.disks[serial].port is None:
                self.attach_disk(serial)
        self.forget_volumes()
