# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/lab/lab: machines for a person, who names them and ends them.

up starts a process that owns one machine and answers on a socket; the other verbs talk to it.
"""

import argparse
import json
import os
import pathlib
import shlex
import sys

from . import apt, cluster_cli, image, releases
from .aws import Aws
from .holder import Holder, ask, down, entry, registry, ssh
from .keep import run_and_stay
from .machine import Machine

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SERIAL = "vol0123456789abcdef0"


class MachineHolder(Holder):
    """Owns a machine and its emulator until it is told to let go."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options.name)
        self.options = options
        self.machine: Machine | None = None
        self.aws: Aws | None = None

    def make(self) -> str:
        self.machine = Machine(image.build(self.options.release), self.name, systemd=self.options.systemd)
        self.directory = self.machine.directory
        for serial in self.options.disk:
            self.machine.add_disk(serial, 512)
        self.machine.boot()
        if self.options.install:
            self.machine.install(self.options.install)
        if self.options.aws:
            self.aws = Aws(self.machine.directory)
            self.machine.use_aws(self.aws)
        return (f"lab: {self.name} is up after {self.machine.boot_seconds:.1f} s; "
                "log in: tests/lab/lab ssh   end: tests/lab/lab down")

    def describe(self) -> dict:
        return {"ssh": self.machine.ssh_command() if self.machine.running else [],
                "emulator": self.aws.endpoint if self.aws else None}

    def verbs(self) -> dict:
        return {"push": self.machine.push, "pull": self.machine.pull,
                "attach": lambda serial: self.machine.attach_disk(serial).device,
                "detach": self.machine.detach_disk, "freeze": self.machine.freeze,
                "thaw": self.machine.thaw, "cut": self.machine.power_cut, "boot": self._boot,
                "wipe": self.machine.wipe, "install": self.machine.install}

    def _boot(self) -> str:
        self.machine.boot()
        return f"up after {self.machine.boot_seconds:.1f} s"

    def end(self) -> None:
        if self.machine:
            self.machine.close()
        if self.aws:
            self.aws.close()


def _list() -> int:
    for path in sorted(registry().iterdir()):
        found = json.loads(path.read_text(encoding="utf-8"))
        for name, command in (found.get("nodes") or {"": found.get("ssh")}).items():
            print(f"{path.name}\t{name}\t{shlex.join(command)}\t{found['emulator'] or ''}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests/lab/lab", description=__doc__.splitlines()[0])
    parser.add_argument("--name", help="of a machine or cluster, should there be several")
    verbs = parser.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build", help="make the image, if it is not cached")
    build.add_argument("--release", choices=apt.RELEASES)
    build.add_argument("--rebuild", action="store_true")
    tree = verbs.add_parser("tree", help="compile for a release, in its root directory on this host")
    tree.add_argument("--release", choices=apt.RELEASES)
    tree.add_argument("target", help="what make install makes goes there")
    up = verbs.add_parser("up", help="boot a machine that stays until `down`")
    up.add_argument("--release", choices=apt.RELEASES)
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
    cluster_cli.add_verbs(verbs)
    return parser


def main() -> int:
    options = _parser().parse_args()
    if options.verb.startswith(cluster_cli.PREFIX):
        return cluster_cli.main(options)
    options.name = options.name or "lab"
    if options.verb == "build":
        print(image.build(options.release, options.rebuild).directory)
        return 0
    if options.verb == "tree":
        release = apt.chosen_release(options.release)
        print(f"lab: compiling for {release} in {releases.how()} on this host", flush=True)
        print(releases.build_tree(release, SOURCE, pathlib.Path(options.target)))
        return 0
    if options.verb == "up":
        holder = MachineHolder(options)
        return run_and_stay(holder.up, holder.close, holder.serve)
    if options.verb == "list":
        return _list()
    if options.verb == "down":
        return down(options.name)
    if options.verb == "ssh":
        return ssh(entry(options.name)["ssh"], [], True)
    if options.verb == "run":
        return ssh(entry(options.name)["ssh"], [" ".join(options.command)], False)
    words = [getattr(options, word) for word in ("source", "target", "serial", "destdir")
             if hasattr(options, word)]
    if options.verb in ("push", "install"):
        words[0] = os.path.abspath(words[0])
    if options.verb == "pull":
        words[1] = os.path.abspath(words[1])
    return ask(options.name, options.verb, words)


if __name__ == "__main__":
    sys.exit(main())
