# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench/at_once: many volumes on one node, all started by one order, against the time that their KDF takes alone.

The volumes are namespaces of one NVMe controller, the emulator answers 40 requests a second, node-action-limit lets all
starts run at once.  One start of each never makes so many requests: all are stopped and started once more, untimed, with a limit
that they do meet, and a third time with slots of argon2id that together need more memory than there is.

Each KDF takes at least the seconds asked for on the node's one processor, so that they cannot share it: what is measured is
what all the rest costs on top.  The project's bars are results: all up without a failed action, and at most 1.5 times the KDF
of all of them, one after the other.
"""

import argparse
import os
import pathlib
import statistics
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS), str(TESTS / "lib")]
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from lab import accel, apt, children  # noqa: E402
from lab.cluster import Cluster  # noqa: E402
from lab.ground import ROLE, policy, primitive  # noqa: E402
from lab.image import build  # noqa: E402
from lab.volumes import CHEAP, MKFS, PASSPHRASE, copy_sparse  # noqa: E402
from bars import Bars  # noqa: E402
from runner.builds import Builds  # noqa: E402
from runner.report import Report, say  # noqa: E402

REQUESTS_PER_S = 40
SCARCE_REQUESTS_PER_S = 0.5
MEMORY_MIB = 1536
# 32 of them at once would take 4 GiB.
ARGON2ID = "--pbkdf argon2id --pbkdf-memory 131072 --pbkdf-parallel 1 --pbkdf-force-iterations 4"
SIZE_MIB = 64
START_TIMEOUT_S = 1800
# Below that, what a start costs besides is no small part of the whole: the bar is for KDFs that people use.
KDF_THAT_TELLS_S = 2
# Emulation makes all the rest some twenty times slower than it is, in which two seconds of a KDF would be lost.
KDF_S, KDF_EMULATED_S = 2.6, 12
# A first guess, which says how fast this processor is.
TRIAL_ITERATIONS = 100000
PBKDF2 = "--pbkdf pbkdf2 --pbkdf-force-iterations {}"
KEY_FILE = "/run/at-once.key"


def name_of(number: int) -> str:
    return f"v{number:02}"


class AtOnce:
    """One node and its volumes."""

    def __init__(self, cluster: Cluster, count: int, kdf_s: float) -> None:
        self.cluster, self.node, self.count, self.kdf_s = cluster, cluster.node1, count, kdf_s
        self.devices: list[str] = []
        self.one_s = 0.0  # one KDF alone
        self._cheap_s = 0.0
        self._before: dict[str, int] = {}

    def _unlock_s(self, device: str) -> float:
        """What a try of the key takes there, the KDF and little else, without a mapping."""
        return float(self.node.python(
            "import subprocess, time\nbegan = time.monotonic()\n"
            "subprocess.run(['cryptsetup', 'open', '--test-passphrase', '--key-file', *ARGUMENTS], check=True)\n"
            "print(time.monotonic() - began)", [KEY_FILE, device], timeout=600))

    def _convert(self, device: str, kdf: str) -> None:
        self.node.sh(f"cryptsetup luksConvertKey -q --key-file {KEY_FILE} {kdf} {device}", 600)

    def _copy_first(self) -> None:
        """The others become as the first one is, each under a LUKS UUID of its own."""
        first, *others = self.cluster.namespaces
        self.node.sh("sync")
        for other in others:
            copy_sparse(first, other)
        for number, path in enumerate(self.devices):
            self.node.sh(f"blockdev --flushbufs {path}; cryptsetup luksUUID -q --uuid "
                         f"00000000-0000-4000-8000-{number:012} {path}", 120)

    def change_kdf(self, kdf: str) -> None:
        """Of all volumes, which are stopped."""
        self._convert(self.devices[0], kdf)
        self._copy_first()
        name = kdf.split()[1]
        assert all(name in self.node.sh(f"cryptsetup luksDump {path}") for path in self.devices[::10])

    def prepare(self) -> None:
        """Format the first, give its slot the KDF that was asked for, and copy it to the others."""
        self.devices = self.node.sh("ls -v /dev/nvme*n* | grep -v p").split()
        self.devices = [path for path in self.devices
                        if self.node.read(f"/sys/block/{path.removeprefix('/dev/')}/device/serial").strip() == b"many"]
        assert len(self.devices) == self.count, self.devices
        device = self.devices[0]
        self.node.write(KEY_FILE, PASSPHRASE, 0o600)
        self.node.sh(f"cryptsetup luksFormat -q --key-file {KEY_FILE} {' '.join(CHEAP[2])} {device} && "
                     f"cryptsetup open --key-file {KEY_FILE} {device} made && {' '.join(MKFS['ext4'])} /dev/mapper/made && "
                     "cryptsetup close made", 300)
        self._cheap_s = self._unlock_s(device)
        self._convert(device, PBKDF2.format(TRIAL_ITERATIONS))
        per_iteration_s = max((self._unlock_s(device) - self._cheap_s) / TRIAL_ITERATIONS, 1e-7)
        self._convert(device, PBKDF2.format(int(self.kdf_s / per_iteration_s)))
        self._copy_first()
        aws = self.cluster.aws
        names = [f"/prod/{name_of(number)}/luks" for number in range(self.count)]
        for name in names:
            aws.put(name, PASSPHRASE)
        aws.control("metadata", role=ROLE)
        aws.control("policies", name=ROLE, policies=[policy(*names)])
        say("  all of them are formatted and their passphrases stored")

    def kdf_alone_s(self) -> float:
        """The KDF of all of them, one after the other: the median of some times their number."""
        some = [self._unlock_s(path) - self._cheap_s for path in self.devices[:5]]
        say(f"  one KDF: {', '.join(f'{value:.2f}' for value in some)} s; the rest of such a try {self._cheap_s:.2f} s")
        self.one_s = statistics.median(some)
        return self.count * self.one_s

    def limit(self, requests_per_s: float) -> None:
        """What AWS answers from now on; the rest is throttled."""
        aws = self.cluster.aws
        aws.clear()
        aws.fault("error", service="ssm", code="ThrottlingException", rate=requests_per_s)
        self._before = aws.control("counters")

    def _resources(self, role: str) -> bytes:
        rows = "".join(primitive(name_of(number), {
            "device": path, "directory": f"/srv/{name_of(number)}", "ssm_parameter": f"/prod/{name_of(number)}/luks",
            "region": "eu-central-1", "ca_bundle": self.node.aws_parameters["ca_bundle"]},
            {"target-role": role}, (("start", 0, START_TIMEOUT_S, 0), ("stop", 0, 300, 0)))
            for number, path in enumerate(self.devices))
        return f"<resources>{rows}</resources>".encode()

    def _order(self, role: str) -> None:
        self.node.run("cibadmin --modify --allow-create --scope resources --xml-pipe", stdin=self._resources(role), check=True,
                      timeout=60)

    def mounted(self) -> int:
        return sum(line.split()[1].startswith(b"/srv/v") for line in self.node.read("/proc/mounts").splitlines())

    def configure(self) -> None:
        """All volumes are in the cluster, and stopped."""
        # The node has one processor: by its load alone Pacemaker would start one volume after the other.
        self.node.run("cibadmin --modify --allow-create --scope crm_config --xml-pipe", check=True, timeout=60,
                      stdin=b'<crm_config><cluster_property_set id="cib-bootstrap-options">'
                      b'<nvpair id="limit" name="node-action-limit" value="%d"/>'
                      b'<nvpair id="batch" name="batch-limit" value="%d"/>'
                      b'<nvpair id="load" name="load-threshold" value="100000%%"/></cluster_property_set></crm_config>'
                      % (self.count, 2 * self.count))
        self.stop()

    def stop(self) -> None:
        self._order("Stopped")
        self.cluster.wait_idle(900)
        assert self.mounted() == 0, self.mounted()

    def _failures(self) -> list[dict]:
        """Of the volumes: the fence agent's own monitor may time out on a node that is so busy."""
        return [row for row in self.cluster.failures() if row["op_key"].startswith("v")]

    def start_s(self) -> float:
        """From the order until all of them are mounted."""
        began = changed = time.monotonic()
        self._order("Started")
        seen = 0
        while seen < self.count:
            time.sleep(2)
            now = self.mounted()
            if now != seen:
                changed = time.monotonic()
                say(f"  {changed - began:6.1f} s  {now} of {self.count} are mounted")
            elif time.monotonic() - changed > 120:
                # Seldom: to ask costs the node's only processor.
                changed = time.monotonic()
                assert not self._failures(), self._failures()
            assert time.monotonic() - began < START_TIMEOUT_S + 120, f"{now} of {self.count} are mounted"
            seen = now
        return time.monotonic() - began

    def throttled(self) -> int:
        """How many requests the limit held up since it was set."""
        name = "error.ThrottlingException"
        return self.cluster.aws.control("counters").get(name, 0) - self._before.get(name, 0)

    def prove(self) -> str:
        """Nothing failed and nobody was killed for memory."""
        self.cluster.wait_idle(300)
        assert not self._failures(), self._failures()
        killed = [line for line in self.node.sh("dmesg").splitlines() if "Out of memory" in line or "oom-kill" in line]
        assert not killed, killed
        return f"{self.mounted()} of {self.count} volumes up, no failed action, no process killed for memory"


