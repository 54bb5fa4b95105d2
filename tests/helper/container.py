# SPDX-License-Identifier: GPL-2.0-or-later
"""A container of systemd-nspawn on this host's files: a root of its own, capabilities and system calls taken away.

It shares the host's network, so that the emulator is where it is for all others. Needs root.
"""
from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

TIMEOUT_S = 60


class Container:
    """Runs one command at a time, each in a container made for it; `shown` are paths of the host, as they are there."""

    def __init__(self, root: Path, shown: list[str]):
        self.root, self.shown = root, shown
        for name in ("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var", "root"):
            (root / name).mkdir()
        for path in Path("/").iterdir():
            if path.is_symlink() and os.readlink(path).startswith("usr/"):
                (root / path.name).symlink_to(os.readlink(path))

    def run(self, command: list[str], how: list[str], data: bytes = b"") -> subprocess.CompletedProcess:
        """`how`: options of systemd-nspawn. It leaves empty control groups behind, and its mark in /run."""
        words = ["systemd-nspawn", "--quiet", f"--directory={self.root}", f"--machine=luks-ssm-{os.getpid()}", "--register=no",
                 "--keep-unit", "--as-pid2", "--pipe", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                 *(f"--bind-ro={path}" for path in ["/usr", "/etc", *self.shown]), *how]
        before = set(_groups())
        try:
            return subprocess.run([*words, *command], input=data, capture_output=True, check=False, timeout=TIMEOUT_S)
        finally:
            for group in set(_groups()) - before:
                group.rmdir()

    def possible(self) -> bool:
        """Whether containers can be made here, which a container that this is may not allow."""
        return os.geteuid() == 0 and self.run(["/bin/true"], []).returncode == 0


def _groups() -> list[Path]:
    """The control groups that nspawn makes below our own."""
    own = [line.split(":", 2)[2].strip().lstrip("/") for line in open("/proc/self/cgroup", encoding="ascii")]
    found = []
    for mount in ("", "unified", "systemd"):
        for path in own:
            for name in ("payload", "supervisor"):
                with contextlib.suppress(OSError):
                    group = Path("/sys/fs/cgroup", mount, path, name)
                    found += [group] if group.is_dir() else []
    return found
