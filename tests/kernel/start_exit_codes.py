# SPDX-License-Identifier: GPL-2.0-or-later
"""Each exit code once on a real node, from the failure that an administrator is likeliest to meet; the rows of AWS, key
and credentials one by one are tests/helper's. Whatever fails leaves nothing behind and has one reason line."""

from lab import each, limit

HELPER = "/usr/libexec/luks-ssm/luks-ssm-aws"
WORKER = "/usr/libexec/luks-ssm/luks-ssm-worker"


def refused(volume, code: int, word: str, **parameters):
    """The start fails with that code and reason code, says so once and last, and leaves nothing."""
    result = volume.agent("start", **parameters)
    assert result.rc == code, result
    assert result.reason.startswith(f"{word}: "), result
    assert result.err.count("ocf-exit-reason:") == 1 and result.err.rstrip().endswith(result.reason), result
    assert result.out == "", result
    assert volume.mapping() is None and not volume.mounted()
    return result


FAULTS = {
    "throttled": (1, "throttled", {"do": "error", "code": "ThrottlingException", "status": 400}),
    "trouble": (1, "service-trouble", {"do": "error", "code": "InternalServerError", "status": 500}),
    "captive portal": (1, "bad-reply", {"do": "html"}),
    "denied": (4, "access-denied", {"do": "error", "code": "AccessDeniedException", "status": 400}),
    "key disabled": (4, "kms-key-unusable",
     {"do": "error", "code": "InvalidKeyId", "status": 400, "nested": "DisabledException"}),
}


@limit(120)
@each("trouble", "denied", "key disabled", more=("throttled", "captive portal"))
def test_what_aws_answers(m, name):
    code, word, fault = FAULTS[name]
    volume = m.volume(fs="ext4")
    m.emulator.fault(service="ssm", **fault)
    result = refused(volume, code, word, timeout=15)
    assert result.seconds < 15, result
    m.emulator.clear()
    assert volume.agent("start").rc == 0, "the same start works when AWS does"
    assert volume.agent("stop").rc == 0


@limit(120)
def test_an_outage_that_ends_within_the_deadline_is_waited_for(m):
    volume = m.volume(fs="ext4")
    m.emulator.fault("error", service="ssm", code="ThrottlingException", status=400, times=3)
    result = volume.agent("start", timeout=60)
    assert result.rc == 0, result
    m.emulator.fault("hang", service="*")
    assert volume.agent("monitor", depth=20).rc == 0, "a running volume does not ask AWS"
    result = volume.agent("stop", timeout=30)
    assert result.rc == 0 and result.seconds < 20, result


def test_a_parameter_that_is_not_there(m):
    volume = m.volume(fs="ext4", store=False)
    refused(volume, 2, "no-such-parameter")


def test_a_required_parameter_that_is_missing_and_a_clone(m):
    volume = m.volume(fs="ext4")
    refused(volume, 6, "missing-parameter", device=None)
    refused(volume, 6, "clone", env={"OCF_RESKEY_CRM_meta_clone": "0", "OCF_RESKEY_CRM_meta_clone_max": "2"})


@each(("directory", "relative/path"), ("directory", "/srv/../etc"), ("map_name", "a/b"), ("luks_uuid", "not-a-uuid"),
      ("endpoint_url", "http://ssm.eu-central-1.amazonaws.com"), ("options", "remount"))
def test_a_malformed_parameter_is_refused_on_this_node_and_harmless_to_probe_and_stop(m, name, value):
    volume = m.volume(fs="ext4")
    result = refused(volume, 2, "bad-parameter", **{name: value})
    assert name in result.reason, result
    assert volume.agent("validate-all", **{name: value}).rc == 6
    assert volume.agent("probe", **{name: value}).rc == 7
    assert volume.agent("stop", **{name: value}).rc == 0


def test_an_unknown_parameter_is_for_validate_all_alone(m):
    volume = m.volume(fs="ext4")
    assert volume.agent("validate-all", no_such_parameter="x").rc == 6
    assert volume.agent("validate-all", trace_ra="1").rc == 0
    assert volume.agent("start", no_such_parameter="x").rc == 0
    assert volume.agent("stop").rc == 0


def test_a_missing_helper_is_5_and_a_probe_stays_7(m):
    volume = m.volume(fs="ext4")
    m.sh(f"mv {HELPER} {HELPER}.away")
    try:
        refused(volume, 5, "helper-broken")
        assert volume.agent("probe").rc == 7
        assert volume.agent("stop").rc == 0
    finally:
        m.sh(f"mv {HELPER}.away {HELPER}")


def test_a_missing_user_for_the_fetch_is_5_and_a_probe_stays_7(m):
    volume = m.volume(fs="ext4")
    m.sh("cp -a /etc/passwd /run/passwd; grep -q ^luks-ssm: /etc/passwd; sed -i /^luks-ssm:/d /etc/passwd")
    try:
        result = refused(volume, 5, "helper-broken")
        assert "there is no user luks-ssm" in result.reason, result
        assert volume.agent("probe").rc == 7
        assert volume.agent("stop").rc == 0
    finally:
        m.sh("cp -a /run/passwd /etc/passwd")
    assert volume.agent("start").rc == 0
    assert volume.agent("stop").rc == 0


def test_a_missing_worker_never_makes_a_look_at_a_healthy_volume_fail(m):
    volume = m.volume(fs="ext4")
    assert volume.agent("start").rc == 0
    m.sh(f"mv {WORKER} {WORKER}.away")
    try:
        assert volume.agent("monitor").rc == 0
        assert volume.agent("probe").rc == 0
        assert volume.agent("stop").rc == 1
        assert volume.mounted()
    finally:
        m.sh(f"mv {WORKER}.away {WORKER}")
    assert volume.agent("stop").rc == 0


def test_an_action_that_there_is_not_is_3(m):
    volume = m.volume(fs="ext4")
    for action in ("promote", "migrate_to", "startfoo"):
        assert volume.agent(action).rc == 3, action


def test_without_root_nothing_is_opened_and_a_look_answers_by_what_it_sees(m):
    volume = m.volume(fs="ext4")
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    result = volume.agent("start", wrapper=nobody)
    assert result.rc == 4 and result.reason.startswith("not-root"), result
    assert volume.agent("probe", wrapper=nobody).rc in (1, 7)


@limit(120)
def test_reload_agent_says_whether_the_volume_is_up_and_its_configuration_good(m):
    volume = m.volume(fs="ext4")
    assert volume.agent("reload-agent").rc == 1
    assert volume.agent("start").rc == 0
    assert volume.agent("reload-agent").rc == 0
    assert volume.agent("reload-agent", luks_uuid="wrong").rc == 1
    assert volume.agent("stop").rc == 0


@limit(150)
def test_validate_all_rehearses_without_touching_anything(m):
    volume = m.volume(fs="ext4")
    before = m.snapshot()
    for depth in (0, 10, 20):
        result = volume.agent("validate-all", depth=depth)
        assert (result.rc, result.out, result.err) == (0, "", ""), (depth, result)
    assert m.snapshot() == before
    m.emulator.fault("error", service="ssm", code="AccessDeniedException", status=400)
    assert volume.agent("validate-all", depth=10).rc == 0
    assert volume.agent("validate-all", depth=20).rc == 4
