# SPDX-License-Identifier: GPL-2.0-or-later
"""A node loses its power in the middle of a start or a stop: it is fenced, and the other one has the volume whole."""

from lab import each, limit
from soak.single import strike


@limit(900)
@each(0.5, 4)
def test_in_a_start_that_fetches_or_unlocks_the_volume_goes_back(c, seconds):
    strike(c, "power-in-start", delay_s=seconds)


@limit(900)
def test_in_a_stop_that_has_begun_the_other_node_takes_over(c):
    strike(c, "power-in-stop", delay_s=1)
