# SPDX-License-Identifier: GPL-2.0-or-later
"""What validate-all, start and reload-agent say of parameters: one line, and nothing changed."""

import pathlib

from agent_kit import REQUIRED, WORKER, Programs, assert_silent, reason
from lab.marks import each

# Each names the parameter that the reason must name.
BAD = [
    ("device", "nvme1n1"), ("device", "/dev/../etc/passwd"), ("device", "UUID=12"),
    ("directory", "srv/data"), ("directory", "/srv/../data"), ("directory", "/"),
    ("map_name", "a/b"), ("map_name", "control"), ("luks_uuid", "1234"), ("header", "header.img"),
    ("ssm_parameter", "prod/data"), ("ssm_parameter", "data:0"), ("region", "Frankfurt"),
    ("endpoint_url", "http://ssm.eu-central-1.amazonaws.com"), ("endpoint_url", "10.0.0.1"),
    ("options", "noatime,bind"), ("options", "remount"), ("options", "loop"),
    ("run_fsck", "yes"), ("force_unmount", "lazy"), ("key_encoding", "rot13"),
    ("device_wait", "soon"), ("device_wait", "-1"), ("signal_delay", "3600"),
    ("previous_versions", "all"), ("read_only", "perhaps"), ("term_signals", "15"),
    ("role_arn", "reader"), ("external_id", "x"), ("ca_bundle", "ca.pem"), ("fstype", "EXT4"),
]
KNOWN_TO_TOOLS = {"trace_ra": "0", "trace_file": "/dev/null", "crm_feature_set": "3.16.2",
                  "CRM_meta_on_node": "a", "CRM_meta_timeout": "20000"}


def test_a_right_configuration_is_accepted_in_silence(host):
    result = Programs(host).run("validate-all", params=REQUIRED)
    assert result.rc == 0, result
    assert_silent(result)


def test_no_report_is_printed_when_a_tool_wants_xml(host):
    result = Programs(host).run("validate-all", params=REQUIRED, env={"OCF_OUTPUT_FORMAT": "xml"})
    assert result.rc == 0, result
    assert_silent(result)


def test_a_trace_file_that_crm_resource_always_names_breaks_no_silence(host):
    result = Programs(host).run("validate-all", params=REQUIRED,
                                env={"OCF_TRACE_FILE": "/dev/stderr"})
    assert_silent(result)


def test_validation_needs_no_name_of_a_resource(host):
    result = Programs(host).run("validate-all", params=REQUIRED, instance=None)
    assert result.rc == 0, result


@each(*BAD)
def test_a_bad_value_is_6_for_validate_and_2_for_start(host, name, value):
    programs = Programs(host)
    params = {**REQUIRED, name: value}
    result = programs.run("validate-all", params=params)
    assert result.rc == 6 and result.out == "", result
    assert reason(result).startswith("bad-parameter: ") and name in reason(result), result
    result = programs.run("start", program=programs.worker, params=params)
    assert result.rc == 2 and result.out == "", result
    assert name in reason(result), result


@each("device", "directory", "ssm_parameter")
def test_a_missing_parameter_is_6_everywhere(host, name):
    programs = Programs(host)
    for params in ({**REQUIRED, name: ""}, {k: v for k, v in REQUIRED.items() if k != name}):
        for action, program in (("validate-all", ""), ("start", programs.worker)):
            result = programs.run(action, program=program, params=params)
            assert result.rc == 6, result
            assert reason(result).startswith(f"missing-parameter: {name} "), result


def test_a_clone_is_6_everywhere(host):
    programs = Programs(host)
    for action, program in (("validate-all", ""), ("start", programs.worker)):
        result = programs.run(action, program=program, params=REQUIRED,
                              env={"OCF_RESKEY_CRM_meta_clone_max": "2"})
        assert result.rc == 6, result
        assert reason(result).startswith("clone: "), result


def test_an_unknown_name_is_6_for_validate_and_does_not_stop_start(host):
    programs = Programs(host)
    params = {**REQUIRED, "devize": "/dev/x"}
    result = programs.run("validate-all", params=params)
    assert result.rc == 6, result
    assert reason(result).startswith("unknown-parameter: devize "), result
    result = programs.run("start", program=programs.worker, params=params,
                          env={"PCMK_debug": "1"})
    # It got as far as the check for root, and the warning is in the log.
    assert result.rc == 4 and "warning: devize" in result.err, result


def test_names_that_tools_set_are_known(host):
    result = Programs(host).run("validate-all", params={**REQUIRED, **KNOWN_TO_TOOLS})
    assert result.rc == 0, result
    assert_silent(result)


def test_start_of_an_ordinary_user_is_4(host):
    programs = Programs(host)
    result = programs.run("start", program=programs.worker, params=REQUIRED)
    assert result.rc == 4 and result.out == "", result
    assert reason(result).startswith("not-root: "), result


def test_without_the_worker_start_is_5_and_stop_is_in_doubt(host):
    """Its place is compiled in, so that this needs a host where luks-ssm is not installed."""
    programs = Programs(host)
    installed = pathlib.Path("/", WORKER).exists()
    for action, code in (("start", 5), ("stop", 1), ("reload-agent", 1)):
        result = programs.run(action, params=REQUIRED)
        assert result.rc == code or installed, result
        assert reason(result).startswith("missing-software: ") or installed, result


def test_reload_of_a_volume_that_is_not_here_is_1(host):
    programs = Programs(host)
    for params in (REQUIRED, {**REQUIRED, "region": "x"}, {}):
        result = programs.run("reload-agent", program=programs.worker, params=params)
        assert result.rc == 1 and result.out == "", result
        reason(result)
