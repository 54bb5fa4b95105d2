# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults that strike an agent at work: its node's power, itself, or the executor that runs it."""

import time
from typing import Callable

from lab.ground import DIRECTORY, SERIAL

from .inside import AGENT, KILL_GROUP, KILLER, SLOW_OPERATIONS_PER_S, hold_start, is_in, start_step
from .orders import NOBODY, Fencing, clear, lose_power, move, order
from .plan import START_STEPS


def _strike_start(soak, step, strike: Callable) -> str:
    """In the step of the start that the plan says: the start is held there when it strikes; the node that was to start."""
    target = soak.other(soak.active())
    node = soak.node(target)
    wanted = step.phase if step.phase in START_STEPS else START_STEPS[0]
    soak.aws.fault("delay", service="ssm", seconds=30 if wanted == "fetching" else 6, times=1)
    order(soak, "move", target)
    try:
        hold_start(node, wanted)
        soak.sleep(step.delay_s)
        found = start_step(node)
        if found != wanted:
            soak.unmet(f"the start is {found}, not {wanted}, when it strikes")
        strike(target)
    finally:
        node.throttle_disk(SERIAL)
    soak.note(f"it struck while {found}")
    return target


def power_in_start(soak, step) -> Fencing:
    here = soak.active()
    target = _strike_start(soak, step, lambda name: lose_power(soak, name))
    soak.writes(here)
    soak.aws.clear()
    soak.ready()
    clear(soak)
    return Fencing(must=(target,))


def kill_in_start(soak, step) -> Fencing:
    """With all its children, as the executor does it to a start that takes too long; its stop has to find what it left."""
    killed = []

    def kill(name: str) -> None:
        killed.append(soak.node(name).python(KILL_GROUP, [AGENT, "start"]).strip() == "killed")
    target = _strike_start(soak, step, kill)
    soak.aws.clear()
    if killed == [True]:
        soak.wait(lambda: _has_failed(soak, "start"), 60, f"the cluster knows that the start on {target} was killed")
    else:
        soak.unmet("no start was met")
    soak.writes()
    soak.ready()
    clear(soak)
    return NOBODY


def power_in_stop(soak, step) -> Fencing:
    """The stop is held by a process that does not take TERM, then by the disk, and it is there when the power goes."""
    here, began = soak.active(), time.time()
    target = soak.other(here)
    node = soak.node(here)
    node.start(f"trap '' TERM; cd {DIRECTORY} && exec sleep 600")
    order(soak, "move", target)
    soak.wait(lambda: any(row[0] > began and row[1] == here for row in list(soak.witness.let_go)), 100,
              "stop asks the writer to go")
    try:
        node.throttle_disk(SERIAL, operations_per_s=SLOW_OPERATIONS_PER_S)
        time.sleep(step.delay_s / 8)
        if not is_in(node, "stop"):
            soak.unmet("no stop is under way when the power goes")
        lose_power(soak, here)
    finally:
        node.throttle_disk(SERIAL)
    soak.writes(target)
    soak.ready()
    clear(soak)
    return Fencing(must=(here,))


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
            order(soak, "move", target)
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
    clear(soak)
    return Fencing(must=(victim,)) if met and step.phase == "stop" else NOBODY


def kill_executor(soak, step) -> Fencing:
    """While nothing is under way: the volume runs on, or its node is fenced, and it can be moved afterwards."""
    here = soak.active()
    soak.node(here).sh("pkill -KILL -x pacemaker-execd", 60)
    soak.sleep(10)
    soak.writes(timeout_s=300)
    soak.ready()
    move(soak, step)
    return Fencing(may=(here,))


def executor_in_start(soak, step) -> Fencing:
    """The agent that it ran is left to itself in a start, and a new one looks and acts on that node meanwhile."""
    target = _strike_start(soak, step, lambda name: soak.node(name).sh("pkill -KILL -x pacemaker-execd", 60))
    soak.sleep(10)
    soak.aws.clear()
    soak.writes(timeout_s=300)
    soak.ready()
    clear(soak)
    return Fencing(may=(target,))
