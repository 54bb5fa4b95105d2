# SPDX-License-Identifier: GPL-2.0-or-later
"""What is searched for: texts that stand nowhere else, the same in every run, and what they become on their way."""
from __future__ import annotations

import base64
import hashlib
import hmac
import random
import string
import time
from pathlib import Path

MASK = 0xa5
LETTERS = string.ascii_letters + string.digits


def text(name: str, length: int) -> str:
    """Letters and digits that only this name gives."""
    chooser = random.Random(f"luks-ssm {name}")
    return "".join(chooser.choice(LETTERS) for _ in range(length))


def signing_key(secret: str, service: str, region: str) -> bytes:
    """What signs all of today's requests (Signature Version 4)."""
    key = ("AWS4" + secret).encode()
    for word in (time.strftime("%Y%m%d", time.gmtime()), region, service, "aws4_request"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    return key


def login(user: str, password: str) -> bytes:
    """As the proxy's header has it."""
    return base64.b64encode(f"{user}:{password}".encode())


def write(path: Path, needles: dict[str, bytes | str]) -> Path:
    """The file that watch and search_files read; masked, so that it is no find itself."""
    lines = []
    for name, needle in needles.items():
        data = needle.encode() if isinstance(needle, str) else needle
        lines.append(f"{name} {bytes(byte ^ MASK for byte in data).hex()}\n")
    path.write_text("".join(lines), encoding="ascii")
    return path
