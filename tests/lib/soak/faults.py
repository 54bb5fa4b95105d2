# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults themselves: each does its harm, waits until the volume is written again, and takes its documented step back.

A fault is a function of the soak and a step; it returns what may be expected of fencing.
"""

import time
from typing import Callable

from lab.ground import DEVICE, PARAMETER, RESOURCE, ROLE, policy
from lab.volumes import CHEAP

from . import kills
from .orders import NOBODY, Fencing, clear, lose_power, meta, move, order, wait_down

CREDENTIALS = "/root/.aws/credentials"
# What the cluster is made with: tests/lab/cluster.py.
TOKEN_S = 5
# Enough for a node that came up apart to form a cluster of its own, and to fence, if it wanted to.
APART_S = 40


def ban(soak, _step) -> Fencing:
    here = soak.active()
    order(soak, "ban", here)
    soak.writes(soak.other(here))
    clear(soak)
    return NOBODY


def standby(soak, step) -> Fencing:
    here = soak.active()
    soak.node(here).sh(f"crm_standby --node {here} --update on", 60)
    soak.writes(soak.other(here))
    soak.sleep(step.delay_s)
    soak.node(here).sh(f"crm_standby --node {here} --delete", 60)
    return NOBODY


def disable(soak, step) -> Fencing:
    here, began = soak.active(), time.time()
    meta(soak, "target-role", "Stopped")
    wait_down(soak, began, here)
    soak.sleep(step.delay_s)
    soak.restored = time.time()
    meta(soak, "target-role", "Started")
    soak.writes()
    return NOBODY


def power_active(soak, _step) -> Fencing:
    here = soak.active()
    lose_power(soak, here)
    soak.writes(soak.other(here))
    return Fencing(must=(here,))


def power_standby(soak, _step) -> Fencing:
    here = soak.active()
    lost = soak.other(here)
    lose_power(soak, lost)
    soak.fenced(lost)
    soak.writes(here)
    return Fencing(must=(lost,))


def freeze(soak, _step) -> Fencing:
    here = soak.active()
    soak.node(here).freeze()
    soak.writes(soak.other(here))
    return Fencing(must=(here,))


def pause(soak, step) -> Fencing:
    """Frozen for less than corosync's token: unless the cluster fences it for that, the volume stays and writes on."""
    here, began = soak.active(), time.time()
    node = soak.node(here if step.first else soak.other(here))
    node.freeze()
    time.sleep(min(step.delay_s, 2))
    node.thaw()
    soak.sleep(TOKEN_S)
    soak.writes()
    gap = soak.witness.longest_gap(began, time.time())
    if soak.ground.fenced(began):
        soak.unmet("the cluster did not wait for it")
    elif soak.active() != here or gap > TOKEN_S + 5:
        soak.violation(f"a pause reached the volume: no record for {gap:.1f} s, on {soak.active()}")
    return Fencing(may=(node.name,))


def _cut(soak, one: str, both_ways: bool, boots_apart: bool = False) -> Fencing:
    """One of the two is fenced, and nobody else later: not by the one that boots while they are apart, not after it."""
    began = time.time()
    soak.hub.cut(one, both_ways=both_ways)
    lost = soak.wait(lambda: soak.ground.fenced(began), 180, "somebody is fenced")[0]
    soak.writes(soak.other(lost), timeout_s=300)
    if boots_apart:
        soak.node(lost).wait_up(300)
        soak.sleep(APART_S)
    soak.hub.heal()
    return Fencing(must=(lost,))


def partition(soak, step) -> Fencing:
    return _cut(soak, "node1", True, boots_apart=step.first)


def one_way(soak, step) -> Fencing:
    return _cut(soak, "node1" if step.first else "node2", False)


def outage(soak, step) -> Fencing:
    """Nothing of AWS answers, and nothing happens to a volume that runs."""
    here, began = soak.active(), time.time()
    soak.aws.fault("connect_reset", service="https")
    soak.aws.fault("error", service="imds", status=503)
    soak.sleep(step.length_s)
    soak.aws.clear()
    gap = soak.witness.longest_gap(began, time.time())
    if soak.active() != here or gap > 10:
        soak.violation(f"an outage of AWS reached the running volume: no record for {gap:.1f} s, on {soak.active()}")
    return NOBODY


def outage_failover(soak, step) -> Fencing:
    target = soak.other(soak.active())
    soak.aws.fault("connect_reset", service="https")
    order(soak, "move", target)
    soak.sleep(step.length_s)
    soak.aws.clear()
    soak.restored = time.time()
    soak.writes(since=soak.restored)
    clear(soak)
    return NOBODY


def _throttled(soak) -> int:
    """How many requests the emulator has turned away so far."""
    return soak.aws.control("counters").get("error.ThrottlingException", 0)


def throttle(soak, step) -> Fencing:
    """The first of its requests are turned away, and the start that made them ends well."""
    target, before, times = soak.other(soak.active()), _throttled(soak), int(step.length_s / 8)
    soak.aws.fault("error", service="ssm", code="ThrottlingException", times=times)
    order(soak, "move", target)
    soak.writes(target)
    failed = soak.ground.cluster.failures()
    if failed:
        soak.violation(f"throttling ended a start: {failed[0]['exitreason']}")
    met = _throttled(soak) - before
    if met != times:
        soak.unmet(f"{met} of {times} requests were throttled")
    soak.aws.clear()
    clear(soak)
    return NOBODY


