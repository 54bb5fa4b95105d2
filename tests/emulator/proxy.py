# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP proxy that knows CONNECT and nothing else, on loopback, with a login (Basic) or without.

It goes to no place that a test did not map: a name such as ssm.eu-central-1.amazonaws.com:443 leads to the emulator, and
what is not mapped gets 502, as from a proxy that cannot reach it. Heads are kept, tunnelled bytes are not looked at.
"""
from __future__ import annotations

import base64
import selectors
import socket
import ssl
import threading
import time

HEAD_LIMIT_BYTES = 65536
IDLE_S = 60.0
PHRASES = {200: "Connection established", 400: "Bad Request", 403: "Forbidden",
           405: "Method Not Allowed", 407: "Proxy Authentication Required", 502: "Bad Gateway",
           503: "Service Unavailable"}


class Proxy:
    """start() opens the port, stop() closes it; usable in a with statement. Attributes are read at each request.

    login: (user, password) that is asked for; None lets everybody in. certificates: speaks TLS itself.
    places: HOST:PORT to (host, port). answer: this status in place of a tunnel. hang_s: says nothing for so long.
    heads: what CONNECT requests looked like, header names in lower case; statuses: what they were answered.
    """

    def __init__(self, login: tuple[str, str] | None = None, certificates=None, host: str = "127.0.0.1"):
        if not host.startswith("127.") and host != "::1":
            raise ValueError("the proxy listens on loopback only")
        self.login = login
        self.certificates = certificates
        self.places: dict[str, tuple[str, int]] = {}
        self.answer: int | None = None
        self.hang_s = 0.0
        self.heads: list[dict] = []
        self.statuses: list[int] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, 0), family=family, backlog=64)
        self.port = self.socket.getsockname()[1]
        self.host = f"[{host}]" if ":" in host else host
        self._open: set = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        if self.certificates is not None:
            return f"https://localhost:{self.port}"
        return f"http://{self.host}:{self.port}"

    def url_with(self, user: str, password: str) -> str:
        return self.url.replace("://", f"://{user}:{password}@")

    def start(self) -> "Proxy":
        self._thread.start()
        return self

    def stop(self) -> None:
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

    def __enter__(self) -> "Proxy":
        return self.start()

    def __exit__(self, *_exception) -> None:
        self.stop()

    # -- one connection ------------------------------------------------------

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
        client = stream
        try:
            stream.settimeout(IDLE_S)
            if self.certificates is not None:
                client = self.certificates.context().wrap_socket(stream, server_side=True)
            self._serve(client)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(stream)
            client.close()

    def _serve(self, client: socket.socket) -> None:
        lines = self._head(client)
        method, target, _ = lines[0].split(" ")
        fields = [line.partition(":") for line in lines[1:] if line]
        headers = {name.lower(): value.strip() for name, _, value in fields}
        self.heads.append({"method": method, "target": target, **headers})
        if self.hang_s:
            time.sleep(self.hang_s)
        status = self._judge(method, target, headers)
        upstream = None
        if status == 200:
            try:
                upstream = socket.create_connection(self.places[target], IDLE_S)
            except OSError:
                status = 502
        self.statuses.append(status)
        extra = 'Proxy-Authenticate: Basic realm="emulator"\r\n' if status == 407 else ""
        length = "" if status == 200 else "Content-Length: 0\r\nConnection: close\r\n"
        client.sendall(f"HTTP/1.1 {status} {PHRASES.get(status, 'Other')}\r\n{extra}{length}\r\n".encode())
        if upstream is not None:
            with upstream:
                self._tunnel(client, upstream)

    @staticmethod
    def _head(client: socket.socket) -> list[str]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(4096)
            if not more or len(data) > HEAD_LIMIT_BYTES:
                raise ValueError("no head")
            data += more
        return data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")

    def _judge(self, method: str, target: str, headers: dict) -> int:
        if method != "CONNECT":
            return 405
        if self.login is not None:
            wanted = "Basic " + base64.b64encode(":".join(self.login).encode()).decode()
            if headers.get("proxy-authorization") != wanted:
                return 407
        if self.answer is not None:
            return self.answer
        return 200 if target in self.places else 502

    def _tunnel(self, client: socket.socket, upstream: socket.socket) -> None:
        """Bytes both ways until one side ends."""
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, upstream)
            selector.register(upstream, selectors.EVENT_READ, client)
            while True:
                for key, _ in selector.select(IDLE_S) or [(None, 0)]:
                    if key is None or not self._pass_on(key.fileobj, key.data):
                        return

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket) -> bool:
        """One piece; what TLS has already decrypted is taken along, because select does not see it."""
        while True:
            data = source.recv(65536)
            if not data:
                return False
            sink.sendall(data)
            if not isinstance(source, ssl.SSLSocket) or not source.pending():
                return True
