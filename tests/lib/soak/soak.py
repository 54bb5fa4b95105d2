# SPDX-License-Identifier: GPL-2.0-or-later
"""One soak on a ground: faults one after the other, everything judged after each of them."""

import pathlib
import time
import traceback
from typing import Callable

from lab import MachineLost
from lab.ground import DEVICE, DIRECTORY, PARAMETER, RESOURCE, SERIAL
from lab.qmp import QmpError
from lab.records import verify
from lab.volumes import CHEAP, PASSPHRASE

from .faults import KINDS, Fencing
from .figures import Done
from .plan import Step
from .referee import Referee
from .witness import Witness

# The examples' settings, but for patience with failures, counted in seconds here.
META = {"failure-timeout": "30s", "migration-threshold": "3", "resource-stickiness": "100"}
OPERATIONS = (("start", 0, 60, 0), ("stop", 0, 90, 0), ("monitor", 10, 30, 0), ("monitor", 25, 60, 10))
RECOVERY_S = 240
PAUSE_S = 0.2
PROBLEMS = (AssertionError, MachineLost, QmpError, RuntimeError, OSError, ValueError)


class Soak:
    """What the faults work with; `restored` is when the cause of an ordered outage ended."""

    def __init__(self, ground, say: Callable[[str], None], logs: pathlib.Path | None = None, strict: bool = False) -> None:
        self.ground = ground
        self.aws = ground.aws
        self.hub = ground.cluster.hub
        self.witness = Witness(ground, DIRECTORY, "soak", PAUSE_S)
        self.referee: Referee | None = None
        self.passphrase = PASSPHRASE
        self.done: list[Done] = []
        self.restored = 0.0
        self._say = say
        self._logs = logs
        self._strict = strict
        self._wrong: list[str] = []
        self._unmet: list[str] = []
        self._began_fault = 0.0
        self.began = time.time()

    # For the faults

    def node(self, name: str):
        return self.ground.cluster.nodes[name]

    def other(self, name: str) -> str:
        return self.ground.other(name).name

    def active(self) -> str:
        return self.witness.active()

    def anybody(self):
        """A node that can be asked."""
        self.wait(lambda: any(node.powered() and node.connected and not node.rebooted()
                              for node in self.ground.cluster.nodes.values()), 240, "a node that can be asked")
        return self.ground.cluster.any_up()

    def note(self, text: str) -> None:
        self._say(f"      {text}")

    def violation(self, text: str) -> None:
        self._wrong.append(text)
        self._say(f"  VIOLATION: {text}")

    def unmet(self, text: str) -> None:
        """The fault did not find what it was to strike: chance in a long run, a failure in a case made for it."""
        if self._strict:
            self.violation(text)
        else:
            self._unmet.append(text)
            self.note(f"not met: {text}")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
        self.witness.tend()

    def wait(self, condition, timeout_s: float, what: str):
        deadline, tended = time.monotonic() + timeout_s, time.monotonic()
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {timeout_s:g} s")
            if time.monotonic() - tended > 2:
                self.witness.tend()
                tended = time.monotonic()
            time.sleep(0.2)
        return value

    def writes(self, node: str = "", since: float = 0, timeout_s: float = RECOVERY_S) -> float:
        """Wait for a record that is acknowledged after the fault, by that node or by any."""
        since = since or time.time()
        return self.wait(lambda: self.witness.first_after(since, node), timeout_s, f"a record from {node or 'any node'}")

    def fenced(self, node: str) -> None:
        self.wait(lambda: node in self.ground.fenced(self._began_fault), 180, f"{node} is fenced")

    def ready(self, timeout_s: float = 420) -> None:
        """All nodes up, in the cluster and listened to, nothing left to do; one may be fenced while it is asked."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                return self._ready(max(deadline - time.monotonic(), 1))
            except MachineLost as lost:
                if time.monotonic() > deadline:
                    raise
                self.note(f"asked again: {lost}")
                self.sleep(2)

    def _ready(self, timeout_s: float) -> None:
        cluster = self.ground.cluster
        self.wait(lambda: all(node.powered() for node in cluster.nodes.values()), timeout_s, "all nodes have power")
        for node in cluster.nodes.values():
            node.wait_up(timeout_s)
        self.witness.tend()
        cluster.wait_joined(*cluster.names, timeout_s=timeout_s)
        cluster.wait_idle(300)

    # The run

    def start(self) -> None:
        """The volume, its writers, and a first judgement."""
        self.referee = Referee(self.ground.cluster.nodes.values(), self.ground.cluster.disks[SERIAL], time.time())
        self.ground.create(meta=META, operations=OPERATIONS, wait=False)
        self.witness.tend()
        self.wait(lambda: len(self.witness.records) >= 5, 300, "the first records")
        self.began = time.time()
        self.ready()
        self._judge()

    def run(self, step: Step) -> Done:
        self._wrong, self._unmet, self.restored = [], [], 0.0
        time.sleep(step.pause_s)
        self._say(f"{step.describe()}; on {self.active()}")
        began = self._began_fault = time.time()
        try:
            fencing = KINDS[step.kind](self, step)
            self.ready()
            self.writes()
            self._judge_fencing(fencing, began)
            self._judge()
            self.anybody().sh(f"crm_resource --resource {RESOURCE} --cleanup", 60)
        except PROBLEMS as error:
            place = traceback.extract_tb(error.__traceback__)[1]
            self.violation(f"{type(error).__name__}: {error} ({place.name}:{place.lineno})")
        return self._close(step, began)

    def _close(self, step: Step, began: float) -> Done:
        """Note what came of a fault, and mend what a failed one has left."""
        ended = time.time()
        gap = self.witness.longest_gap(max(began, self.restored), ended)
        done = Done(step, began, ended, gap, self._wrong, self._unmet)
        self.done.append(done)
        self._say(f"      {'FAILED' if self._wrong else 'ok'} after {ended - began:.0f} s, no record for {gap:.1f} s, "
                  f"now on {self.active()}; {len(self.witness.records)} records")
        if self._wrong:
            self._keep_logs(done)
            self._repair()
        return done

    def _judge_fencing(self, fencing: Fencing, began: float) -> None:
        fenced = set(self.ground.fenced(began))
        if not set(fencing.must) <= fenced <= set(fencing.must) | set(fencing.may):
            self.violation(f"fenced: {sorted(fenced)}, wanted {fencing}")

    def _judge(self) -> None:
        """Every record acknowledged so far is in the file once; the disk had one writer at a time."""
        # After a cleanup the cluster knows of it only when it has been probed.
        [name] = self.wait(lambda: self.ground.cluster.where(RESOURCE), 60, "the cluster says where the volume is")
        known = list(self.witness.records)
        verify(self.node(name).read(f"{DIRECTORY}/{self.witness.name}"), known)
        # A line that still waits in a trace's buffer must not look late.
        time.sleep(0.3)
        for line in self.referee.news(self.witness.releases()):
            self.violation(line)

    def _keep_logs(self, done: Done) -> None:
        if self._logs is None:
            return
        self._logs.mkdir(parents=True, exist_ok=True)
        parts = ["\n".join(done.wrong), "\n".join(map(str, self.ground.cluster.power.log[-5:])),
                 "\n".join(map(str, self.referee.turns()[-6:])), "\n".join(map(str, self.witness.releases()[-12:]))]
        for node in self.ground.cluster.nodes.values():
            try:
                since = done.began + node.clock_offset_s - 5
                parts.append(f"== {node.name}, its clock ahead by {node.clock_offset_s:.3f} s\n" + node.run(
                    f"crm_mon -1rf; dmsetup ls; journalctl -q -o short-unix --no-pager --since=@{since:.0f}", 60).out)
            except PROBLEMS as error:
                parts.append(f"== {node.name}: {error}\n{node.console_tail()}")
        path = self._logs / f"step{done.step.number:03d}-{done.step.kind}.log"
        path.write_text("\n\n".join(parts), encoding="utf-8")
        self._say(f"      logs: {path}")

    def _repair(self) -> None:
        """Back to a volume that runs, so that the next fault finds what it expects."""
        self.hub.heal()
        self.aws.clear()
        cluster = self.ground.cluster
        for node in cluster.nodes.values():
            node.thaw_or_on()
        try:
            self.ready()
            for node in cluster.nodes.values():
                node.attach_disk(SERIAL)
            self.anybody().run(
                f"crm_resource --resource {RESOURCE} --clear; crm_standby --node node1 --delete; crm_standby --node node2 "
                f"--delete; crm_resource --resource {RESOURCE} --meta --set-parameter target-role --parameter-value Started;"
                f" crm_resource --resource {RESOURCE} --cleanup", 120)
            cluster.wait_idle(300)
            self.writes(timeout_s=180)
        except PROBLEMS as error:
            self.note(f"repaired by power: {error}")
            for node in cluster.nodes.values():
                node.power_off()
                self.witness.cut(node.name, time.time())
                node.power_on()
            self.ready(600)
            self.anybody().run(f"crm_resource --resource {RESOURCE} --cleanup", 60)
            self.writes()

    def _restore_key(self) -> None:
        """The passphrase that the ground made the volume with, for whoever has it next."""
        if self.passphrase == PASSPHRASE:
            return
        node = self.node(self.active())
        node.write("/run/soak-old", self.passphrase, 0o600)
        node.write("/run/soak-new", PASSPHRASE, 0o600)
        try:
            node.sh(f"cryptsetup luksAddKey -q {' '.join(CHEAP[2][2:])} --key-file /run/soak-old {DEVICE} /run/soak-new && "
                    f"cryptsetup luksRemoveKey -q {DEVICE} /run/soak-old", 120)
        finally:
            node.sh("rm -f /run/soak-old /run/soak-new")
        self.aws.put(PARAMETER, PASSPHRASE)
        self.passphrase = PASSPHRASE

    def finish(self) -> list[str]:
        """The last judgement over the whole run; what is wrong."""
        self._wrong = []
        try:
            self._judge()
            self._restore_key()
        except PROBLEMS as error:
            self.violation(str(error))
        self.witness.stop()
        return self._wrong
