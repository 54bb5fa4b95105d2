# SPDX-License-Identifier: GPL-2.0-or-later
"""Joins one connection of a machine (standard input and output) to a port of the host's loopback.

QEMU runs it for each connection to a forwarded address.  The port is read from the file named by
the only argument, so that a server may start, move or end while the machine runs; with no server
the connection is closed at once.
"""

import os
import selectors
import socket
import sys


def main():
    try:
        with open(sys.argv[1], "r", encoding="ascii") as file:
            port = int(file.read())
        server = socket.create_connection(("127.0.0.1", port), timeout=10)
    except (OSError, ValueError):
        return 1
    server.settimeout(None)
    # QEMU hands one socket in as 0 and 1.
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ, "guest")
    selector.register(server, selectors.EVENT_READ, "server")
    while True:
        for key, _ in selector.select():
            try:
                data = os.read(0, 65536) if key.data == "guest" else server.recv(65536)
                if not data and key.data == "server":
                    return 0
                if not data:
                    selector.unregister(0)
                    server.shutdown(socket.SHUT_WR)
                elif key.data == "guest":
                    server.sendall(data)
                else:
                    view = memoryview(data)
                    while view:
                        view = view[os.write(1, view):]
            except OSError:
                return 0


sys.exit(main())
