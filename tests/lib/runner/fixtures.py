# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case is called with: a machine with everything installed, or the host's own side."""

import pathlib
import subprocess
import time

from lab import Aws, Machine, MachineLost, Result, children
from lab import build as build_image
from lab.cluster import Cluster
from lab.ground import Ground

from .builds import Builds
from .report import say


class MachineFixture:
    """A booted machine with the programs installed and the emulator behind AWS's names."""

    def __init__(self, builds: Builds, tree: pathlib.Path | None, programs: bool,
                 systemd: bool = False, release: str | None = None) -> None:
        self.subject = Machine(build_image(release), systemd=systemd)
        try:
            if programs and tree is None:
                raise RuntimeError("the programs could not be built")
            self.subject.builds = builds
            self.subject.boot()
            if tree is not None:
                self.subject.install(tree)
            self._aws = Aws(self.subject.directory)
            self.subject.use_aws(self._aws)
            self.subject.sh("modprobe -a dm-crypt dm-delay dm-flakey xfs btrfs; sync")
            self.subject.set_baseline()
            say(f"  machine up in {self.subject.boot_seconds:.1f} s")
        except BaseException:
            self.close()
            raise

    def reset(self) -> None:
        if self.subject.broken or not self.subject.running:
            raise MachineLost(self.subject.broken or "it is off")
        self.subject.notes.clear()
        self._aws.clear()
        self.subject.wipe()

    def details(self) -> str:
        """What helps to understand a failure; never raises."""
        parts = [f"  did: {note}" for note in self.subject.notes[-15:]]
        try:
            if self.subject.running and not self.subject.broken:
                parts.append("  kernel: " + self.subject.dmesg(15).replace("\n", "\n    "))
                snapshot = self.subject.snapshot()
                parts.append(f"  maps: {snapshot['maps']}")
            else:
                parts.append("  console: " + self.subject.console_tail())
        except Exception as error:  # pylint: disable=broad-except
            parts.append(f"  (the machine tells nothing: {error})")
        return "\n".join(parts)

    def close(self) -> None:
        self.subject.close()
        if hasattr(self, "_aws"):
            self._aws.close()


class Host:
    """The host's side for cases that need no machine: the build, an emulator, a directory."""

    def __init__(self, builds: Builds, tree: pathlib.Path | None) -> None:
        self.builds = builds
        self.tree = tree
        self.directory = children.directory()
        self.aws = Aws(self.directory)
        self.notes: list[str] = []

    def run(self, command, timeout: float = 30, *, stdin: bytes = b"", env: dict | None = None,
            cwd=None) -> Result:
        """Run a command of the host (env replaces the environment); never in the machine."""
        began = time.monotonic()
        argv = ["/bin/sh", "-c", command] if isinstance(command, str) else command
        process = children.start(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=env, cwd=cwd)
        try:
            out, err = process.communicate(stdin, timeout)
        finally:
            children.end(process)
        result = Result(process.returncode, out.decode(errors="replace"),
                        err.decode(errors="replace"), time.monotonic() - began)
        self.notes.append(f"{command}: rc {result.rc} {result.err.strip()[-500:]}")
        return result


class HostFixture:
    """Keeps one Host between cases."""

    def __init__(self, builds: Builds, tree: pathlib.Path | None) -> None:
        self.subject = Host(builds, tree)

    def reset(self) -> None:
        self.subject.notes.clear()
        self.subject.aws.clear()

    def details(self) -> str:
        return "\n".join(f"  did: {note}" for note in self.subject.notes[-15:])

    def close(self) -> None:
        self.subject.aws.close()


class ClusterFixture:
    """A formed cluster with an encrypted volume, kept between cases; see tests/cluster/README.md."""

    def __init__(self, tree: pathlib.Path, release: str | None = None, fencing: str = "lab", size: int = 2) -> None:
        began = time.monotonic()
        self._cluster = Cluster(build_image(release), tree=tree, fencing=fencing, size=size)
        self.subject = Ground(self._cluster)
        try:
            self.subject.prepare()
        except BaseException:
            self.close()
            raise
        say(f"  cluster formed and the volume made in {time.monotonic() - began:.0f} s")

    def reset(self) -> None:
        self.subject.reset()

    def details(self) -> str:
        """What helps to understand a failure; never raises."""
        parts = [f"  did: {note}" for note in self.subject.notes[-40:]]
        for row in self._cluster.power.log[-5:]:
            parts.append(f"  power: {row.action} {row.target} by {row.asker} at {row.began:.3f}")
        try:
            parts.append("  " + self._cluster.any_up().run("crm_mon -1 -r -f", 30).out.replace("\n", "\n  "))
        except Exception as error:  # pylint: disable=broad-except
            parts.append(f"  (the cluster tells nothing: {error})")
        return "\n".join(parts)

    def close(self) -> None:
        self._cluster.close()
