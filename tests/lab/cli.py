# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/lab/lab: machines for a person, who names them and ends them.

up starts a process that owns one machine and answers on a socket; the other verbs talk to it.
"""

import argparse
import json
import os
import pathlib
import select
import shlex
import signal
import socket
import sys
import tempfile

from . import children, image
from .aws import Aws
from .keep import run_and_stay
from .machine import Machine

SERIAL = "vol0123456789abcdef0"


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
        raise SystemExit(f"lab: no machine {name} is up; tests/lab/lab up") from None


class Holder:
    """Owns a machine and its emulator until it is told to let go."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.machine: Machine | None = None
        self.aws: Aws | None = None
        self.file = registry() / options.name

    def up(self) -> int:
        if self.file.exists():
            print(f"lab: {self.options.name} is up already", file=sys.stderr)
            return 1
        self.machine = Machine(image.build(self.options.release), self.options.name,
                               systemd=self.options.systemd)
        for serial in self.options.disk:
            self.machine.add_disk(serial, 512)
        self.machine.boot()
        if self.options.install:
            self.machine.install(self.options.install)
        if self.options.aws:
            self.aws = Aws(self.machine.directory)
            self.machine.use_aws(self.aws)
        self._register()
        print(f"lab: {self.options.name} is up after {self.machine.boot_seconds:.1f} s; "
              f"log in: tests/lab/lab ssh   end: tests/lab/lab down")
        return 0

    def _register(self) -> None:
        machine = self.machine
        self.file.write_text(json.dumps({
            "pid": os.getpid(), "directory": str(machine.directory),
            "ssh": machine.ssh_command(), "ticks": children.start_ticks(os.getpid()),
            "emulator": self.aws.endpoint if self.aws else None}), encoding="utf-8")

    def serve(self) -> None:
        """Answer requests one after another, for ever."""
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.machine.directory / "holder"))
            listener.listen()
            while True:
                connection, _ = listener.accept()
                with connection, connection.makefile("rw", encoding="utf-8") as lines:
                    lines.write(json.dumps(self._answer(json.loads(lines.readline()))) + "\n")

    def _answer(self, request: dict) -> dict:
        verbs = {"push": self.machine.push, "pull": self.machine.pull,
                 "attach": lambda serial: self.machine.attach_disk(serial).device,
                 "detach": self.machine.detach_disk, "freeze": self.machine.freeze,
                 "thaw": self.machine.thaw, "cut": self.machine.power_cut, "boot": self._boot,
                 "wipe": self.machine.wipe, "install": self.machine.install}
        try:
            return {"ok": True, "result": verbs[request["verb"]](*request["arguments"])}
        except Exception as error:  # pylint: disable=broad-except
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    def _boot(self) -> str:
        self.machine.boot()
        self._register()
        return f"up after {self.machine.boot_seconds:.1f} s"

    def close(self) -> None:
        if self.machine:
            self.machine.close()
            self.file.unlink(missing_ok=True)
        if self.aws:
            self.aws.close()


def _ask(name: str, verb: str, arguments: list[str]) -> int:
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


def _ssh(name: str, words: list[str], terminal: bool) -> int:
    command = entry(name)["ssh"]
    if terminal:
        command.insert(1, "-t")
    os.execvp(command[0], [*command, *words])


def _down(name: str) -> int:
    found = entry(name)
    if children.start_ticks(found["pid"]) == found["ticks"]:
        pidfd = os.pidfd_open(found["pid"])
        os.kill(found["pid"], signal.SIGTERM)
        select.select([pidfd], [], [], 20)
    (registry() / name).unlink(missing_ok=True)
    return 0


def _list() -> int:
    for path in sorted(registry().iterdir()):
        found = json.loads(path.read_text(encoding="utf-8"))
        print(f"{path.name}\t{shlex.join(found['ssh'])}\t{found['emulator'] or ''}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests/lab/lab", description=__doc__.splitlines()[0])
    parser.add_argument("--name", default="lab")
    verbs = parser.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build", help="make the image, if it is not cached")
    build.add_argument("--release")
    build.add_argument("--rebuild", action="store_true")
    up = verbs.add_parser("up", help="boot a machine that stays until `down`")
    up.add_argument("--release")
    up.add_argument("--systemd", action="store_true", help="a full boot instead of the quick one")
    up.add_argument("--disk", action="append", default=[], metavar="SERIAL",
                    help=f"a disk of 512 MiB, for example {SERIAL}")
    up.add_argument("--install", metavar="DESTDIR", help="what make install made")
    up.add_argument("--aws", action="store_true", help="with the AWS emulator")
    for verb, help_text in (("list", "machines that are up"), ("down", "end it"),
                            ("freeze", "stop its processors"), ("thaw", "let them go on"),
                            ("cut", "cut its power"), ("boot", "power on again"),
                            ("wipe", "back to its state after boot")):
        verbs.add_parser(verb, help=help_text)
    for verb, words, help_text in (
            ("run", ["command"], "run a command in it"), ("ssh", [], "log in"),
            ("push", ["source", "target"], "copy a file or a directory's contents in"),
            ("pull", ["source", "target"], "copy out"),
            ("attach", ["serial"], "plug a disk in"), ("detach", ["serial"], "pull a disk out"),
            ("install", ["destdir"], "unpack what make install made")):
        sub = verbs.add_parser(verb, help=help_text)
        for word in words:
            sub.add_argument(word, nargs="+" if word == "command" else None)
    return parser


def main() -> int:
    options = _parser().parse_args()
    if options.verb == "build":
        print(image.build(options.release, options.rebuild).directory)
        return 0
    if options.verb == "up":
        holder = Holder(options)
        return run_and_stay(holder.up, holder.close, holder.serve)
    if options.verb == "list":
        return _list()
    if options.verb == "down":
        return _down(options.name)
    if options.verb == "ssh":
        return _ssh(options.name, [], True)
    if options.verb == "run":
        return _ssh(options.name, [" ".join(options.command)], False)
    words = [getattr(options, word) for word in ("source", "target", "serial", "destdir")
             if hasattr(options, word)]
    if options.verb in ("push", "install"):
        words[0] = os.path.abspath(words[0])
    if options.verb == "pull":
        words[1] = os.path.abspath(words[1])
    return _ask(options.name, options.verb, words)


if __name__ == "__main__":
    sys.exit(main())
