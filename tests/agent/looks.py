# SPDX-License-Identifier: GPL-2.0-or-later
"""Probe, monitor and stop where nothing of ours is: they need no parameter, no device, no root."""

import os

from agent_kit import REQUIRED, Programs, assert_silent, reason
from lab.marks import each

PROBE = {"OCF_RESKEY_CRM_meta_interval": "0"}
RECURRING = {"OCF_RESKEY_CRM_meta_interval": "20000"}
STANDBY = {**RECURRING, "OCF_RESKEY_CRM_meta_role": "Stopped"}

# One wrong value for each parameter that has a check, and things that no table knows.
MALFORMED = {"device": "nowhere", "directory": "../up", "ssm_parameter": ":", "luks_uuid": "0",
             "map_name": "a/b", "header": "x", "device_wait": "soon", "options": "bind",
             "run_fsck": "perhaps", "read_only": "perhaps", "region": "x", "role_arn": "x",
             "endpoint_url": "ftp://x", "term_signals": "NOSUCH", "devize": "/dev/x"}


def assert_absent(result) -> None:
    """7 in silence; on a host where root has used the agent its state cannot be read: doubt."""
    if os.path.exists("/run/luks-ssm"):
        assert result.rc == 1, result
        assert reason(result).split(":")[0] in ("state-unreadable", "missing-software"), result
    else:
        assert result.rc == 7, result
        assert_silent(result)


@each("agent", "worker")
def test_a_probe_without_parameters_is_a_silent_7(host, which):
    programs = Programs(host)
    result = programs.run("monitor", program=getattr(programs, which), env=PROBE)
    assert_absent(result)


@each("agent", "worker")
def test_a_probe_with_malformed_parameters_is_a_silent_7(host, which):
    programs = Programs(host)
    result = programs.run("monitor", program=getattr(programs, which), params=MALFORMED, env=PROBE)
    assert_absent(result)


@each(("agent", "20"), ("agent", "10"), ("agent", "7"), ("agent", "deep"), ("worker", "20"),
      ("worker", "99"), ("worker", "-1"))
def test_no_level_makes_an_absent_volume_anything_but_7(host, which, level):
    programs = Programs(host)
    for env in (PROBE, RECURRING, STANDBY):
        result = programs.run("monitor", program=getattr(programs, which), params=REQUIRED,
                              env={**env, "OCF_CHECK_LEVEL": level})
        assert_absent(result)


def test_status_is_monitor(host):
    result = Programs(host).run("status", params=REQUIRED, env=RECURRING)
    assert_absent(result)


def test_a_person_who_asks_gets_the_reason_of_a_7(host):
    programs = Programs(host)
    result = programs.run("monitor", program=programs.worker, params=REQUIRED)
    assert result.out == "", result
    code = reason(result).split(":")[0]
    assert (result.rc, code) in ((7, "not-active"), (1, "state-unreadable")), result


def test_a_clone_is_probed_like_any_other(host):
    result = Programs(host).run("monitor", params=REQUIRED,
                                env={**PROBE, "OCF_RESKEY_CRM_meta_clone_max": "2"})
    assert_absent(result)


def test_stop_of_an_ordinary_user_never_says_anything_but_0_or_1(host):
    programs = Programs(host)
    for params in ({}, REQUIRED, MALFORMED):
        result = programs.run("stop", program=programs.worker, params=params)
        assert result.rc in (0, 1) and result.out == "", result
        if result.rc == 1:
            reason(result)
