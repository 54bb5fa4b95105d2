# SPDX-License-Identifier: GPL-2.0-or-later
"""One QEMU machine with a stock Debian kernel, driven from the host.

    with Machine(image.build()) as m:
        m.boot()
        rc, out, err, seconds = m.run("cryptsetup --version")

No privilege of the host is needed; the only sockets are on loopback and in the run directory.
"""

import io
import os
import pathlib
import re
import signal
import subprocess
import tarfile
import time

from . import accel, children
from .aws import AwsMixin
from .channel import ENVIRONMENT, Channel, CommandFailed, MachineLost, Process, Result
from .disks import DiskMixin
from .image import Image
from .marks import PATIENCE
from .ocf import OcfMixin
from .qmp import Qmp, QmpError
from .state import StateMixin
from .volumes import VolumeMixin

FORWARDER = pathlib.Path(__file__).resolve().parent / "forward.py"
AWS_ADDRESS = "10.0.2.100"
METADATA_ADDRESS = "169.254.169.254"
READY_LINE = b"lab: ready"


class Machine(AwsMixin, DiskMixin, OcfMixin, StateMixin, VolumeMixin):
    """A machine that is off until `boot`; close it or use it as a context."""

    def __init__(self, image: Image, name: str = "lab", *, memory_mib: int = 1536,
                 keep: bool = False, systemd: bool = False, append: str = "") -> None:
        self.image = image
        self.name = name
        self.directory = children.directory(keep)
        self.console = self.directory / "console.log"
        self.broken = ""
        self._memory_mib = memory_mib
        self._systemd = systemd
        self._append = append
        self._accel = accel.arguments()
        self._qemu: subprocess.Popen | None = None
        self._qmp: Qmp | None = None
        self._channel: Channel | None = None
        self._ports_to_forward = {"metadata": 0, "aws": 0}
        self.boot_seconds = 0.0
        self.notes: list[str] = []
        self._init_disks()
        self._init_volumes()
        self._make_root()

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_what) -> None:
        self.close()

    # Power

    def _make_root(self) -> None:
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b",
                        str(self.image.disk), str(self.directory / "root.qcow2")], check=True)
        # ssh refuses a key that others can read, wherever the cache came from.
        key = self.directory / "ssh_key"
        key.write_bytes(self.image.ssh_key.read_bytes())
        key.chmod(0o600)

    # What a node of a cluster has besides (node.py).

    def _init_words(self) -> str:
        return "" if self._systemd else " init=/usr/lib/lab/init"

    def _power_arguments(self) -> list[str]:
        return ["-no-reboot"]

    def _more_arguments(self) -> list[str]:
        return []

    def _forwards(self) -> list[tuple[str, str]]:
        """Addresses in the private network and the names of the ports they lead to."""
        return [(AWS_ADDRESS + ":443", "aws")]

    def _arguments(self) -> list[str]:
        def forward(address: str, name: str) -> str:
            command = f"/usr/bin/python3 -I -S {FORWARDER} {self.directory / (name + '.port')}"
            return f"guestfwd=tcp:{address}-cmd:{command}".replace(",", ",,")

        append = "root=/dev/nvme0n1 rw console=ttyS0 panic=1 net.ifnames=0 quiet " \
                 "systemd.show_status=no mitigations=off " + self._append + self._init_words()
        lan = ",".join(["user,id=lan,restrict=on,hostfwd=tcp:127.0.0.1:0-:22",
                        *(forward(*pair) for pair in self._forwards())])
        metadata = ("user,id=metadata,restrict=on,net=169.254.0.0/16,host=169.254.0.2,"
                    "dhcpstart=169.254.0.15,ipv6=off,"
                    + forward(METADATA_ADDRESS + ":80", "metadata"))
        return ["qemu-system-x86_64", "-name", self.name, "-machine", "q35", *self._accel,
                "-m", str(self._memory_mib), "-smp", "1", "-nodefaults", "-no-user-config",
                "-display", "none", *self._power_arguments(),
                "-kernel", str(self.image.kernel), "-append", append,
                "-serial", f"file:{self.console}",
                "-qmp", f"unix:{self.directory}/qmp,server=on,wait=off",
                "-drive", f"file={self.directory}/root.qcow2,format=qcow2,if=none,id=root,"
                          "cache=unsafe,discard=unmap",
                "-device", "nvme,drive=root,serial=lab-root",
                "-netdev", lan, "-device", "virtio-net-pci,netdev=lan,mac=52:54:00:1a:b0:01",
                "-netdev", metadata,
                "-device", "virtio-net-pci,netdev=metadata,mac=52:54:00:1a:b0:02",
                "-device", "virtio-rng-pci", *self._disk_slots(), *self._more_arguments()]

    def boot(self, timeout_s: float = 180) -> "Machine":
        """Power on and wait until commands can be run."""
        began = time.monotonic()
        timeout_s *= PATIENCE
        self.broken = ""
        self.console.write_bytes(b"")
        with open(self.directory / "qemu.log", "ab") as log:
            self._qemu = children.start(self._arguments(), stdout=log, stderr=log)
        self._qmp = Qmp(self.directory / "qmp")
        self._wait_console(READY_LINE, began + timeout_s)
        self._open_channel(began + timeout_s)
        if not self._systemd:
            self.run(["udevadm", "settle"])
        self.set_baseline()
        self._plug_all_disks()
        self._lead_to_aws()
        self.boot_seconds = time.monotonic() - began
        return self

    def _wait_console(self, line: bytes, deadline: float) -> None:
        while line not in self.console.read_bytes():
            if self._qemu.poll() is not None:
                log = (self.directory / "qemu.log").read_text(errors="replace")
                raise MachineLost(f"{self.name}: QEMU ended while booting: {log[-1000:]}")
            if time.monotonic() > deadline:
                raise MachineLost(f"{self.name}: no boot in time:\n{self.console_tail()}")
            time.sleep(0.05)

    def _open_channel(self, deadline: float) -> None:
        while True:
            self._channel = Channel(self.ssh_command(), self.directory / "ssh.log")
            if self._channel.wait_ready(deadline - time.monotonic()):
                return
            self._channel.close()
            # Nobody may take a closed one for the way to the machine.
            self._channel = None
            if time.monotonic() > deadline:
                raise MachineLost(f"{self.name}: no login; see {self.directory}/ssh.log")
            time.sleep(0.1)

    def power_cut(self) -> None:
        """As if the plug were pulled: nothing is flushed inside the machine."""
        if self._channel:
            self._channel.close()
            self._channel = None
        if self._qmp:
            self._qmp.close()
            self._qmp = None
        if self._qemu:
            children.end(self._qemu)
            self._qemu = None
        self._forget_plugs()

    def wait_off(self, timeout_s: float = 120) -> None:
        """Wait until it has switched itself off, or has rebooted, which ends it here."""
        try:
            self._qemu.wait(timeout_s * PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise MachineLost(f"{self.name} does not go down:\n{self.console_tail()}") from error
        self.power_cut()

    def close(self) -> None:
        self.power_cut()

    def freeze(self) -> None:
        """Stop its processors; it does not notice until `thaw`."""
        self.qmp("stop")

    def thaw(self) -> None:
        self.qmp("cont")

    def qmp(self, name: str, **arguments):
        if self._qmp is None:
            raise MachineLost(f"{self.name} is off")
        return self._qmp.command(name, **arguments)

    @property
    def running(self) -> bool:
        return self._qemu is not None and self._qemu.poll() is None

    @property
    def pid(self) -> int:
        return self._qemu.pid

    def console_tail(self, size: int = 3000) -> str:
        return self.console.read_bytes()[-size:].decode(errors="replace") \
            if self.console.exists() else ""

    # Commands

    def ssh_command(self, *options: str) -> list[str]:
        """An ssh command line into the machine, for the channel and for people."""
        found = re.search(r"HOST_FORWARD\S*\s+\d+\s+127\.0\.0\.1\s+(\d+)",
                          self._qmp.monitor("info usernet")) if self._qmp else None
        if not found:
            raise MachineLost(f"{self.name}: QEMU shows no ssh port")
        return ["ssh", "-F", "none", "-i", str(self.directory / "ssh_key"), "-p", found.group(1),
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
                "-o", "ConnectTimeout=20", *options, "root@127.0.0.1"]

    def start(self, command, *, env: dict | None = None, stdin: bytes | None = b"",
              clean_env: bool = False) -> Process:
        """Start a command (a string for sh, or a list) and leave it running.

        With stdin=None it stays open for `write` and `close_stdin` of the Process.
        """
        argv = ["/bin/sh", "-c", command] if isinstance(command, str) else \
            [str(word) for word in command]
        environment = {} if clean_env else dict(ENVIRONMENT)
        environment.update(env or {})
        return self._begin(b"R", {"argv": argv, "env": environment}, stdin,
                           command if isinstance(command, str) else " ".join(argv))

    def _begin(self, kind: bytes, request: dict, stdin: bytes | None, label: str) -> Process:
        if self._channel is None:
            raise MachineLost(f"{self.name} is off")
        if self._channel.broken:
            raise MachineLost(self._channel.broken)
        process = self._channel.start(kind, request, label)
        if stdin is not None:
            process.write(stdin)
            process.close_stdin()
        return process

    def run(self, command, timeout: float = 60, *, check: bool = False, **options) -> Result:
        """Run a command to its end: (rc, out, err, seconds); seconds are measured inside.

        After `timeout` seconds its process group is killed and CommandTimeout raised; with check
        a code other than 0 raises CommandFailed.
        """
        process = self.start(command, **options)
        result = self.wait_process(process, timeout)
        if check and result.rc != 0:
            raise CommandFailed(f"{process.label}: rc {result.rc}\n{result.out}{result.err}")
        return result

    def sh(self, command, timeout: float = 60, **options) -> str:
        """Run a command that must succeed; its standard output without the last newline."""
        return self.run(command, timeout, check=True, **options).out.rstrip("\n")

    def python(self, source: str, arguments: object = None, timeout: float = 60) -> str:
        """Run Python source in a fork of the executor (no exec); ARGUMENTS is set for it."""
        process = self._begin(b"C", {"source": source, "arguments": arguments}, b"",
                              "python: " + source.strip().splitlines()[0])
        result = self.wait_process(process, timeout)
        if result.rc != 0:
            raise CommandFailed(f"{process.label}: rc {result.rc}\n{result.out}{result.err}")
        return result.out

    def wait_process(self, process: Process, timeout: float) -> Result:
        """The end of a started command; see `run`."""
        try:
            return process.wait(timeout * PATIENCE)
        except MachineLost as lost:
            self.broken = str(lost)
            raise

    # Files

    def write(self, path: str, data: bytes | str, mode: int = 0o644) -> None:
        """Create or replace one file in the machine, with its directories."""
        data = data.encode() if isinstance(data, str) else data
        source = ("import os, sys\n"
                  "path, mode = ARGUMENTS\n"
                  "os.makedirs(os.path.dirname(path) or '/', exist_ok=True)\n"
                  "with open(path, 'wb') as file:\n"
                  "    file.write(sys.stdin.buffer.read())\n"
                  "os.chmod(path, mode)\n")
        process = self._begin(b"C", {"source": source, "arguments": [path, mode]}, data,
                              f"write {path}")
        result = self.wait_process(process, 60)
        if result.rc != 0:
            raise CommandFailed(f"write {path}: {result.err}")

    def read(self, path: str) -> bytes:
        process = self.start(["cat", path])
        if self.wait_process(process, 60).rc != 0:
            raise CommandFailed(f"read {path}: {process.errors.decode(errors='replace')}")
        return process.output

    def push(self, source: os.PathLike | str, target: str) -> None:
        """Copy a file or a directory's contents of the host to `target`; owners become root."""
        source = pathlib.Path(source)
        if not source.is_dir():
            self.write(target, source.read_bytes(), source.stat().st_mode & 0o7777)
            return

        def owned_by_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            return entry

        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name in sorted(os.listdir(source)):
                tar.add(source / name, name, filter=owned_by_root)
        self.sh(f"mkdir -p '{target}'")
        # A directory that is a link in the machine (/sbin, /lib) stays one.
        self.run(["tar", "-x", "-f", "-", "-C", target, "--keep-directory-symlink", "--no-overwrite-dir"],
                 stdin=packed.getvalue(), check=True, timeout=300)

    def pull(self, source: str, target: os.PathLike | str) -> None:
        """Copy a file, or a directory's contents, out of the machine."""
        target = pathlib.Path(target)
        if self.run(["test", "-d", source]).rc != 0:
            target.write_bytes(self.read(source))
            return
        process = self.start(["tar", "-c", "-f", "-", "-C", source, "."])
        self.wait_process(process, 300)
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(process.output)) as tar:
            tar.extractall(target)

    # The emulated AWS

    def forward_port(self, name: str, port: int) -> None:
        """Lead 169.254.169.254:80 (`metadata`) or AWS names :443 (`aws`) to a port of the host."""
        if name not in self._ports_to_forward:
            raise ValueError(name)
        path = self.directory / f"{name}.port"
        path.with_suffix(".new").write_text(str(port), encoding="ascii")
        path.with_suffix(".new").rename(path)

    def aws_names(self, *names: str) -> None:
        """Let these host names lead to the `aws` port."""
        lines = "".join(f"{AWS_ADDRESS} {name}\n" for name in names)
        self.write("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 lab\n" + lines)

    def dmesg(self, lines: int = 40) -> str:
        try:
            return self.run(["sh", "-c", f"dmesg | tail -n {lines}"], timeout=10).out
        except (MachineLost, AssertionError, QmpError):
            return self.console_tail()

    def interrupt(self) -> None:
        """End QEMU politely (SIGTERM), as a host that goes down would."""
        if self.running:
            self._qemu.send_signal(signal.SIGTERM)
