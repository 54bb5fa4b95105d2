# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults themselves: each does its harm, waits until the volume is written again, and takes its documented step back.

A fault is a function of the soak and a step; it returns what may be expected of fencing.
"""

import time
from typing import Callable, NamedTuple

from lab.ground import DEVICE, DIRECTORY, PARAMETER, RESOURCE, ROLE, SERIAL, policy
from lab.volumes import CHEAP

from .inside import AGENT, KILLER, SLOW_OPERATIONS_PER_S, hold_start, is_in, start_step
from .plan import START_STEPS

CREDENTIALS = "/root/.aws/credentials"
# What the cluster is made with: tests/lab/cluster.py.
TOKEN_S = 5


class Fencing(NamedTuple):
    """Who must be fenced, and who may be."""

    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


NOBODY = Fencing()


def _order(soak, verb: str, node: str) -> None:
    soak.node(node).sh(f"crm_resource --resource {RESOURCE} --{verb} --node {node}", 60)


def _clear(soak) -> None:
    soak.anybody().sh(f"crm_resource --resource {RESOURCE} --clear", 60)


def _target_role(soak, value: str) -> None:
    soak.anybody().sh(f"crm_resource --resource {RESOURCE} --meta --set-parameter target-role --parameter-value {value}", 60)


def _wait_down(soak, began: float, node: str) -> None:
    soak.wait(lambda: soak.witness.unmounted_after(began, node), 150, "the volume is down")


def move(soak, _step) -> Fencing:
    target = soak.other(soak.active())
    _order(soak, "move", target)
    soak.writes(target)
    _clear(soak)
    return NOBODY


def ban(soak, _step) -> Fencing:
    here = soak.active()
    _order(soak, "ban", here)
    soak.writes(soak.other(here))
    _clear(soak)
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
    _target_role(soak, "Stopped")
    _wait_down(soak, began, here)
    soak.sleep(step.delay_s)
    soak.restored = time.time()
    _target_role(soak, "Started")
    soak.writes()
    return NOBODY


def _lose_power(soak, name: str) -> None:
    soak.node(name).power_off()
    soak.witness.cut(name, time.time())


def power_active(soak, _step) -> Fencing:
    here = soak.active()
    _lose_power(soak, here)
    soak.writes(soak.other(here))
    return Fencing(must=(here,))


def power_standby(soak, _step) -> Fencing:
    here = soak.active()
    lost = soak.other(here)
    _lose_power(soak, lost)
    soak.fenced(lost)
    soak.writes(here)
    return Fencing(must=(lost,))


def power_in_start(soak, step) -> Fencing:
    """In the step of the start that the plan says; the start is held there, and it is there when the power goes."""
    here = soak.active()
    target = soak.other(here)
    node = soak.node(target)
    wanted = step.phase if step.phase in START_STEPS else START_STEPS[0]
    soak.aws.fault("delay", service="ssm", seconds=30 if wanted == "fetching" else 6, times=1)
    _order(soak, "move", target)
    try:
        hold_start(node, wanted)
        soak.sleep(step.delay_s)
        found = start_step(node)
        if found != wanted:
            soak.unmet(f"the start is {found}, not {wanted}, when the power goes")
        _lose_power(soak, target)
    finally:
        node.throttle_disk(SERIAL)
    soak.note(f"the power went while {found}")
    soak.writes(here)
    soak.aws.clear()
    soak.ready()
    _clear(soak)
    return Fencing(must=(target,))


def power_in_stop(soak, step) -> Fencing:
    """The stop is held by a process that does not take TERM, then by the disk, and it is there when the power goes."""
    here, began = soak.active(), time.time()
    target = soak.other(here)
    node = soak.node(here)
    node.start(f"trap '' TERM; cd {DIRECTORY} && exec sleep 600")
    _order(soak, "move", target)
    soak.wait(lambda: any(row[0] > began and row[1] == here for row in list(soak.witness.let_go)), 100,
              "stop asks the writer to go")
    try:
        node.throttle_disk(SERIAL, operations_per_s=SLOW_OPERATIONS_PER_S)
        time.sleep(step.delay_s / 8)
        if not is_in(node, "stop"):
            soak.unmet("no stop is under way when the power goes")
        _lose_power(soak, here)
    finally:
        node.throttle_disk(SERIAL)
    soak.writes(target)
    soak.ready()
    _clear(soak)
    return Fencing(must=(here,))


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
    if not soak.ground.fenced(began) and (soak.active() != here or gap > TOKEN_S + 5):
        soak.violation(f"a pause reached the volume: no record for {gap:.1f} s, on {soak.active()}")
    return Fencing(may=(node.name,))


def _cut(soak, one: str, both_ways: bool) -> Fencing:
    began = time.time()
    soak.hub.cut(one, both_ways=both_ways)
    soak.wait(lambda: soak.ground.fenced(began), 180, "somebody is fenced")
    soak.writes(timeout_s=300)
    soak.hub.heal()
    return Fencing(may=("node1", "node2"))


def partition(soak, _step) -> Fencing:
    return _cut(soak, "node1", True)


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
    _order(soak, "move", target)
    soak.sleep(step.length_s)
    soak.aws.clear()
    soak.restored = time.time()
    soak.writes(since=soak.restored)
    _clear(soak)
    return NOBODY


def _throttled(soak) -> int:
    """How many requests the emulator has turned away so far."""
    return soak.aws.control("counters").get("error.ThrottlingException", 0)


def throttle(soak, step) -> Fencing:
    target, before = soak.other(soak.active()), _throttled(soak)
    soak.aws.fault("error", service="ssm", code="ThrottlingException", times=int(step.length_s / 8))
    _order(soak, "move", target)
    soak.writes(target)
    if _throttled(soak) == before:
        soak.unmet("no request was throttled")
    soak.aws.clear()
    _clear(soak)
    return NOBODY


def revoked_one(soak, _step) -> Fencing:
    """One node's identity may not read the parameter any more: the volume goes back to the other."""
    here, began = soak.active(), time.time()
    target = soak.node(soak.other(here))
    key = soak.aws.control("user", name="nobody")
    target.write(CREDENTIALS, f"[default]\naws_access_key_id = {key['key_id']}\n"
                              f"aws_secret_access_key = {key['secret']}\n", 0o600)
    try:
        _order(soak, "move", target.name)
        _wait_down(soak, began, here)
        soak.writes(here)
    finally:
        target.sh(f"rm -f {CREDENTIALS}")
    _clear(soak)
    return NOBODY


