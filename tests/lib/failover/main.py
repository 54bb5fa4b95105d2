# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench/failover --rounds N: time until writable after a move and after a power cut, ours against crypt + Filesystem.

Both sides in turn in one run on one cluster: the same disk, filesystem and key, which lies in a file on both nodes for the
agents of ocf:heartbeat and in the Parameter Store for ours.  The KDF costs next to nothing, so that nobody's time hides in it.
"""

import argparse
import collections
import json
import os
import pathlib
import statistics
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS), str(TESTS / "lib")]
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from lab import apt, children  # noqa: E402
from lab.ground import DEVICE, DIRECTORY, RESOURCE, place, primitive  # noqa: E402
from lab.volumes import PASSPHRASE  # noqa: E402
from runner.builds import Builds  # noqa: E402
from runner.fixtures import ClusterFixture  # noqa: E402
from runner.report import Report, say  # noqa: E402

KEY_FILE = "/etc/failover-bench.key"
META = {"resource-stickiness": "100"}
OPERATIONS = (("start", 0, 120, 0), ("stop", 0, 120, 0), ("monitor", 20, 30, 0))
MEMBERS = (RESOURCE, "crypt", "Filesystem")
OURS, SHELL = "ours", "crypt + Filesystem"
# What is compared, what it is called, and what the project asks for.
FIGURES = (("move", "order to move until writable", "at least 1"), ("power", "power cut until writable", "at least 1"),
           ("move starts", "the start operations of the move", "at least 4"),
           ("power starts", "the start operations after the power cut", "at least 4"))


def _shell_group() -> str:
    """The pair that people run today, as a group of the volume's name."""
    members = (("crypt", {"encrypted_dev": DEVICE, "crypt_dev": RESOURCE, "crypt_type": "luks2", "key_file": KEY_FILE}),
               ("Filesystem", {"device": f"/dev/mapper/{RESOURCE}", "directory": DIRECTORY, "fstype": "ext4"}))
    text = "".join(primitive(name, values, META, OPERATIONS, "heartbeat", name) for name, values in members)
    return f'<resources><group id="{RESOURCE}">{text}</group></resources>{place(RESOURCE, "node1", "50")}'


def _configure(ground, side: str) -> None:
    if side == OURS:
        ground.create(prefer="node1", meta=META, operations=OPERATIONS)
        return
    for node in ground.cluster.nodes.values():
        node.write(KEY_FILE, PASSPHRASE, 0o600)
    ground.configure(_shell_group())
    ground.cluster.wait_idle()


def _round(ground, side: str) -> dict:
    """Start on the first node, move to the second by order, and back by the loss of its power."""
    ground.reset()
    _configure(ground, side)
    ground.record()
    began = time.time()
    ground.node1.sh(f"crm_resource --resource {RESOURCE} --move --node node2", 60)
    row = {"move": ground.wait_writes(ground.node2, began) - began}
    ground.cluster.wait_idle()
    row["move starts"] = ground.start_seconds("node2", *MEMBERS)
    ground.node1.sh(f"crm_resource --resource {RESOURCE} --clear", 60)
    ground.cluster.wait_idle()
    began = time.time()
    ground.node2.power_off()
    row["power"] = ground.wait_writes(ground.node1, began, 300) - began
    ground.node2.wait_up(600)
    ground.cluster.wait_joined(*ground.cluster.names)
    ground.cluster.wait_idle()
    row["power starts"] = ground.start_seconds("node1", *MEMBERS)
    ground.prove_data(ground.node1)
    ground.prove_exclusion("node1", "node2", "node1", since=ground.recorder.acknowledged()[0].time)
    say(f"  {side}: " + ", ".join(f"{key} {value:.2f} s" for key, value in row.items()))
    return row


def _tell(rows: dict, target: str | None) -> None:
    results = []
    for key, title, bar in FIGURES:
        ours, shell = (statistics.median(row[key] for row in rows[side]) for side in (OURS, SHELL))
        say(f"  {title}: {SHELL} over ours {shell / ours:.2f} ({shell:.2f} s and {ours:.2f} s here; {bar})")
        results.append({"title": title, "bar": bar, "ratio": round(shell / ours, 2), "rounds": len(rows[OURS])})
    if target:
        pathlib.Path(target).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/bench/failover", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--release", choices=apt.RELEASES, help="what the machines run")
    parser.add_argument("--json", metavar="FILE", help="the ratios go there as well")
    options = parser.parse_args()
    if options.release:
        os.environ["LAB_RELEASE"] = options.release
    children.interrupt_on_signals()
    report, fixture, rows = Report(), None, collections.defaultdict(list)
    try:
        fixture = ClusterFixture(Builds().tree())
        for number in range(1, options.rounds + 1):
            say(f"round {number} of {options.rounds}")
            for side in (OURS, SHELL):
                rows[side].append(_round(fixture.subject, side))
                report.record(f"round {number}, {side}", True)
    except KeyboardInterrupt:
        say("interrupted")
        report.record("interrupted", False)
    except Exception as error:  # pylint: disable=broad-except
        say(f"FAILED {type(error).__name__}: {error}")
        if fixture is not None:
            say(fixture.details())
        report.record("the round", False)
    finally:
        if fixture is not None:
            fixture.close()
    if rows[OURS] and len(rows[OURS]) == len(rows[SHELL]):
        _tell(rows, options.json)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
