# SPDX-License-Identifier: GPL-2.0-or-later
"""The helper's frames from the outside: written and read by a second implementation of src/base/wire.h.

Field numbers and limits come from src/base/wire.def, the one table both programs are built from.
"""
from __future__ import annotations

import re
import struct
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = 1
REQUEST, REPLY = 1, 2
ROW = re.compile(r"^WIRE\((\w+), (\w+), (\w+), (\d+), (\d+)\)", re.MULTILINE)
STATUS_ROW = re.compile(r'^STATUS\((\w+), "([^"]+)"\)', re.MULTILINE)
SOURCES = {"static": 1, "metadata": 2, "process": 3, "container": 4, "web-identity": 5}


def fields() -> dict[str, tuple[int, str]]:
    """Name to number and form."""
    text = (ROOT / "src/base/wire.def").read_text()
    return {row[0]: (number, row[2]) for number, row in enumerate(ROW.findall(text))}


def statuses() -> list[str]:
    """The stable codes by number."""
    text = (ROOT / "src/base/status.def").read_text()
    return ["ok"] + [row[1] for row in STATUS_ROW.findall(text)]


FIELDS = fields()
NAMES = {number: (name, form) for name, (number, form) in FIELDS.items()}
STATUSES = statuses()


def field(name: str, value, place: int = 0) -> bytes:
    number, form = FIELDS[name]
    if form == "NUMBER":
        data = struct.pack(">Q", int(value))
    else:
        data = value if isinstance(value, bytes) else str(value).encode()
    return struct.pack(">BBI", number, place, len(data)) + data + b"\0"


def frame(body: bytes, kind: int = REQUEST, version: int = VERSION) -> bytes:
    return b"LSA" + bytes([version, kind]) + struct.pack(">I", len(body)) + body


def request(values: dict) -> bytes:
    """A request frame; a list as value fills the places from 0 on, None leaves the field out."""
    body = b""
    for name, value in values.items():
        if isinstance(value, list):
            body += b"".join(field(name, one, place) for place, one in enumerate(value))
        elif value is not None:
            body += field(name, value)
    return frame(body)


def parse_reply(data: bytes) -> dict:
    """The fields of a reply frame, strictly: whatever is not exactly one reply raises ValueError."""
    if len(data) < 9 or data[:3] != b"LSA" or data[3] != VERSION or data[4] != REPLY:
        raise ValueError(f"not a reply frame: {data[:9]!r}")
    if struct.unpack(">I", data[5:9])[0] != len(data) - 9:
        raise ValueError("the length is not the frame's")
    result: dict = {}
    at = 9
    while at < len(data):
        number, place, length = struct.unpack(">BBI", data[at:at + 6])
        name, form = NAMES[number]
        value: object = data[at + 6:at + 6 + length]
        if data[at + 6 + length] != 0 or name in result or place != 0:
            raise ValueError(f"field {name} is malformed or repeated")
        if form == "NUMBER":
            value = struct.unpack(">Q", data[at + 6:at + 14])[0]
        elif form == "TEXT":
            value = data[at + 6:at + 6 + length].decode()
        result[name] = value
        at += 7 + length
    return result