def _record(report: Report, words: str, good: bool) -> None:
    say(f"{'ok' if good else 'FAILED':7}{words}")
    report.record(words, good)


def run(options: argparse.Namespace, report: Report) -> None:
    image, tree = build(options.release), Builds().tree()
    with Cluster(image, size=1, tree=tree, memory_mib=MEMORY_MIB, namespaces=options.volumes, namespace_mib=SIZE_MIB) as cluster:
        cluster.start(900)
        say(f"  the node is up; formatting {options.volumes} namespaces")
        bench = AtOnce(cluster, options.volumes, options.kdf_seconds)
        bench.prepare()
        alone_s = bench.kdf_alone_s()
        bench.configure()
        bench.limit(REQUESTS_PER_S)
        together_s = bench.start_s()
        _record(report, f"{bench.prove()}, {REQUESTS_PER_S} requests a second", True)
        bench.stop()
        bench.change_kdf(PBKDF2.format(1000))
        bench.limit(SCARCE_REQUESTS_PER_S)
        bench.start_s()
        _record(report, f"{bench.prove()}, {SCARCE_REQUESTS_PER_S:g} requests a second, {bench.throttled()} throttled",
                bench.throttled() > 0)
        bench.stop()
        bench.cluster.aws.clear()
        bench.change_kdf(ARGON2ID)
        bench.start_s()
        _record(report, f"{bench.prove()}, slots of argon2id with 128 MiB each in {MEMORY_MIB} MiB", True)
    say(f"  {together_s:.1f} s at once and {alone_s:.1f} s for their KDF one after the other here")
    bars = Bars(report, options.json)
    title = f"{options.volumes} volumes started at once over their KDF one after the other"
    if bench.one_s < KDF_THAT_TELLS_S:
        say(f"  {title}: not judged, a KDF takes {bench.one_s:.2f} s here, not {KDF_THAT_TELLS_S:g}")
    else:
        bars.hold(title, together_s / alone_s, most=1.5, volumes=options.volumes)
    bars.save()


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/bench/at_once", description=__doc__)
    parser.add_argument("--volumes", type=int, default=32)
    parser.add_argument("--kdf-seconds", type=float, default=KDF_S if accel.usable() else KDF_EMULATED_S,
                        help=f"each KDF, alone ({KDF_S:g}, or {KDF_EMULATED_S} on an emulated processor)")
    parser.add_argument("--release", choices=apt.RELEASES, help="what the machine runs")
    parser.add_argument("--json", metavar="FILE", help="the ratio goes there as well")
    options = parser.parse_args()
    if options.release:
        os.environ["LAB_RELEASE"] = options.release
    children.interrupt_on_signals()
    report = Report()
    try:
        run(options, report)
    except KeyboardInterrupt:
        report.record("interrupted", False)
    except Exception as error:  # pylint: disable=broad-except
        say(f"FAILED {type(error).__name__}: {error}")
        report.record("all at once", False)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
