# SPDX-License-Identifier: GPL-2.0-or-later
"""Replies as bytes, from tests/data/http: each malformed one is refused under the name of what is wrong with it."""
from __future__ import annotations

import socket
import threading
from pathlib import Path

from .kit import HelperTest

DATA = Path(__file__).resolve().parents[1] / "data/http"
VALUE = "opensesame"


class RawServer:
    """TLS on loopback; reads one request a connection and answers the bytes it was given."""

    def __init__(self, certificates):
        self.certificates = certificates
        self.reply = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            try:
                self._answer(stream)
            except OSError:
                stream.close()

    def _answer(self, stream: socket.socket) -> None:
        stream.settimeout(5)
        with self.certificates.context().wrap_socket(stream, server_side=True) as link:
            data = b""
            while b"WithDecryption" not in data and (more := link.recv(65536)):
                data += more
            link.sendall(self.reply)
            # A body that ends with the connection is whole only where TLS says that it ended.
            link.unwrap()


class Http(HelperTest):
    def setUp(self):
        super().setUp()
        self.server = RawServer(self.aws.certificates)
        self.addCleanup(self.server.stop)

    def ask(self, path: Path):
        self.server.reply = path.read_bytes()
        return self.fetch(0.9, ENDPOINT_SSM=self.server.url)

    def test_each_malformed_reply_is_refused_by_the_name_of_what_is_wrong(self):
        paths = sorted((DATA / "invalid").glob("*.http"))
        self.assertGreater(len(paths), 25)
        for path in paths:
            with self.subTest(path.stem):
                answer = self.ask(path)
                self.check_refusal(answer, *Path(f"{path}.expected").read_text().splitlines())
                self.assertNotIn(VALUE, answer.reason)

    def test_each_unusual_reply_is_read(self):
        for path in sorted((DATA / "valid").glob("*.http")):
            with self.subTest(path.stem):
                answer = self.ask(path)
                self.assertEqual((answer.code, answer.key), ("ok", VALUE.encode()), answer.reason)
