# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP/1.1 on a socket: reads requests, writes replies, whole or damaged as a Reply asks.

Knows nothing of AWS. Written for a few milliseconds a request: one read, one send.
"""
from __future__ import annotations

import socket
import ssl
import struct
import time
from dataclasses import dataclass, field
from http import HTTPStatus

MAX_HEAD = 65536
MAX_BODY = 16 << 20


class BadRequest(Exception):
    """The bytes are not a request that this server understands."""


class Gone(Exception):
    """The client left, or a fault ended the connection."""


@dataclass
class Request:
    method: str
    target: str
    version: str
    headers: list
    body: bytes = field(repr=False, default=b"")
    tls: bool = False

    def all(self, name: str) -> list:
        return [value for key, value in self.headers if key.lower() == name]

    def first(self, name: str) -> str | None:
        values = self.all(name)
        return values[0] if values else None

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def keeps_alive(self) -> bool:
        wish = (self.first("connection") or "").lower()
        return wish != "close" if self.version == "HTTP/1.1" else wish == "keep-alive"


@dataclass
class Reply:
    """An answer and the ways in which it is to be sent wrongly."""

    status: int = 200
    headers: list = field(default_factory=list)
    body: bytes = field(repr=False, default=b"")
    content_type: str | None = None
    truncate: int | None = None     # send so many bytes of the body, then close
    stall_s: float = 0.0            # wait inside the body,
    stall_at: int | None = None     # after so many bytes of it; below 0: so many before its end; None: its half
    when_stalled: object = None     # called when that wait begins
    drip_s: float = 0.0             # wait after each byte of the body
    chunked: bool = False
    no_length: bool = False         # neither Content-Length nor chunks: the end is the close
    request_id: str = ""
    code: str | None = None

    def head(self, keep: bool) -> bytes:
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        lines = [f"HTTP/1.1 {self.status} {phrase}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        elif not self.no_length:
            lines.append(f"Content-Length: {len(self.body)}")
        if not keep:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunks_of(body: bytes, size: int = 7) -> list:
    """Chunks small enough that every reader meets the borders."""
    size = max(size, len(body) // 64)
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    return [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]


class Connection:
    """One accepted stream. Raises Gone when it has ended."""

    def __init__(self, sock: socket.socket, tls: bool):
        self.sock = sock
        self.tls = tls
        self.metadata = None        # the instance's own, where the listener has one
        self.cut = False            # ended on purpose inside a reply: no goodbye in TLS
        self._buffer = bytearray()

    def _fill(self) -> None:
        try:
            data = self.sock.recv(65536)
        except (OSError, ValueError) as error:
            raise Gone(str(error)) from error
        if not data:
            raise Gone("end of stream")
        self._buffer += data

    def _line(self) -> bytes:
        while True:
            at = self._buffer.find(b"\r\n")
            if at >= 0:
                line = bytes(self._buffer[:at])
                del self._buffer[:at + 2]
                return line
            if len(self._buffer) > MAX_HEAD:
                raise BadRequest("line too long")
            self._fill()

    def _exactly(self, count: int) -> bytes:
        if count > MAX_BODY:
            raise BadRequest("body too large")
        while len(self._buffer) < count:
            self._fill()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def read_request(self) -> Request:
        while (at := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD:
                raise BadRequest("head too long")
            self._fill()
        lines = bytes(self._buffer[:at]).decode("latin-1").split("\r\n")
        del self._buffer[:at + 4]
        parts = lines[0].split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise BadRequest("request line")
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip() or not name:
                raise BadRequest("header line")
            headers.append((name, value.strip(" \t")))
        request = Request(parts[0], parts[1], parts[2], headers, tls=self.tls)
        request.body = self._read_body(request)
        return request

    def _read_body(self, request: Request) -> bytes:
        if (request.first("expect") or "").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if (request.first("transfer-encoding") or "").lower() == "chunked":
            body = b""
            while size := int(self._line().split(b";")[0], 16):
                body += self._exactly(size)
                self._exactly(2)
            while self._line():
                pass
            return body
        lengths = request.all("content-length")
        if not lengths:
            return b""
        if len(lengths) > 1 or not lengths[0].isdigit():
            raise BadRequest("content-length")
        return self._exactly(int(lengths[0]))

    def send(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except (OSError, ValueError) as error:
            raise Gone(str(error)) from error

    def write_reply(self, reply: Reply, keep: bool) -> None:
        keep = keep and reply.truncate is None and not reply.no_length
        head = reply.head(keep)
        parts = chunks_of(reply.body) if reply.chunked else [reply.body]
        if reply.truncate is not None:
            sent = b"".join(parts)[:reply.truncate]
            self.send(head + sent)
            self.cut = True
            raise Gone("truncated on purpose")
        if reply.drip_s:
            self.send(head)
            for byte in b"".join(parts):
                time.sleep(reply.drip_s)
                self.send(bytes([byte]))
        elif reply.stall_s:
            whole = b"".join(parts)
            at = len(whole) // 2 if reply.stall_at is None else reply.stall_at
            self.send(head + whole[:at])
            if reply.when_stalled:
                reply.when_stalled()
            time.sleep(reply.stall_s)
            self.send(whole[at:])
        else:
            self.send(head + b"".join(parts))
        if not keep:
            raise Gone("closed after the reply")

    def wait_for_client_end(self, limit_s: float) -> None:
        """Hang: answer nothing until the client closes or the limit (0: one hour) is over."""
        deadline = time.monotonic() + (limit_s or 3600)
        while time.monotonic() < deadline:
            try:
                self.sock.settimeout(max(0.01, deadline - time.monotonic()))
                if not self.sock.recv(65536):
                    break
            except (OSError, ValueError):
                break
        raise Gone("hang ended")

    def reset(self) -> None:
        """End with RST instead of FIN."""
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.close()
        except OSError:
            pass
        raise Gone("reset on purpose")

    def close(self, polite: bool = True) -> None:
        """polite: say goodbye in TLS, so that a cut is told from an end."""
        if polite and isinstance(self.sock, ssl.SSLSocket):
            try:
                self.sock.settimeout(0)
                self.sock.unwrap()
            except (OSError, ValueError):
                pass
        try:
            self.sock.close()
        except OSError:
            pass
