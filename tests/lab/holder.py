# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that owns machines for a person and answers requests on a socket until it is told to let go."""

import json
import os
import pathlib
import select
import signal
import socket
import sys
import tempfile

from . import children


def registry() -> pathlib.Path:
    """Where running machines are listed: one file each, for this user alone."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    path = pathlib.Path(base) / f"luks-ssm-lab-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    if path.stat().st_uid != os.getuid():
        raise SystemExit(f"lab: {path} belongs to somebody else")
    return path


def entry(name: str) -> dict:
    try:
        return json.loads((registry() / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SystemExit(f"lab: nothing called {name} is up; tests/lab/lab up, or cluster-up") from None


class Holder:
    """A subclass makes what is held in `make`, and says what it can do in `verbs`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.file = registry() / name
        self.directory: pathlib.Path | None = None

    def make(self) -> str:
        """Start it all; what to tell the person."""
        raise NotImplementedError

    def verbs(self) -> dict:
        raise NotImplementedError

    def describe(self) -> dict:
        """What other calls of the lab need to know besides the socket: ssh command lines."""
        raise NotImplementedError

    def end(self) -> None:
        """End what `make` started."""

    def up(self) -> int:
        if self.file.exists():
            print(f"lab: {self.name} is up already", file=sys.stderr)
            return 1
        text = self.make()
        self.register()
        print(text)
        return 0

    def register(self) -> None:
        self.file.write_text(json.dumps({
            "pid": os.getpid(), "ticks": children.start_ticks(os.getpid()), "directory": str(self.directory),
            **self.describe()}), encoding="utf-8")

    def serve(self) -> None:
        """Answer requests one after another, for ever."""
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.directory / "holder"))
            listener.listen()
            while True:
                connection, _ = listener.accept()
                with connection, connection.makefile("rw", encoding="utf-8") as lines:
                    lines.write(json.dumps(self._answer(json.loads(lines.readline()))) + "\n")

    def _answer(self, request: dict) -> dict:
        try:
            result = self.verbs()[request["verb"]](*request["arguments"])
            self.register()
            return {"ok": True, "result": result}
        except Exception as error:  # pylint: disable=broad-except
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    def close(self) -> None:
        if self.directory is not None:
            self.file.unlink(missing_ok=True)
        self.end()


def ask(name: str, verb: str, arguments: list[str]) -> int:
    """Send one request to a holder and print its answer; an exit code."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(str(pathlib.Path(entry(name)["directory"]) / "holder"))
        with stream.makefile("rw", encoding="utf-8") as lines:
            lines.write(json.dumps({"verb": verb, "arguments": arguments}) + "\n")
            lines.flush()
            answer = json.loads(lines.readline())
    if not answer["ok"]:
        print(f"lab: {answer['error']}", file=sys.stderr)
        return 1
    if isinstance(answer["result"], str):
        print(answer["result"])
    return 0


def ssh(command: list[str], words: list[str], terminal: bool) -> int:
    """Become ssh into a machine."""
    if terminal:
        command.insert(1, "-t")
    os.execvp(command[0], [*command, *words])


def down(name: str) -> int:
    found = entry(name)
    if children.start_ticks(found["pid"]) == found["ticks"]:
        pidfd = os.pidfd_open(found["pid"])
        os.kill(found["pid"], signal.SIGTERM)
        select.select([pidfd], [], [], 20)
    (registry() / name).unlink(missing_ok=True)
    return 0
