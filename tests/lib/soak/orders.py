# SPDX-License-Identifier: GPL-2.0-or-later
"""What the faults have in common: orders to the cluster, a lost power, and what may be expected of fencing."""

import time
from typing import NamedTuple

from lab.ground import RESOURCE


class Fencing(NamedTuple):
    """Who must be fenced, and who may be."""

    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


NOBODY = Fencing()


def order(soak, verb: str, node: str) -> None:
    soak.node(node).sh(f"crm_resource --resource {RESOURCE} --{verb} --node {node}", 60)


def clear(soak) -> None:
    soak.anybody().sh(f"crm_resource --resource {RESOURCE} --clear", 60)


def meta(soak, name: str, value: str) -> None:
    soak.anybody().sh(f"crm_resource --resource {RESOURCE} --meta --set-parameter {name} --parameter-value {value}", 60)


def wait_down(soak, began: float, node: str) -> None:
    soak.wait(lambda: soak.witness.unmounted_after(began, node), 150, "the volume is down")


def lose_power(soak, name: str) -> None:
    soak.node(name).power_off()
    soak.witness.cut(name, time.time())


def move(soak, _step) -> Fencing:
    target = soak.other(soak.active())
    order(soak, "move", target)
    soak.writes(target)
    clear(soak)
    return NOBODY
