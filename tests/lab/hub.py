# SPDX-License-Identifier: GPL-2.0-or-later
"""The cluster's network: a hub that passes Ethernet frames between QEMU machines over unix sockets.

Run as a process of its own (python3 -m lab.hub DIRECTORY NAME…); `Hub` starts and commands it.  It opens nothing but
sockets in its directory.  Rules are per direction, «from>to»: cut, delay_ms, drop (a probability, by a fixed seed).
"""

import heapq
import json
import os
import pathlib
import random
import selectors
import socket
import subprocess
import sys
import time

from . import children

FRAME_BYTES = 65536
SEED = 20240
CONTROL = "control"


def mac(number: int) -> str:
    return f"52:54:00:1a:b2:{number:02x}"


class Switchboard:
    """The process itself: one socket for each machine, one for rules."""

    def __init__(self, directory: pathlib.Path, names: list[str]) -> None:
        self.directory = directory
        self.names = names
        self.rules: dict[str, dict] = {}
        self.waiting: list[tuple[float, int, str, bytes]] = []
        self.counted = {name: 0 for name in names}
        self._random = random.Random(SEED)
        self._order = 0
        self._by_mac = {bytes.fromhex(mac(number).replace(":", "")): name
                        for number, name in enumerate(names, 1)}
        self._selector = selectors.DefaultSelector()
        self._sockets = {name: self._bind(f"{name}.hub", name) for name in names}
        self._control = self._bind(CONTROL, CONTROL)

    def _bind(self, file: str, name: str) -> socket.socket:
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        bound.bind(str(self.directory / file))
        self._selector.register(bound, selectors.EVENT_READ, name)
        return bound

    def serve(self) -> None:
        parent = os.getppid()
        while os.getppid() == parent:
            wait_s = max(self.waiting[0][0] - time.monotonic(), 0) if self.waiting else 5
            for key, _ in self._selector.select(wait_s):
                self._drain(key.fileobj, key.data)
            while self.waiting and self.waiting[0][0] <= time.monotonic():
                _, _, target, frame = heapq.heappop(self.waiting)
                self._deliver(target, frame)

    def _drain(self, source: socket.socket, name: str) -> None:
        for _ in range(256):
            try:
                data, sender = source.recvfrom(FRAME_BYTES)
            except BlockingIOError:
                return
            if name == CONTROL:
                self.rules = json.loads(data)
                if sender:
                    source.sendto(json.dumps(self.counted).encode(), sender)
            else:
                self._pass_on(name, data)

    def _pass_on(self, source: str, frame: bytes) -> None:
        known = self._by_mac.get(frame[:6])
        for target in [known] if known else self.names:
            if target == source:
                continue
            rule = self.rules.get(f"{source}>{target}", {})
            if rule.get("cut") or (rule.get("drop") and self._random.random() < rule["drop"]):
                continue
            if rule.get("delay_ms"):
                self._order += 1
                heapq.heappush(self.waiting, (time.monotonic() + rule["delay_ms"] / 1000, self._order,
                                              target, frame))
            else:
                self._deliver(target, frame)

    def _deliver(self, target: str, frame: bytes) -> None:
        try:
            self._sockets[target].sendto(frame, str(self.directory / f"{target}.nic"))
            self.counted[target] += 1
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
            # The machine is off or frozen: a real cable loses frames then, too.
            pass


class Hub:
    """The host's handle; ended with `close` or with the process that made it."""

    def __init__(self, directory: pathlib.Path, names: list[str]) -> None:
        self.directory = directory
        self.names = names
        self.rules: dict[str, dict] = {}
        tests = pathlib.Path(__file__).resolve().parent.parent
        with open(directory / "hub.log", "ab") as log:
            self._process = children.start([sys.executable, "-B", "-m", "lab.hub", directory, *names], cwd=tests,
                                           env={**os.environ, "PYTHONPATH": str(tests)},
                                           stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 20
        while not (directory / CONTROL).exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the hub did not start: " + (directory / "hub.log").read_text()[-1000:])
            time.sleep(0.05)
        self._asker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._asker.bind(str(directory / "asker"))
        self._asker.settimeout(10)

    def nic_arguments(self, name: str, number: int) -> list[str]:
        """QEMU's arguments for this machine's card."""
        return ["-netdev", f"dgram,id=cluster,local.type=unix,local.path={self.directory}/{name}.nic,"
                           f"remote.type=unix,remote.path={self.directory}/{name}.hub",
                "-device", f"virtio-net-pci,netdev=cluster,mac={mac(number)}"]

    def _apply(self) -> dict:
        self._asker.sendto(json.dumps(self.rules).encode(), str(self.directory / CONTROL))
        return json.loads(self._asker.recv(FRAME_BYTES))

    def rule(self, source: str, target: str, **rule) -> None:
        """What happens to frames from one to the other: cut=True, delay_ms=…, drop=0.1; nothing heals."""
        self.rules[f"{source}>{target}"] = rule
        self._apply()

    def cut(self, one: str, other: str = "", both_ways: bool = True) -> None:
        """Cut a machine off from another, or from all others; one way: what `one` sends is lost."""
        for peer in [other] if other else [name for name in self.names if name != one]:
            self.rules[f"{one}>{peer}"] = {"cut": True}
            if both_ways:
                self.rules[f"{peer}>{one}"] = {"cut": True}
        self._apply()

    def heal(self) -> None:
        """All cables as they were."""
        self.rules = {}
        self._apply()

    def counted(self) -> dict:
        """How many frames each machine got."""
        return self._apply()

    def close(self) -> None:
        self._asker.close()
        children.end(self._process)


if __name__ == "__main__":
    Switchboard(pathlib.Path(sys.argv[1]), sys.argv[2:]).serve()
