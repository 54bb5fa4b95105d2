# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's end of the one ssh channel into a machine, and the commands in flight on it."""

import json
import pathlib
import signal
import struct
import subprocess
import threading
import time
from typing import NamedTuple

from . import children

_HEADER = struct.Struct(">cII")
_EXECUTOR = pathlib.Path(__file__).resolve().parent / "guest" / "executor.py"
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "HOME": "/root", "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh"}
GIVE_UP_S = 5


class Result(NamedTuple):
    """What a command did: rc is negative for a signal, out and err are text."""

    rc: int
    out: str
    err: str
    seconds: float


class CommandFailed(AssertionError):
    """A command that had to succeed did not."""


class CommandTimeout(AssertionError):
    """A command had to be killed by the lab."""


class MachineLost(RuntimeError):
    """The machine or something in it hangs beyond the lab's reach: boot another one."""


class Process:
    """A command or function running in the machine."""

    def __init__(self, channel: "Channel", number: int, label: str) -> None:
        self._channel = channel
        self._number = number
        self._output = {b"O": bytearray(), b"E": bytearray()}
        self._started = threading.Event()
        self._ended = threading.Event()
        self._pid: int | None = None
        self._rc: int | None = None
        self._seconds = 0.0
        self.label = label

    def handle(self, kind: bytes, payload: bytes) -> None:
        if kind in self._output:
            self._output[kind] += payload
        elif kind == b"S":
            self._pid = json.loads(payload)["pid"]
            self._started.set()
        elif kind == b"X":
            answer = json.loads(payload)
            self._rc, self._seconds = answer["rc"], answer["seconds"]
            self._started.set()
            self._ended.set()

    def lost(self) -> None:
        self._started.set()
        self._ended.set()

    @property
    def pid(self) -> int:
        """Its pid inside the machine."""
        if not self._started.wait(GIVE_UP_S * 2) or self._pid is None:
            raise MachineLost(f"{self.label}: not started")
        return self._pid

    @property
    def output(self) -> bytes:
        """What came on standard output until now."""
        return bytes(self._output[b"O"])

    @property
    def errors(self) -> bytes:
        return bytes(self._output[b"E"])

    def running(self) -> bool:
        return not self._ended.is_set()

    def write(self, data: bytes) -> None:
        if data:
            self._channel.send(b"I", self._number, data)

    def close_stdin(self) -> None:
        self._channel.send(b"I", self._number, b"")

    def kill(self, number: int = signal.SIGKILL, group: bool = True) -> None:
        """Signal the command's process group, or the command alone."""
        self._channel.send(b"K", self._number,
                           json.dumps({"signal": int(number), "group": group}).encode())

    def wait(self, timeout_s: float = 60) -> Result:
        """Its end; after timeout_s the group is killed and CommandTimeout raised."""
        if not self._ended.wait(timeout_s):
            self.kill()
            if not self._ended.wait(GIVE_UP_S):
                self._channel.broken = f"{self.label}: alive {GIVE_UP_S} s after SIGKILL"
                raise MachineLost(self._channel.broken)
            raise CommandTimeout(f"{self.label}: killed after {timeout_s:g} s\n"
                                 f"{self.output.decode(errors='replace')}"
                                 f"{self.errors.decode(errors='replace')}")
        if self._rc is None:
            raise MachineLost(f"{self.label}: the channel to the machine broke")
        return Result(self._rc, self.output.decode(errors="replace"),
                      self.errors.decode(errors="replace"), self._seconds)


class Channel:
    """Frames to and from the executor in the machine, through one ssh."""

    def __init__(self, ssh_command: list, log: pathlib.Path) -> None:
        self._lock = threading.Lock()
        self._processes: dict[int, Process] = {}
        self._last = 0
        self._ready = threading.Event()
        self.broken = ""
        source = _EXECUTOR.read_bytes()
        bootstrap = ("import sys; source = sys.stdin.buffer; "
                     "exec(compile(source.read(%d), 'executor', 'exec'))" % len(source))
        # No frame is sent before the executor says that it listens: none is lost in a buffer.
        remote = f"exec /usr/bin/python3 -I -c \"{bootstrap}\""
        with open(log, "ab") as errors:
            self._ssh = children.start([*ssh_command, remote], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=errors, bufsize=0)
        try:
            self._ssh.stdin.write(source)
        except BrokenPipeError:
            # Refused: wait_ready says so, and the caller tries again.
            pass
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_ready(self, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        while not self._ready.wait(0.05):
            if self._ssh.poll() is not None or time.monotonic() > deadline:
                return False
        return True

    def close(self) -> None:
        children.end(self._ssh)
        self._reader.join(GIVE_UP_S)

    def send(self, kind: bytes, number: int, payload: bytes = b"") -> None:
        frame = memoryview(_HEADER.pack(kind, number, len(payload)) + payload)
        try:
            with self._lock:
                while frame:
                    frame = frame[self._ssh.stdin.write(frame):]
        except (BrokenPipeError, ValueError) as error:
            raise MachineLost("the channel to the machine is closed") from error

    def start(self, kind: bytes, request: dict, label: str) -> Process:
        with self._lock:
            self._last += 1
            process = self._processes[self._last] = Process(self, self._last, label)
            number = self._last
        self.send(kind, number, json.dumps(request).encode())
        return process

    def _read_exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = self._ssh.stdout.read(size - len(data))
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def _read(self) -> None:
        try:
            while True:
                kind, number, length = _HEADER.unpack(self._read_exactly(_HEADER.size))
                payload = self._read_exactly(length)
                if kind == b"H":
                    self._ready.set()
                    continue
                process = self._processes.get(number)
                if process:
                    process.handle(kind, payload)
                    if kind == b"X":
                        del self._processes[number]
        except (EOFError, OSError, ValueError):
            for process in list(self._processes.values()):
                process.lost()
