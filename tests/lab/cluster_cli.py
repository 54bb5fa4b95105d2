# SPDX-License-Identifier: GPL-2.0-or-later
"""The cluster verbs of tests/lab/lab: cluster-up starts nodes that stay, the others do something to them."""

import argparse
import os
import pathlib

from . import apt, image, writes
from .cluster import Cluster
from .holder import Holder, ask, down, entry, ssh
from .keep import run_and_stay

NAME = "cluster"
PREFIX = "cluster-"
VERBS = (
    ("off", ["node"], "cut a node's power"), ("on", ["node"], "give it back"),
    ("freeze", ["node"], "stop a node's processor"), ("thaw", ["node"], "let it go on"),
    ("wait", ["node"], "wait until a node can be logged into again"),
    ("cut", ["node"], "cut a node off from the others, both ways"),
    ("cut-from", ["node", "peer"], "lose what one node sends to another, and nothing else"),
    ("delay", ["node", "peer", "milliseconds"], "deliver what one sends to another late"),
    ("drop", ["node", "peer", "probability"], "lose a part of it"),
    ("heal", [], "all cables as they were"),
    ("attach", ["node", "serial"], "plug a disk in"), ("detach", ["node", "serial"], "pull it out"),
    ("push", ["node", "source", "target"], "copy a file or a directory's contents in"),
    ("pull", ["node", "source", "target"], "copy out"),
    ("writes", ["serial"], "who wrote to a disk when"), ("status", [], "what the cluster says"),
)


class ClusterHolder(Holder):
    """Owns one cluster."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options.name)
        self.options = options
        self.cluster: Cluster | None = None

    def make(self) -> str:
        options = self.options
        tree = pathlib.Path(options.install).resolve() if options.install else None
        self.cluster = Cluster(image.build(options.release), size=options.nodes, fencing=options.fencing, tree=tree,
                               token_ms=options.token_ms)
        self.directory = self.cluster.directory
        for serial in options.disk:
            self.cluster.add_disk(serial, 512)
        self.cluster.start(600)
        return (f"lab: {self.name} is up: {' '.join(self.cluster.names)}; log in: tests/lab/lab cluster-ssh node1   "
                "end: tests/lab/lab cluster-down")

    def describe(self) -> dict:
        return {"nodes": {name: node.ssh_command() for name, node in self.cluster.nodes.items()},
                "emulator": self.cluster.aws.endpoint}

    def verbs(self) -> dict:
        cluster = self.cluster

        def on_node(verb: str):
            return lambda name, *words: getattr(cluster.nodes[name], verb)(*words)

        return {"off": on_node("power_off"), "on": on_node("power_on"), "freeze": on_node("freeze"),
                "thaw": on_node("thaw"), "wait": lambda name: cluster.nodes[name].wait_up() and None,
                "cut": cluster.hub.cut, "cut-from": lambda one, other: cluster.hub.cut(one, other, False),
                "delay": lambda one, other, value: cluster.hub.rule(one, other, delay_ms=float(value)),
                "drop": lambda one, other, value: cluster.hub.rule(one, other, drop=float(value)),
                "heal": cluster.hub.heal, "detach": on_node("detach_disk"),
                "attach": lambda name, serial: cluster.nodes[name].attach_disk(serial).device,
                "push": on_node("push"), "pull": on_node("pull"),
                "writes": lambda serial: writes.describe(writes.tenures(cluster.writes_to(serial))),
                "status": lambda: cluster.any_up().sh("crm_mon -1 -r -f")}

    def end(self) -> None:
        if self.cluster:
            self.cluster.close()


def add_verbs(verbs) -> None:
    """The parsers of all verbs that begin with cluster-."""
    up = verbs.add_parser(PREFIX + "up", help="start a cluster that stays until cluster-down")
    up.add_argument("--release", choices=apt.RELEASES)
    up.add_argument("--nodes", type=int, default=2)
    up.add_argument("--fencing", choices=("lab", "sbd", "both"), default="lab")
    up.add_argument("--token-ms", type=int, default=5000)
    up.add_argument("--disk", action="append", default=[], metavar="SERIAL", help="a disk of 512 MiB that all nodes see")
    up.add_argument("--install", metavar="DESTDIR", help="what make install made")
    verbs.add_parser(PREFIX + "down", help="end the cluster")
    for verb, words, text in (*VERBS, ("run", ["node", "command"], "run a command in a node"),
                              ("ssh", ["node"], "log in")):
        sub = verbs.add_parser(PREFIX + verb, help=text)
        for word in words:
            sub.add_argument(word, nargs="+" if word == "command" else None)


def main(options: argparse.Namespace) -> int:
    options.name = options.name or NAME
    verb = options.verb.removeprefix(PREFIX)
    if verb == "up":
        holder = ClusterHolder(options)
        return run_and_stay(holder.up, holder.close, holder.serve)
    if verb == "down":
        return down(options.name)
    if verb in ("run", "ssh"):
        command = entry(options.name)["nodes"][options.node]
        return ssh(command, [" ".join(options.command)] if verb == "run" else [], verb == "ssh")
    words = next(row[1] for row in VERBS if row[0] == verb)
    values = [getattr(options, word) for word in words]
    if verb in ("push", "pull"):
        position = words.index("source" if verb == "push" else "target")
        values[position] = os.path.abspath(values[position])
    return ask(options.name, verb, values)
