# SPDX-License-Identifier: GPL-2.0-or-later
"""AWS answers, but not with the key: the volume goes where its key can be had, and waits with one reason where it cannot."""

from lab import limit
from soak.single import strike


@limit(600)
def test_the_volume_goes_back_to_the_node_whose_identity_may_still_read_the_key(c):
    strike(c, "revoked-one")


@limit(600)
def test_it_stops_with_a_clear_reason_where_nobody_may_and_is_back_after_the_grant_and_one_cleanup(c):
    strike(c, "revoked-both")


@limit(600)
def test_a_start_outlasts_throttling(c):
    strike(c, "throttle", length_s=40)
