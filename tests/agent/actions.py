# SPDX-License-Identifier: GPL-2.0-or-later
"""Which actions there are, and what holds for each of them."""

import pathlib

from agent_kit import REQUIRED, Programs, assert_silent, reason
from lab.marks import each

METADATA = pathlib.Path(__file__).resolve().parents[2] / "metadata/volume.xml"


def test_metadata_is_the_committed_one_and_needs_nothing(host):
    result = Programs(host).run("meta-data", instance=None)
    assert result.rc == 0 and result.err == "", result
    assert result.out == METADATA.read_text(encoding="utf-8")


def test_metadata_is_printed_whatever_the_parameters_say(host):
    result = Programs(host).run("meta-data", params={"device": "..", "nonsense": "x"},
                                env={"OCF_TESTER_FAIL_HAVE_BINARY": "1"})
    assert result.rc == 0 and result.out.startswith("<?xml"), result


@each("notify", "promote", "demote", "migrate_to", "migrate_from", "reload", "recover", "usage",
      "help", "methods", "star", "startx", "START", "")
def test_an_action_that_is_not_there_is_3(host, action):
    result = Programs(host).run(action, params=REQUIRED)
    assert result.rc == 3 and result.out == "", result
    assert action in reason(result)


def test_no_action_at_all_is_3(host):
    result = Programs(host).run(params=REQUIRED)
    assert result.rc == 3, result
    reason(result)


def test_arguments_behind_the_first_are_ignored(host):
    result = Programs(host).run("validate-all", "start", "--force", params=REQUIRED)
    assert result.rc == 0, result
    assert_silent(result)


def test_the_prefix_of_the_reason_is_the_callers(host):
    result = Programs(host).run("notify", env={"OCF_EXIT_REASON_PREFIX": "why:"})
    assert result.err.startswith("why:"), result
    assert result.err.count("\n") == 1, result


@each("start", "stop", "monitor", "status", "reload-agent")
def test_state_without_the_name_of_a_resource_is_1(host, action):
    for instance in (None, "", ".", "..", "../x", "a/b"):
        result = Programs(host).run(action, params=REQUIRED, instance=instance)
        assert result.rc == 1, result
        assert "OCF_RESOURCE_INSTANCE" in reason(result)


def test_standard_descriptors_that_are_closed_stay_out_of_the_way(host):
    programs = Programs(host)
    result = host.run(f"{programs.agent} meta-data <&- 2>&- | head -c 5", env={})
    assert result.out == "<?xml", result
