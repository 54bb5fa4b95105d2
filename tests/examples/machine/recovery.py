# SPDX-License-Identifier: GPL-2.0-or-later
"""What is lost comes back by the commands the README prints."""

import node
import provisioning
import readme_text
from lab import limit


def printed(number: int) -> str:
    return readme_text.block("When something is lost", number=number)


def start(machine, uuid: str):
    return machine.agent("start", instance="data", luks_uuid=uuid, **provisioning.options())


@limit(600)
def test_a_kms_key_that_waits_for_its_deletion_is_saved(m):
    with node.account(m) as aws:
        uuid = provisioning.prepare_cheaply(m, aws)
        m.sh(f"aws kms schedule-key-deletion --region eu-central-1 --key-id {node.KEY_ID}", 120, env=node.administrator(aws))
        refused = start(m, uuid)
        assert refused.rc == 4 and "kms-key-unusable" in refused.err, refused
        cancel, enable = readme_text.joined(printed(0))
        words = {**node.administrator(aws), "id": node.KEY_ID}
        assert node.run_printed(m, cancel, env=words).rc == 0
        refused = start(m, uuid)
        assert refused.rc == 4 and "kms-key-unusable" in refused.err, refused
        assert node.run_printed(m, enable, env=words).rc == 0
        provisioning.start_and_stop(m, uuid)
