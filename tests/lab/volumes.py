# SPDX-License-Identifier: GPL-2.0-or-later
"""LUKS volumes on a machine's disks, made cheaply, with the parameters an agent needs for them."""

import collections
import itertools
import subprocess

PASSPHRASE = "correct horse battery staple"
CHEAP = {1: ["--type", "luks1", "--pbkdf-force-iterations", "1000"],
         2: ["--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]}
MKFS = {"xfs": ["mkfs.xfs", "-q", "-f", "-K"],
        "ext4": ["mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=1"],
        "btrfs": ["mkfs.btrfs", "-q", "-f", "-K"]}


def copy_sparse(source, target) -> None:
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", str(source), str(target)], check=True)


class Volume:
    """A formatted volume: what is needed to open it by hand or by the agent."""

    def __init__(self, machine, number: int, disk, passphrase: str) -> None:
        self._machine = machine
        self.disk = disk
        self.passphrase = passphrase
        self.instance = f"volume{number}"
        self.directory = f"/srv/volume{number}"
        self.parameter = f"/luks/volume{number}"
        self.header = ""
        self.uuid = ""
        self.extra: dict = {}

    @property
    def device(self) -> str:
        return self.disk.device

    @property
    def parameters(self) -> dict:
        """Keywords for `Machine.agent`: the instance and its parameters."""
        found = {"instance": self.instance, "device": self.device, "directory": self.directory,
                 "ssm_parameter": self.parameter, **self._machine.aws_parameters}
        if self.header:
            found["header"] = self.header
        found.update(self.extra)
        return found

    def agent(self, action: str, **options):
        """An action on this volume; options override or add parameters."""
        return self._machine.agent(action, **{**self.parameters, **options})

    def agent_start(self, action: str, **options):
        return self._machine.agent_start(action, **{**self.parameters, **options})

    def open(self, name: str = "", *options: str) -> str:
        """Open it by hand with cryptsetup, under the agent's name unless another is given."""
        name = name or self.instance
        header = ["--header", self.header] if self.header else []
        self._machine.run(["cryptsetup", "open", "-q", "--key-file", "-", *header, *options,
                           self.device, name], stdin=self.passphrase.encode(), check=True)
        return f"/dev/mapper/{name}"

    def mount(self, *options: str) -> None:
        """Open and mount it by hand as start would."""
        path = self.open()
        self._machine.sh(["mkdir", "-p", self.directory])
        self._machine.sh(["mount", *options, path, self.directory])

    def mapping(self) -> dict | None:
        """The dm device of the agent's name in the kernel, or None."""
        return self._machine.snapshot()["maps"].get(self.instance)

    def mounted(self) -> bool:
        return bool(self._machine.mounts_at(self.directory))


class VolumeMixin:
    """The part of Machine that makes volumes."""

    def _init_volumes(self) -> None:
        self._volume_numbers = itertools.count(1)
        self._kinds_in_use: collections.Counter = collections.Counter()
        self._kinds_that_stay: collections.Counter = collections.Counter()
        self._templates: dict = {}
        self.aws_parameters: dict = {}
        self.emulator = None

    def volume(self, serial: str = "", *, luks: int = 2, fs: str = "ext4", size_mib: int = 384,
               passphrase: str = PASSPHRASE, store: bool = True, header: bool = False,
               luks_options: tuple = ()) -> Volume:
        """A new disk with a LUKS header, a filesystem (fs="" for none) and a stored passphrase.

        The PBKDF costs next to nothing.  With store=False the emulator gets no parameter.  Formatting is slow
        under emulation: the first disk of a kind is kept, and later cases get a copy of it.
        """
        number = next(self._volume_numbers)
        serial = serial or f"vol{number:017x}"
        path = self.directory / f"volume{number}.raw"
        kind = (luks, fs, size_mib, passphrase, tuple(luks_options))
        # Two volumes of one case never share a UUID.
        kind += (self._kinds_in_use[kind],)
        self._kinds_in_use[kind[:-1]] += 1
        made = None if header else self._templates.get(kind)
        if made:
            copy_sparse(made[0], path)
        volume = Volume(self, number, self.attach_disk(serial, path, size_mib), passphrase)
        if made:
            volume.uuid = made[1]
        else:
            self._format(volume, luks, fs, header, luks_options)
            if not header:
                self._keep(kind, volume)
        if store and self.emulator is not None:
            self.emulator.put(volume.parameter, passphrase)
        return volume

    def keep_volumes(self) -> None:
        """The volumes made so far stay: no later one gets their UUIDs."""
        self._kinds_that_stay = self._kinds_in_use.copy()

    def forget_volumes(self) -> None:
        """The volumes made since are gone: copies of their kinds may be used again."""
        self._kinds_in_use = self._kinds_that_stay.copy()

    def _keep(self, kind: tuple, volume: Volume) -> None:
        self.sh("sync")
        template = self.directory / f"template{len(self._templates)}.raw"
        copy_sparse(volume.disk.path, template)
        self._templates[kind] = (template, volume.uuid)

    def _format(self, volume: Volume, luks: int, fs: str, header: bool, luks_options: tuple) -> None:
        number, passphrase = volume.instance.removeprefix("volume"), volume.passphrase
        arguments = list(CHEAP[luks])
        if header:
            volume.header = f"/etc/luks-ssm/header{number}"
            self.sh(f"mkdir -p /etc/luks-ssm; truncate -s 16M {volume.header}")
            arguments += ["--header", volume.header]
        self.run(["cryptsetup", "luksFormat", "-q", "--key-file", "-", *arguments, *luks_options,
                  volume.device], stdin=passphrase.encode(), check=True)
        volume.uuid = self.sh(["cryptsetup", "luksUUID", volume.header or volume.device])
        if fs:
            path = volume.open(f"mkfs{number}")
            self.sh([*MKFS[fs], path])
            self.sh(["cryptsetup", "close", f"mkfs{number}"])
