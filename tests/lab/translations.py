# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets QEMU's emulator forget its translations after a machine's reset.

It keeps those of the code that ran before, and every write into a page that has some searches them all. After a reset
such pages hold data: stacks, tables. A boot that costs four seconds of processor time then takes minutes, in soft lockups.
One single step through the debugger's port flushes them all; no other command of QEMU 7.2 does.
"""

import pathlib
import socket
import threading
import time

from .qmp import Qmp, QmpError

POLL_S = 1.0


def _packet(stream: socket.socket) -> bytes:
    """One packet of the debugger's protocol, acknowledged."""
    data = b""
    while data[-3:-2] != b"#":
        part = stream.recv(1)
        if not part:
            raise OSError("QEMU closed the debugger's port")
        data += part
    stream.sendall(b"+")
    return data


def flush(qmp: Qmp, path: pathlib.Path) -> None:
    """The machine runs before and after; it stands still for some milliseconds."""
    qmp.monitor(f"gdbserver unix:{path},server=on,wait=off")
    try:
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(20)
            # QEMU halts the machine, steps once, and lets it go on when the debugger leaves.
            stream.connect(str(path))
            _packet(stream)
            for request in (b"$s#73", b"$D#44"):
                stream.sendall(request)
                _packet(stream)
    finally:
        qmp.monitor("gdbserver none")
        path.unlink(missing_ok=True)


class Forgetful(threading.Thread):
    """Flushes a machine's translations after each of its resets, whoever ordered it."""

    def __init__(self, qmp: Qmp, directory: pathlib.Path, power: threading.RLock) -> None:
        super().__init__(daemon=True)
        self._qmp = qmp
        self._path = directory / "gdb"
        self._power = power
        self.flushed = 0

    def run(self) -> None:
        try:
            while True:
                time.sleep(POLL_S)
                with self._power:
                    # A frozen or switched-off machine must not be woken by the debugger's leaving.
                    if self._qmp.command("query-status")["status"] == "running" and self._qmp.resets > self.flushed:
                        self.flushed = self._qmp.resets
                        flush(self._qmp, self._path)
        except (QmpError, OSError):
            # QEMU has ended.
            pass
