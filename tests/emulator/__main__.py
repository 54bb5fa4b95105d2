# SPDX-License-Identifier: GPL-2.0-or-later
"""python3 -m emulator: serve, or with `control SOCKET VERB [JSON]` talk to one that serves."""
from __future__ import annotations

import argparse
import ctypes
import json
import os
import shlex
import signal
import sys
import threading
from pathlib import Path

from .control import ControlError, ControlServer, ask

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends; it may have ended already."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def parse_arguments(arguments: list) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="emulator", description="AWS emulator on loopback")
    parser.add_argument("--https-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0, help="metadata and container endpoints")
    parser.add_argument("--port-file", help="KEY=VALUE lines for a shell, written when ready")
    parser.add_argument("--ca-out", help="write the CA certificate here")
    parser.add_argument("--ca-directory", type=Path, help="keep the CA here between runs")
    parser.add_argument("--name", action="append", default=[], help="one more certificate name")
    parser.add_argument("--state", help="JSON file with users, roles, keys, parameters, faults")
    parser.add_argument("--empty", action="store_true", help="no default users, roles and keys")
    parser.add_argument("--control", help="path of the control socket")
    parser.add_argument("--log", help="append JSON lines here")
    parser.add_argument("--stay", action="store_true", help="do not end with the parent process")
    parser.add_argument("--until-stdin-ends", action="store_true")
    return parser.parse_args(arguments)


def write_ports(path: str, emulator, options: argparse.Namespace) -> None:
    """All or nothing, so that whoever waits for the file never reads half of it."""
    from .emulator import ADMIN_KEY, ADMIN_SECRET, READER_KEY, READER_SECRET
    rows = {"EMULATOR_PID": os.getpid(), "EMULATOR_HTTPS_PORT": emulator.https_port,
            "EMULATOR_HTTP_PORT": emulator.http_port, "EMULATOR_ENDPOINT": emulator.endpoint,
            "EMULATOR_METADATA_ENDPOINT": emulator.metadata_endpoint,
            "EMULATOR_CA": options.ca_out or "", "EMULATOR_CONTROL": options.control or "",
            "EMULATOR_ADMIN_KEY": ADMIN_KEY, "EMULATOR_ADMIN_SECRET": ADMIN_SECRET,
            "EMULATOR_READER_KEY": READER_KEY, "EMULATOR_READER_SECRET": READER_SECRET}
    text = "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in rows.items())
    Path(path + ".new").write_text(text, encoding="utf-8")
    os.replace(path + ".new", path)


def serve(options: argparse.Namespace) -> int:
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: done.set())
    # Late, so that the control command does not load TLS and botocore.
    from .emulator import Emulator
    emulator = Emulator(options.https_port, options.http_port, options.ca_directory, options.name,
                        options.log, options.empty)
    if options.state:
        emulator.load_file(options.state)
    if options.ca_out:
        emulator.write_ca(options.ca_out)
    emulator.start()
    control = ControlServer(emulator, options.control) if options.control else None
    if options.port_file:
        write_ports(options.port_file, emulator, options)
    print(f"emulator: {emulator.endpoint} {emulator.metadata_endpoint}", flush=True)
    if options.until_stdin_ends:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), done.set()), daemon=True).start()
    done.wait()
    if control:
        control.stop()
    emulator.stop()
    return 0


def control(arguments: list) -> int:
    if len(arguments) not in (2, 3):
        print("usage: python3 -m emulator control SOCKET VERB [JSON]", file=sys.stderr)
        return 2
    try:
        details = json.loads(arguments[2]) if len(arguments) == 3 else {}
        print(json.dumps(ask(arguments[0], arguments[1], **details)))
    except (ControlError, OSError, ValueError) as error:
        print(f"emulator control: {error}", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    if sys.argv[1:2] == ["control"]:
        return control(sys.argv[2:])
    options = parse_arguments(sys.argv[1:])
    if not options.stay:
        die_with_parent()
    return serve(options)


if __name__ == "__main__":
    sys.exit(main())
