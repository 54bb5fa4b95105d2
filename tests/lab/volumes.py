# SPDX-License-Identifier: GPL-2.0-or-later
"""LUKS volumes on a machine's disks, made cheaply, with the parameters an agent needs for them."""

import itertools

PASSPHRASE = "correct horse battery staple"
CHEAP = {1: ["--type", "luks1", "--pbkdf-force-iterations", "1000"],
         2: ["--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]}
MKFS = {"xfs": ["mkfs.xfs", "-q", "-f", "-K"],
        "ext4": ["mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=1"],
        "btrfs": ["mkfs.btrfs", "-q", "-f", "-K"]}


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
        self.aws_parameters: dict = {}
        self.emulator = None

    def volume(self, serial: str = "", *, luks: int = 2, fs: str = "ext4", size_mib: int = 384,
               passphrase: str = PASSPHRASE, store: bool = True, header: bool = False,
               luks_options: tuple = ()) -> Volume:
        """A new disk with a LUKS header, a filesystem (fs="" for none) and a stored passphrase.

        The PBKDF costs next to nothing.  With store=False the emulator gets no parameter.
        """
        number = next(self._volume_numbers)
        serial = serial or f"vol{number:017x}"
        volume = Volume(self, number, self.attach_disk(serial, size_mib=size_mib), passphrase)
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
        if store and self.emulator is not None:
            self.emulator.put(volume.parameter, passphrase)
        return volume
