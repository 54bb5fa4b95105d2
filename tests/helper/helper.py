# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs luks-ssm-aws as the root side does: a frame on stdin, a frame on stdout, an environment of one variable."""
from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

from . import frames


@dataclass
class Answer:
    """What came back: the stable code of the status, and the rest as the fields say."""

    code: str
    reason: str = ""
    key: bytes = b""
    version: int = 0
    has_older: bool = False
    has_backslash: bool = False
    warning: str = ""
    seconds: float = 0.0
    region: str = ""


def program() -> str:
    """The helper of the build directory that the suite runs on (tests/helper/run sets it)."""
    return os.environ["LUKS_SSM_AWS"]


def start(data: bytes | None = None) -> subprocess.Popen:
    process = subprocess.Popen([program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env={"LD_BIND_NOW": "1"})
    if data is not None:
        process.stdin.write(data)
        process.stdin.close()
        process.stdin = None
    return process


def run(data: bytes, timeout_s: float = 60) -> tuple[int, bytes]:
    """Exit code and what was written."""
    with start() as process:
        output, _ = process.communicate(data, timeout=timeout_s)
    return process.returncode, output


def fetch(values: dict, deadline_s: float = 10) -> Answer:
    """One request with a deadline; fails the test when the reply is not one frame or comes much too late."""
    begun = time.monotonic()
    values = {"DEADLINE": int((begun + deadline_s) * 1000), **values}
    code, output = run(frames.request(values), deadline_s + 10)
    seconds = time.monotonic() - begun
    if code != 0:
        raise AssertionError(f"the helper exited with {code}")
    if seconds > deadline_s + 1:
        raise AssertionError(f"the answer came {seconds - deadline_s:.1f} s after the deadline")
    reply = frames.parse_reply(output)
    status = frames.STATUSES[reply["STATUS"]]
    reason = reply.get("REASON", "")
    if status != "ok" and not reason.startswith(status + ": "):
        raise AssertionError(f"status {status} with the reason {reason!r}")
    if len(reason.encode()) >= 200 or "\n" in reason:
        raise AssertionError(f"the reason is not one short line: {reason!r}")
    return Answer(status, reason, reply.get("KEY", b""), reply.get("KEY_VERSION", 0),
                  bool(reply.get("HAS_OLDER")), bool(reply.get("HAS_BACKSLASH")),
                  reply.get("WARNING", ""), seconds, reply.get("KEY_REGION", ""))
