# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's power switch: what fence_lab in the machines talks to, on the host's loopback.

Knows only the machines it was given and a word that only they know; switches nothing else.
"""

import hmac
import json
import secrets
import socket
import threading
import time
from typing import NamedTuple


class Fenced(NamedTuple):
    """One request, with the host's time when it came and when it was done."""

    began: float
    ended: float
    action: str
    target: str
    asker: str


class PowerSwitch:
    """Answers one JSON line with one JSON line; each connection is one request."""

    def __init__(self, nodes: dict) -> None:
        self._nodes = nodes
        self.token = secrets.token_hex(16)
        self.log: list[Fenced] = []
        self.broken = False  # a test may let the device itself fail
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rw", encoding="utf-8") as lines:
            try:
                connection.settimeout(20)
                answer = self._answer(json.loads(lines.readline(4096)))
            except Exception as error:  # pylint: disable=broad-except
                answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
            try:
                lines.write(json.dumps(answer) + "\n")
                lines.flush()
            except OSError:
                pass

    def _answer(self, request: dict) -> dict:
        if not hmac.compare_digest(str(request.get("token", "")), self.token):
            return {"ok": False, "error": "wrong token"}
        if self.broken:
            return {"ok": False, "error": "the power switch does not answer"}
        action, target = request.get("action"), request.get("plug", "")
        if action == "list":
            return {"ok": True, "plugs": sorted(self._nodes)}
        node = self._nodes.get(target)
        if node is None:
            return {"ok": False, "error": f"no such plug: {target}"}
        began = time.time()
        if action in ("off", "reboot"):
            node.power_off()
        if action in ("on", "reboot"):
            node.power_on()
        if action not in ("on", "off", "reboot", "status"):
            return {"ok": False, "error": f"no such action: {action}"}
        if action != "status":
            self.log.append(Fenced(began, time.time(), action, target, request.get("from", "")))
        return {"ok": True, "power": "on" if node.powered() else "off"}

    def close(self) -> None:
        self._listener.close()
