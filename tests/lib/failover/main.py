# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench/failover --rounds N: time until writable after a move and after a power cut, ours against crypt + Filesystem.

Both sides in turn in one run on one cluster: the same disk, filesystem and key, which lies in a file on both nodes for the
agents of ocf:heartbeat and in the Parameter Store for ours.  The KDF costs next to nothing, so that nobody's time hides in it.
Each of the project's bars is a result: ours no slower in total, and the start operations at least 4 times quicker.  Where not
even curl, cryptsetup and mount by themselves are that much quicker than the two agents, the second one is told and not judged:
an emulated processor spends its time in the kernel and in the libraries that both sides use.
"""

import argparse
import collections
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
from lab.aws import GUEST_CA, REGION  # noqa: E402
from lab.ground import DEVICE, DIRECTORY, PARAMETER, RESOURCE, place, primitive  # noqa: E402
from lab.ocf import environment  # noqa: E402
from lab.volumes import PASSPHRASE  # noqa: E402
from bars import Bars  # noqa: E402
from runner.builds import Builds  # noqa: E402
from runner.fixtures import ClusterFixture  # noqa: E402
from runner.report import Report, say  # noqa: E402

KEY_FILE = "/etc/failover-bench.key"
META = {"resource-stickiness": "100"}
OPERATIONS = (("start", 0, 120, 0), ("stop", 0, 120, 0), ("monitor", 20, 30, 0))
MEMBERS = (RESOURCE, "crypt", "Filesystem")
OURS, SHELL, BARE = "ours", "crypt + Filesystem", "curl, cryptsetup and mount"
# The agents that people run today.
SHELL_PAIR = (("crypt", {"encrypted_dev": DEVICE, "crypt_dev": RESOURCE, "crypt_type": "luks2", "key_file": KEY_FILE}),
              ("Filesystem", {"device": f"/dev/mapper/{RESOURCE}", "directory": DIRECTORY, "fstype": "ext4"}))
# A takeover's time is mostly the cluster's own, and differs by more than our part of it: few rounds cannot tell a tenth.
ROUNDS_THAT_TELL, NOISE = 5, 0.1
AGENTS_BAR = 4
TOTALS = (("move", "order to move until writable"), ("power", "power cut until writable"))
STARTS = (("move starts", "the start operations of the move"), ("power starts", "the start operations after the power cut"))


def _shell_group() -> str:
    """The pair as a group of the volume's name."""
    text = "".join(primitive(name, values, META, OPERATIONS, "heartbeat", name) for name, values in SHELL_PAIR)
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
    # Orphans would be stopped in any order, and crypt before Filesystem ends in a fencing.
    ground.node1.sh(f"crm_resource --resource {RESOURCE} --meta --set-parameter target-role --parameter-value Stopped", 60)
    ground.cluster.wait_idle()
    say(f"  {side}: " + ", ".join(f"{key} {value:.2f} s" for key, value in row.items()))
    return row


def _agent(name: str, values: dict, action: str, provider: str = "heartbeat") -> list[str]:
    """A call as the cluster makes it."""
    variables = environment(action, RESOURCE, 120, 0, 0, values) | {"OCF_RESOURCE_PROVIDER": provider, "OCF_RESOURCE_TYPE": name}
    return ["env", *(f"{key}={value}" for key, value in variables.items()), f"/usr/lib/ocf/resource.d/{provider}/{name}", action]


def _by_hand(ground) -> dict[str, float]:
    """Seconds on an idle node, one command after the other, of both sides and of curl, cryptsetup and mount by themselves."""
    ground.reset()
    node, admin = ground.node1, ground.aws.admin_environment()
    node.write(KEY_FILE, PASSPHRASE, 0o600)
    node.sh(f"mkdir -p {DIRECTORY}")
    bare = [
        ["curl", "-s", "--fail", "--cacert", GUEST_CA, "--aws-sigv4", f"aws:amz:{REGION}:ssm",
         "--user", f"{admin['AWS_ACCESS_KEY_ID']}:{admin['AWS_SECRET_ACCESS_KEY']}", "-H", "X-Amz-Target:AmazonSSM.GetParameter",
         "-H", "Content-Type:application/x-amz-json-1.1", "-d", f'{{"Name":"{PARAMETER}","WithDecryption":true}}',
         f"https://ssm.{REGION}.amazonaws.com/"],
        ["cryptsetup", "open", "--key-file", KEY_FILE, DEVICE, RESOURCE],
        ["mount", f"/dev/mapper/{RESOURCE}", DIRECTORY]]
    volume = ("volume", {"device": DEVICE, "directory": DIRECTORY, "ssm_parameter": PARAMETER, "region": REGION})
    sides = {OURS: [_agent(*volume, "start", "luks-ssm")], SHELL: [_agent(*pair, "start") for pair in SHELL_PAIR], BARE: bare}
    took = {}
    for side, commands in sides.items():
        rounds = []
        for _ in range(3):
            rounds.append(sum(node.run(command, check=True).seconds for command in commands))
            node.run(_agent(*volume, "stop", "luks-ssm") if side == OURS else f"umount {DIRECTORY} && cryptsetup close {RESOURCE}",
                     check=True)
        took[side] = statistics.median(rounds)
    return took


def _judge(rows: dict, by_hand: dict, bars: Bars) -> None:
    rounds = len(rows[OURS])
    least = 1 if rounds >= ROUNDS_THAT_TELL else 1 - NOISE
    possible = by_hand[SHELL] / by_hand[BARE]
    say("  started by hand on an idle node: " + ", ".join(f"{side} {seconds:.2f} s" for side, seconds in by_hand.items()))
    for figures, bar in ((TOTALS, least), (STARTS, AGENTS_BAR)):
        for key, title in figures:
            ours, shell = (statistics.median(row[key] for row in rows[side]) for side in (OURS, SHELL))
            say(f"  {title}: {shell:.2f} s with {SHELL} and {ours:.2f} s with ours here")
            unjudged = f"{BARE} by themselves reach {possible:.2f} here" \
                if figures is STARTS and possible < AGENTS_BAR else ""
            bars.hold(f"{title}, {SHELL} over ours", shell / ours, least=bar, unjudged=unjudged, rounds=rounds)


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
        bars = Bars(report, options.json)
        fixture = ClusterFixture(Builds().tree())
        for number in range(1, options.rounds + 1):
            say(f"round {number} of {options.rounds}")
            for side in (OURS, SHELL):
                rows[side].append(_round(fixture.subject, side))
                report.record(f"round {number}, {side}", True)
        _judge(rows, _by_hand(fixture.subject), bars)
        bars.save()
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
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
