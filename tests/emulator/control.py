# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket: one JSON object a line in, one a line out. Unix socket, owner only.

Who may call it: tests of the same user (checked by the kernel's word on the peer's uid).
"""
from __future__ import annotations

import json
import os
import socket
import struct
import threading

from .faults import Fault
from .world import REGION


class Verbs:
    """What a test may ask; each method is a verb, its arguments are the object's other keys."""

    def __init__(self, emulator):
        self.emulator = emulator

    def ping(self) -> dict:
        return {"pid": os.getpid()}

    def fault(self, **row) -> dict:
        return self.emulator.faults.add(Fault.from_dict(row)).as_dict()

    def faults(self) -> list:
        return self.emulator.faults.listing()

    def clear(self, name: str | None = None) -> int:
        return self.emulator.faults.clear(name)

    def counters(self) -> dict:
        return self.emulator.log.snapshot()

    def log(self, count: int = 100) -> list:
        return self.emulator.log.tail(count)

    def reset_log(self) -> None:
        self.emulator.log.reset()

    def clock(self, offset: float = 0.0) -> float:
        self.emulator.clock.offset_s = float(offset)
        return self.emulator.clock.offset_s

    def tls(self, kind: str | None = None, minimum: str | None = None,
            maximum: str | None = None) -> dict:
        self.emulator.certificates.switch(kind, minimum, maximum)
        chosen = self.emulator.certificates
        return {"kind": chosen.kind, "minimum": chosen.minimum, "maximum": chosen.maximum}

    def style(self, **row) -> None:
        """Spelling of JSON errors: shape, message_key, header, body_type."""
        self._set(self.emulator.error_style, row)

    def metadata(self, **row) -> None:
        self._set(self.emulator.metadata, row)
        self.emulator.metadata.forget()

    def instances(self, plugs: dict, port: int, token: str) -> dict:
        """Machines of a power switch as EC2 instances; the ports of their metadata by their ids."""
        return self.emulator.add_instances(plugs, port, token)

    def container(self, **row) -> None:
        self._set(self.emulator.container, row)

    def network(self, **row) -> None:
        """source_ip, source_vpce, vpc_source_ip: where requests seem to come from."""
        self._set(self.emulator.world, row,
                  allowed=("source_ip", "source_vpce", "vpc_source_ip"))

    def put(self, **row) -> int:
        return self.emulator.put(**row)

    def load(self, **state) -> None:
        self.emulator.load(state)

    def user(self, **row) -> dict:
        key = self.emulator.world.add_user(**row)
        return {"key_id": key.key_id, "secret": key.secret}

    def role(self, **row) -> str:
        return self.emulator.world.add_role(**row).arn

    def policies(self, name: str, policies: list) -> None:
        self.emulator.world.set_policies(name, policies)

    def session(self, role: str, session: str = "test", duration: float = 3600) -> dict:
        """Temporary keys of a role; a negative duration makes expired ones."""
        key = self.emulator.world.open_session(self.emulator.world.role(role), session, duration)
        return {"key_id": key.key_id, "secret": key.secret, "token": key.token}

    def expire(self, key_id: str | None = None) -> int:
        return self.emulator.world.expire(key_id)

    def access_key(self, key_id: str, active: bool) -> None:
        self.emulator.world.keys[key_id].active = active

    def kms_key(self, **row) -> str:
        return self.emulator.kms.add_key(**row).arn

    def kms_state(self, key: str, state: str, region: str = REGION) -> None:
        self.emulator.kms.set_state(key, state, region)

    def web_token(self, **row) -> str:
        return self.emulator.sts.add_web_token(**row)

    @staticmethod
    def _set(target, row: dict, allowed: tuple | None = None) -> None:
        for name, value in row.items():
            known = name in (allowed or vars(target)) and not name.startswith("_")
            if not known or name in ("world", "lock"):
                raise ValueError(f"unknown setting {name!r}")
            setattr(target, name, value)

    def call(self, message: dict):
        verb = message.pop("verb", "")
        method = getattr(self, verb, None)
        if verb.startswith("_") or verb == "call" or not callable(method):
            raise ValueError(f"unknown verb {verb!r}")
        return method(**message)


class ControlServer:
    def __init__(self, emulator, path: str):
        self.verbs = Verbs(emulator)
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if os.path.exists(path):
            os.unlink(path)
        before = os.umask(0o177)
        try:
            self.socket.bind(path)
        finally:
            os.umask(before)
        self.socket.listen(16)
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def stop(self) -> None:
        self.socket.close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def _accept(self) -> None:
        while True:
            try:
                stream, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream: socket.socket) -> None:
        with stream, stream.makefile("rw", encoding="utf-8") as lines:
            peer = stream.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            if struct.unpack("3i", peer)[1] not in (os.getuid(), 0):
                return
            for line in lines:
                try:
                    answer = {"ok": True, "result": self.verbs.call(json.loads(line))}
                except Exception as error:  # whatever a test sent, it gets the reason back
                    answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
                try:
                    lines.write(json.dumps(answer) + "\n")
                    lines.flush()
                except OSError:
                    return


class ControlError(Exception):
    """The emulator refused a verb."""


def ask(path: str, verb: str, **details):
    """One question to a running emulator; its result, or ControlError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.settimeout(30)
        stream.connect(path)
        with stream.makefile("rw", encoding="utf-8") as lines:
            lines.write(json.dumps({"verb": verb, **details}) + "\n")
            lines.flush()
            answer = json.loads(lines.readline())
    if not answer["ok"]:
        raise ControlError(answer["error"])
    return answer["result"]
