# SPDX-License-Identifier: GPL-2.0-or-later
"""A name server of one page: nameserver.py ADDRESS PORT NAME=ADDRESS…, or a thread. The standard library alone."""
from __future__ import annotations

import socket
import struct
import sys
import threading


class NameServer(threading.Thread):
    """Answers A questions for the names it knows, NXDOMAIN to the rest (RFC 1035)."""

    def __init__(self, names: dict[str, str], address: str = "127.0.0.1", port: int = 53) -> None:
        super().__init__(daemon=True)
        self.names = names
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))

    def run(self) -> None:
        while True:
            question, sender = self.socket.recvfrom(512)
            self.socket.sendto(self.reply(question), sender)

    def reply(self, question: bytes) -> bytes:
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        kind = struct.unpack(">H", question[at + 1:at + 3])[0]
        address = self.names.get(".".join(labels).lower())
        answers = 1 if address and kind == 1 else 0
        head = question[:2] + struct.pack(">HHHHH", 0x8180 if address else 0x8183, 1, answers, 0, 0)
        body = question[12:at + 5]
        if answers:
            body += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address)
        return head + body


if __name__ == "__main__":
    NameServer(dict(pair.split("=") for pair in sys.argv[3:]), sys.argv[1], int(sys.argv[2])).run()
