# SPDX-License-Identifier: GPL-2.0-or-later
"""Which fault comes when: decided by the seed alone, never by what happens, so that a run can be had again."""

import random
from typing import Iterator, NamedTuple

# How often a kind of fault is in the deck.  The deck is dealt to its end before it is shuffled again, so that none of
# them is missing from a long run.
DECK = {
    "move": 2, "ban": 1, "standby": 1, "disable": 1, "power-active": 2, "power-standby": 1, "power-in-start": 1,
    "power-in-stop": 1, "freeze": 1, "pause": 1, "partition": 2, "one-way": 1, "outage": 1, "outage-failover": 1,
    "throttle": 1, "revoked-one": 1, "revoked-both": 1, "kill-agent": 3, "kill-in-start": 2, "kill-executor": 1,
    "executor-in-start": 1, "detach-active": 1, "detach-standby": 1, "reboot": 1, "rotate": 2,
}
# Those after which no machine boots: for the short form.
QUICK = ("move", "ban", "standby", "disable", "pause", "throttle", "rotate")
PHASES = ("start", "stop", "monitor")
# In which step of a start it is struck.
START_STEPS = ("fetching", "unlocking", "mounting")
IN_START = ("power-in-start", "kill-in-start", "executor-in-start")


class Step(NamedTuple):
    """One fault with everything that is left to chance about it."""

    number: int
    kind: str
    pause_s: float  # before it
    delay_s: float  # from what triggers it until it strikes
    length_s: float  # how long it lasts, where it ends by itself
    first: bool  # node1 rather than node2, where that is not the active one
    phase: str  # what is killed, or which step of a start is struck

    def describe(self) -> str:
        return (f"{self.number:3d} {self.kind:17s} pause {self.pause_s:4.1f} s, delay {self.delay_s:4.2f} s, "
                f"length {self.length_s:4.1f} s, {'node1' if self.first else 'node2'}, {self.phase}")


def steps(seed: int, kinds: tuple[str, ...] = ()) -> Iterator[Step]:
    """The faults of a seed, without end."""
    chance = random.Random(seed)
    number = phase = 0
    while True:
        deck = [kind for kind, count in DECK.items() for _ in range(count) if not kinds or kind in kinds]
        chance.shuffle(deck)
        for kind in deck:
            number += 1
            phase += kind in ("kill-agent", *IN_START)
            words = START_STEPS if kind in IN_START else PHASES
            yield Step(number, kind, chance.uniform(1, 6), chance.uniform(0, 2.5), chance.uniform(15, 45),
                       chance.random() < 0.5, words[phase % len(words)])
