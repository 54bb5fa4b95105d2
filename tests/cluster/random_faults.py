# SPDX-License-Identifier: GPL-2.0-or-later
"""Two minutes of the soak, with those faults after which no machine boots; tests/cluster/soak runs all, and for longer."""

import time

from lab import limit
from runner.report import say
from soak import plan
from soak.figures import figures, summary
from soak.soak import Soak

SECONDS = 120
SEED = 4


@limit(600)
def test_two_minutes_of_faults_lose_no_record_and_have_one_writer_at_a_time(c):
    soak = Soak(c, say)
    soak.start()
    deadline = time.monotonic() + SECONDS
    for step in plan.steps(SEED, plan.QUICK):
        done = soak.run(step)
        assert not done.wrong, done
        if time.monotonic() > deadline:
            break
    assert soak.finish() == []
    say("\n".join(summary(figures(soak))))
