# SPDX-License-Identifier: GPL-2.0-or-later
"""A header, a parameter and a KMS key that are lost come back by the commands the README prints, a region by its parameter."""

import node
import provisioning
import readme_text
from lab import limit, long

OFFLINE = "kept in a safe"
KEY = "a passphrase for this test"


def printed(number: int) -> str:
    return readme_text.block("When something is lost", number=number)


def start(machine, uuid: str):
    return machine.agent("start", instance="data", luks_uuid=uuid, **provisioning.options())


@limit(400)
def test_a_lost_header_comes_back_from_its_backup(m):
    save, restore = readme_text.joined(printed(0))
    with node.account(m) as aws:
        uuid = provisioning.prepare_cheaply(m, aws)
        m.sh("rm -f /root/data.header")
        assert node.run_printed(m, save).rc == 0
        assert m.sh("stat -c %a /root/data.header").strip() in ("400", "600")
        m.sh(f"dd if=/dev/zero of={node.DEVICE} bs=1M count=16 conv=notrunc,fsync 2>&1")
        refused = start(m, uuid)
        assert refused.rc == 2 and "not-luks" in refused.err, refused
        assert node.run_printed(m, restore).rc == 0
        provisioning.start_and_stop(m, uuid)


@long
@limit(400)
def test_a_deleted_parameter_is_replaced_by_a_new_key(m):
    with node.account(m) as aws:
        uuid = provisioning.prepare_cheaply(m, aws)
        m.write("/root/key", KEY, 0o600)
        m.write("/root/offline", OFFLINE, 0o600)
        m.sh(f"cryptsetup luksAddKey --batch-mode {provisioning.CHEAP} --key-file /root/key {node.DEVICE} /root/offline")
        m.sh("aws ssm delete-parameter --region eu-central-1 --name /prod/data/luks", 120, env=node.administrator(aws))
        refused = start(m, uuid)
        assert refused.rc == 2 and "no-such-parameter" in refused.err, refused
        # The offline passphrase opens the volume by itself.
        m.sh(f"cryptsetup open --test-passphrase --key-file /root/offline {node.DEVICE}")
        # There is no terminal that it could ask at.
        enroll = printed(1).strip() + " --key-file=/root/offline"
        result = node.run_printed(m, enroll, env=node.administrator(aws))
        assert result.rc == 0, result
        provisioning.start_and_stop(m, uuid)


@long
@limit(600)
def test_a_kms_key_that_waits_for_its_deletion_is_saved(m):
    with node.account(m) as aws:
        uuid = provisioning.prepare_cheaply(m, aws)
        m.sh(f"aws kms schedule-key-deletion --region eu-central-1 --key-id {node.KEY_ID}", 120, env=node.administrator(aws))
        refused = start(m, uuid)
        assert refused.rc == 4 and "kms-key-unusable" in refused.err, refused
        cancel, enable = readme_text.joined(printed(2))
        words = {**node.administrator(aws), "id": node.KEY_ID}
        assert node.run_printed(m, cancel, env=words).rc == 0
        refused = start(m, uuid)
        assert refused.rc == 4 and "kms-key-unusable" in refused.err, refused
        assert node.run_printed(m, enable, env=words).rc == 0
        provisioning.start_and_stop(m, uuid)


@long
@limit(400)
def test_a_region_that_is_lost_is_made_up_for_by_a_second_one(m):
    with node.account(m) as aws:
        uuid = provisioning.prepare_cheaply(m, aws)
        aws.put("/prod/data/luks", KEY, key="alias/luks", region="eu-west-1")
        aws.control("policies", name=node.ROLE, policies=[node.ALL])
        m.aws_names("ssm.eu-central-1.amazonaws.com", "ssm.eu-west-1.amazonaws.com")
        aws.fault("error", service="ssm", host="ssm.eu-central-1.*", status=503, code="ServiceUnavailable")
        call = {"instance": "data", "luks_uuid": uuid, **provisioning.options()}
        refused = m.agent("start", timeout=20, **call)
        assert refused.rc == 1 and "service-trouble" in refused.err, refused
        started = m.agent("start", timeout=40, **{**call, "region": "eu-central-1,eu-west-1"})
        assert started.rc == 0, started
        assert m.agent("stop", **call).rc == 0


@long
@limit(600)
def test_a_volume_that_was_reencrypted_starts_with_the_key_it_had(m):
    with node.account(m) as aws:
        uuid = provisioning.prepare_cheaply(m, aws)
        m.write("/root/key", KEY, 0o600)
        before = m.sh(f"cryptsetup luksDump {node.DEVICE}")
        m.sh(f"cryptsetup reencrypt --batch-mode {provisioning.CHEAP} --key-file /root/key {node.DEVICE}", 400)
        assert m.sh(f"cryptsetup luksDump {node.DEVICE}") != before
        provisioning.start_and_stop(m, uuid)