def _refused(soak, starts: int) -> None:
    """So many starts failed for a reason that says that access is denied."""
    failed = soak.wait(lambda: len(found := soak.ground.cluster.failures()) >= starts and found, 150, f"{starts} refused starts")
    reasons = [row["exitreason"] for row in failed]
    if not all("access-denied" in reason for reason in reasons):
        soak.violation(f"reasons that do not say that access is denied: {reasons}")


def revoked_one(soak, _step) -> Fencing:
    """One node's identity may not read the parameter any more: the volume goes back to the other."""
    here, began = soak.active(), time.time()
    target = soak.node(soak.other(here))
    key = soak.aws.control("user", name="nobody")
    target.write(CREDENTIALS, f"[default]\naws_access_key_id = {key['key_id']}\n"
                              f"aws_secret_access_key = {key['secret']}\n", 0o600)
    try:
        order(soak, "move", target.name)
        wait_down(soak, began, here)
        _refused(soak, 1)
        soak.writes(here)
    finally:
        target.sh(f"rm -f {CREDENTIALS}")
    clear(soak)
    return NOBODY


def revoked_both(soak, _step) -> Fencing:
    """No node may read it: the volume is down for a reason that says so, and back after the grant and one cleanup."""
    here, began = soak.active(), time.time()
    meta(soak, "target-role", "Stopped")
    wait_down(soak, began, here)
    soak.aws.control("policies", name=ROLE, policies=[])
    patience = soak.anybody().sh(f"crm_resource --resource {RESOURCE} --meta --get-parameter failure-timeout", 60).strip()
    # It is the cleanup that is to bring it back, not the time.
    meta(soak, "failure-timeout", "0")
    try:
        meta(soak, "target-role", "Started")
        _refused(soak, 2)
        soak.aws.control("policies", name=ROLE, policies=[policy(PARAMETER)])
        granted = time.time()
        soak.sleep(15)
        if soak.witness.first_after(granted, "") or soak.ground.cluster.where(RESOURCE):
            soak.violation("it came back before the cleanup")
        soak.restored = time.time()
        soak.anybody().sh(f"crm_resource --resource {RESOURCE} --cleanup", 60)
        soak.writes(since=soak.restored)
    finally:
        meta(soak, "failure-timeout", patience)
    return NOBODY


def _attach(soak, name: str) -> None:
    soak.ready()
    soak.node(name).attach_disk("data")


def detach_active(soak, _step) -> Fencing:
    here = soak.active()
    soak.node(here).detach_disk("data")
    soak.writes(soak.other(here), timeout_s=300)
    _attach(soak, here)
    return Fencing(may=(here,))


def detach_standby(soak, step) -> Fencing:
    here = soak.active()
    there = soak.other(here)
    soak.node(there).detach_disk("data")
    soak.sleep(step.delay_s)
    soak.anybody().sh(f"crm_resource --resource {RESOURCE} --refresh --node {there}", 60)
    soak.sleep(5)
    soak.writes(here)
    _attach(soak, there)
    return NOBODY


def reboot(soak, _step) -> Fencing:
    here = soak.active()
    node = soak.node(here)
    boots = node.console.read_bytes().count(b"lab: ready")
    node.start("systemctl reboot")
    soak.writes(soak.other(here), timeout_s=300)
    soak.wait(lambda: node.console.read_bytes().count(b"lab: ready") > boots, 300, f"{here} boots")
    return NOBODY


def rotate(soak, step) -> Fencing:
    """A new value and a new slot while the volume runs, a move with both slots, then one without the old slot."""
    here = soak.node(soak.active())
    before, after = soak.passphrase, f"passphrase number {step.number} of the soak"
    here.write("/run/soak-old", before, 0o600)
    here.write("/run/soak-new", after, 0o600)
    try:
        here.sh(f"cryptsetup luksAddKey -q {' '.join(CHEAP[2][2:])} --key-file /run/soak-old {DEVICE} /run/soak-new", 120)
        soak.aws.put(PARAMETER, after)
        soak.passphrase = after
        if step.first:
            move(soak, step)
            here = soak.node(soak.active())
        here.write("/run/soak-old", before, 0o600)
        here.sh(f"cryptsetup luksRemoveKey -q {DEVICE} /run/soak-old", 120)
    finally:
        for node in soak.ground.cluster.nodes.values():
            node.sh("rm -f /run/soak-old /run/soak-new")
    return move(soak, step)


KINDS: dict[str, Callable] = {
    "move": move, "ban": ban, "standby": standby, "disable": disable, "power-active": power_active,
    "power-standby": power_standby, "power-in-start": kills.power_in_start, "power-in-stop": kills.power_in_stop, "freeze": freeze,
    "pause": pause, "partition": partition, "one-way": one_way, "outage": outage, "outage-failover": outage_failover,
    "throttle": throttle, "revoked-one": revoked_one, "revoked-both": revoked_both, "kill-agent": kills.kill_agent,
    "kill-in-start": kills.kill_in_start, "kill-executor": kills.kill_executor, "executor-in-start": kills.executor_in_start,
    "detach-active": detach_active, "detach-standby": detach_standby, "reboot": reboot,
    "rotate": rotate,
}
