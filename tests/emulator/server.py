# SPDX-License-Identifier: GPL-2.0-or-later
"""Listens on loopback and gives each connection a thread; TLS is spoken in that thread."""
from __future__ import annotations

import socket
import ssl
import threading
import time

from .wire import BadRequest, Connection, Gone, Reply

IDLE_S = 60.0


class Listener:
    """One port. certificates: None for plain HTTP. Never binds anything but loopback.

    metadata: what an instance sees here, where it is not the emulator's one.
    """

    def __init__(self, emulator, name: str, port: int, certificates=None, host: str = "127.0.0.1",
                 metadata=None):
        if not host.startswith("127.") and host != "::1":
            raise ValueError("the emulator listens on loopback only")
        self.emulator = emulator
        self.name = name
        self.certificates = certificates
        self.metadata = metadata
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, port), family=family, backlog=256)
        self.port = self.socket.getsockname()[1]
        self._open: set = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, name=f"accept-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and cut every connection."""
        for action in (lambda: self.socket.shutdown(socket.SHUT_RDWR), self.socket.close):
            try:
                action()
            except OSError:
                pass
        self._thread.join(5)
        with self._lock:
            streams = list(self._open)
        for stream in streams:
            try:
                stream.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self) -> None:
        while True:
            try:
                stream, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._run, args=(stream,), daemon=True).start()

    def _run(self, stream: socket.socket) -> None:
        with self._lock:
            self._open.add(stream)
        self.emulator.log.count("connections")
        self.emulator.log.count(f"connections.{self.name}")
        connection = Connection(stream, self.certificates is not None)
        connection.metadata = self.metadata
        try:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream.settimeout(IDLE_S)
            self._connect_faults(connection)
            if self.certificates is not None:
                connection.sock = self._handshake(stream)
            self._converse(connection)
        except (Gone, OSError):
            pass
        finally:
            with self._lock:
                self._open.discard(stream)
            connection.close(polite=not connection.cut)

    def _connect_faults(self, connection: Connection) -> None:
        for fault in self.emulator.faults.take(self.name, "connect", None, connect=True):
            if fault.do == "connect_delay":
                time.sleep(fault.seconds)
            elif fault.do == "connect_reset":
                connection.reset()
            elif fault.do == "connect_hang":
                connection.wait_for_client_end(fault.seconds)
            else:
                raise Gone("closed on purpose")

    def _handshake(self, stream: socket.socket) -> ssl.SSLSocket:
        try:
            wrapped = self.certificates.context().wrap_socket(
                stream, server_side=True, suppress_ragged_eofs=True)
        except (ssl.SSLError, OSError) as error:
            self.emulator.log.count("tls_failures")
            raise Gone(f"handshake: {error}") from error
        self.emulator.log.count("tls_handshakes")
        self.emulator.log.count(f"tls.{wrapped.version()}")
        with self._lock:
            self._open.discard(stream)
            self._open.add(wrapped)
        return wrapped

    def _converse(self, connection: Connection) -> None:
        try:
            while True:
                try:
                    request = connection.read_request()
                except (BadRequest, ValueError) as error:
                    self.emulator.log.count("bad_requests")
                    refusal = Reply(400, [], f"{error}\n".encode(), "text/plain")
                    connection.write_reply(refusal, False)
                    return
                reply = self.emulator.gateway.serve(request, connection)
                connection.write_reply(reply, request.keeps_alive)
        finally:
            with self._lock:
                self._open.discard(connection.sock)