def revoked_both(soak, _step) -> Fencing:
    """No node may read it: the volume is down for a reason that says so, and back after the grant and one cleanup."""
    here, began = soak.active(), time.time()
    _target_role(soak, "Stopped")
    _wait_down(soak, began, here)
    soak.aws.control("policies", name=ROLE, policies=[])
    _target_role(soak, "Started")
    soak.wait(lambda: len(soak.ground.cluster.failures()) >= 2, 150, "both nodes' starts are refused")
    reasons = [row["exitreason"] for row in soak.ground.cluster.failures()]
    if not all("access-denied" in reason for reason in reasons):
        soak.violation(f"reasons that do not say that access is denied: {reasons}")
    soak.aws.control("policies", name=ROLE, policies=[policy(PARAMETER)])
    soak.restored = time.time()
    soak.anybody().sh(f"crm_resource --resource {RESOURCE} --cleanup", 60)
    soak.writes(since=soak.restored)
    return NOBODY


def _has_failed(soak, action: str) -> bool:
    """Whether the cluster knows of a failure of this action."""
    try:
        return any(f"_{action}_" in row["op_key"] for row in soak.ground.cluster.failures())
    except AssertionError:
        return False


def kill_agent(soak, step) -> Fencing:
    """Killed in a start or stop of a move, or in a monitor of depth 10; whatever it has left must not stand in the way."""
    here = soak.active()
    target = soak.other(here)
    victim = target if step.phase == "start" else here
    killer = soak.node(victim).start(["/usr/bin/python3", "-I", "-S", "-c", KILLER, AGENT, step.phase, "60",
                                      f"{step.delay_s / 8:.3f}"])
    try:
        if step.phase == "monitor":
            # It reads through the mapping, and has ended before it is seen unless the disk is slow.
            soak.node(victim).throttle_disk(SERIAL, operations_per_s=SLOW_OPERATIONS_PER_S)
        else:
            soak.sleep(1)
            _order(soak, "move", target)
        soak.wait(lambda: not killer.running(), 90, "the agent is killed")
    finally:
        soak.node(victim).throttle_disk(SERIAL)
    killed = time.time()
    met = b"killed" in killer.output
    if not met:
        soak.unmet(f"no {step.phase} was met")
    # Nobody knows what a killed stop has left: its node is fenced.
    if met and step.phase == "stop":
        soak.fenced(victim)
        killed = time.time()
    elif met:
        soak.wait(lambda: _has_failed(soak, step.phase), 60, f"the cluster knows that the {step.phase} was killed")
    soak.sleep(1)
    soak.writes(since=killed + 1)
    soak.ready()
    _clear(soak)
    return Fencing(must=(victim,)) if met and step.phase == "stop" else NOBODY


def kill_executor(soak, _step) -> Fencing:
    here = soak.active()
    soak.node(here).sh("pkill -KILL -x pacemaker-execd", 60)
    soak.sleep(10)
    soak.writes(timeout_s=300)
    return Fencing(may=(here,))


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
    "power-standby": power_standby, "power-in-start": power_in_start, "power-in-stop": power_in_stop, "freeze": freeze,
    "pause": pause, "partition": partition, "one-way": one_way, "outage": outage, "outage-failover": outage_failover,
    "throttle": throttle, "revoked-one": revoked_one, "revoked-both": revoked_both, "kill-agent": kill_agent,
    "kill-executor": kill_executor, "detach-active": detach_active, "detach-standby": detach_standby, "reboot": reboot,
    "rotate": rotate,
}
