# SPDX-License-Identifier: GPL-2.0-or-later
"""A mistake in each parameter: pcs refuses it with our words, and nothing of it gets into the configuration."""

import json
import xml.etree.ElementTree

from lab import limit
from runner.report import say

# One mistake for each parameter.
MISTAKES = (
    ("device", "nvme1n1"), ("luks_uuid", "1234"), ("header", "header.img"), ("map_name", "a/b"), ("device_wait", "soon"),
    ("allow_discards", "perhaps"), ("no_read_workqueue", "2"), ("no_write_workqueue", "maybe"), ("same_cpu_crypt", "never"),
    ("submit_from_crypt_cpus", "all"), ("directory", "srv/data"), ("fstype", "EXT4"), ("options", "noatime,bind"),
    ("read_only", "perhaps"), ("run_fsck", "yes"), ("ssm_parameter", "prod/data"), ("region", "Frankfurt"),
    ("key_encoding", "rot13"), ("require_secure_string", "often"), ("previous_versions", "all"), ("profile", "two words"),
    ("credentials_file", "credentials"), ("config_file", "../config"), ("environment_file", "luks-mount"),
    ("role_arn", "reader"), ("external_id", "x"), ("endpoint_url", "http://ssm.eu-central-1.amazonaws.com"),
    ("https_proxy", "proxy.example.com:3128"), ("no_proxy", "10.0.0.0/8;.example.com"), ("ca_bundle", "ca.pem"),
    ("inherit_environment", "some"), ("force_unmount", "lazy"), ("term_signals", "15"),
    ("kill_signals", "NINE"), ("signal_delay", "3600"),
)
RIGHT = {"device": "/dev/disk/by-id/nvme-data", "directory": "/srv/data", "ssm_parameter": "/prod/data/luks",
         "region": "eu-central-1"}
# pcs as it is, but loaded once and then forked: under emulation loading takes longer than what it then does.
PCS = """
import json, os, sys
from pcs import app
found = []
for words in ARGUMENTS:
    come, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(go, 1)
        os.dup2(go, 2)
        os.close(come)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        code = 0
        try:
            app.main(words)
        except SystemExit as ended:
            code = ended.code or 0
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    os.close(go)
    with os.fdopen(come) as answer:
        text = answer.read()
    found.append([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text])
print(json.dumps(found))
"""


def words(more: list[str], **changed: str) -> list[str]:
    values = {**RIGHT, **changed}
    return ["resource", "create", "mistaken", "ocf:luks-ssm:volume", *(f"{name}={value}" for name, value in values.items()),
            *more]


@limit(120)
def test_the_mistakes_cover_every_parameter_of_the_metadata(c):
    text = c.node1.sh("crm_resource --show-metadata ocf:luks-ssm:volume", 60)
    known = {row.get("name") for row in xml.etree.ElementTree.fromstring(text).iter("parameter")}
    # Each has values which are no good, a switch as much as a name.
    assert known == {name for name, _ in MISTAKES}, known ^ {name for name, _ in MISTAKES}


@limit(900)
def test_pcs_refuses_each_with_the_words_of_the_agent(c):
    orders = [words(["--agent-validation"], **{name: value}) for name, value in MISTAKES]
    before = c.node1.sh("cibadmin --query --scope configuration")
    answers = json.loads(c.node1.python(PCS, orders, 800))
    wrong = []
    for (name, value), (code, text) in zip(MISTAKES, answers, strict=True):
        line = next((line.strip() for line in text.splitlines() if "bad-parameter: " in line), "")
        say(f"  {name}={value}: {line or text.strip()}")
        if code == 0 or name not in line:
            wrong.append((name, value, code, text))
    assert not wrong, wrong
    assert c.node1.sh("cibadmin --query --scope configuration") == before
    assert c.cluster.failures() == [] and c.cluster.where("mistaken") == []


@limit(400)
def test_unless_it_is_told_to_refuse_pcs_warns_from_0_12_on_and_the_start_says_it_in_any_case(c):
    created = c.node1.run(["pcs", *words([], run_fsck="yes")], 240)
    assert created.rc == 0, created
    warns = not c.node1.sh("pcs --version", 120).startswith("0.11")
    assert ("bad-parameter: run_fsck" in created.out + created.err) == warns, created
    c.cluster.wait_idle()
    reasons = {row["exitreason"] for row in c.cluster.failures()}
    assert reasons and all(reason.startswith("bad-parameter: run_fsck") for reason in reasons), reasons
    assert c.cluster.where("mistaken") == [] and c.fenced(c.began) == []


@limit(400)
def test_pcs_refuses_a_name_that_no_parameter_has(c):
    refused = c.node1.run(["pcs", *words([], regoin="eu-west-1")], 180)
    assert refused.rc != 0 and "regoin" in refused.err, refused
    assert "region" in refused.err, refused


@limit(400)
def test_crm_resource_tells_the_mistake_as_the_agent_does(c):
    command = "crm_resource --validate --class ocf --provider luks-ssm --agent volume "
    good = c.node1.run(command + " ".join(f"--option {name}={value}" for name, value in RIGHT.items()), 60)
    assert good.rc == 0, good
    bad = c.node1.run(command + " ".join(f"--option {name}={value}" for name, value in {**RIGHT, "run_fsck": "yes"}.items()), 60)
    assert bad.rc != 0 and "bad-parameter: " in bad.out + bad.err and "run_fsck" in bad.out + bad.err, bad
