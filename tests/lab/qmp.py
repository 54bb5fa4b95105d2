# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's monitor protocol: one command at a time, events kept until somebody asks."""

import json
import pathlib
import socket
import threading
import time


class QmpError(RuntimeError):
    """QEMU refused a command."""


class Qmp:
    def __init__(self, path: pathlib.Path, timeout_s: float = 20) -> None:
        self._events: list[dict] = []
        self._buffer = b""
        self._lock = threading.RLock()
        self.resets = 0  # of the machine, by itself or by order
        deadline = time.monotonic() + timeout_s
        while True:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self._socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                self._socket.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self._receive(deadline)
        self.command("qmp_capabilities")

    def close(self) -> None:
        self._socket.close()

    def _receive(self, deadline: float) -> dict:
        while b"\n" not in self._buffer:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            data = self._socket.recv(65536)
            if not data:
                raise QmpError("QEMU closed its monitor")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        answer = json.loads(line)
        self.resets += answer.get("event") == "RESET"
        return answer

    def command(self, name: str, timeout_s: float = 20, **arguments):
        """Send one command; arguments are named as QEMU names them.  Any thread may call it."""
        with self._lock:
            return self._command(name, timeout_s, arguments)

    def _command(self, name: str, timeout_s: float, arguments: dict):
        request = {"execute": name, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        deadline = time.monotonic() + timeout_s
        while True:
            answer = self._receive(deadline)
            if "event" in answer:
                self._events.append(answer)
            elif "error" in answer:
                raise QmpError(f"{name}: {answer['error']['desc']}")
            else:
                return answer.get("return")

    def wait_event(self, name: str, timeout_s: float, **data) -> dict:
        """The first event of that name whose data has these values; earlier ones are dropped."""
        with self._lock:
            return self._wait_event(name, timeout_s, data)

    def _wait_event(self, name: str, timeout_s: float, data: dict) -> dict:
        deadline = time.monotonic() + timeout_s
        while True:
            while self._events:
                event = self._events.pop(0)
                if event["event"] == name and data.items() <= event.get("data", {}).items():
                    return event
            answer = self._receive(deadline)
            if "event" in answer:
                self._events.append(answer)

    def monitor(self, line: str) -> str:
        """A command of the human monitor."""
        return self.command("human-monitor-command", **{"command-line": line})
