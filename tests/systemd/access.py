# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may read the key, under the unit: an IAM user's keys in root's files, access taken away, the wrong address."""

import json
import pathlib
import sys

from lab import limit
from lab.aws import REGION

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import units  # noqa: E402  pylint: disable=wrong-import-position

ACCOUNT, KEY = "123456789012", "11111111-1111-4111-8111-111111111111"
KEY_ID, SECRET = "AKIAEMULATEDUNITS000", "emulated/secret+of/the=units/00000000000"
CREDENTIALS = "/root/.aws/credentials"


def policy(m, volume, *words) -> dict:
    """What the command itself prints for whoever reads this parameter."""
    printed = m.sh(["luks-ssm", "policy", "--json", f"--ssm-parameter={volume.parameter}", f"--region={REGION}",
                    f"--account={ACCOUNT}", f"--kms-key-id={KEY}", *words])
    return json.loads(json.loads(printed)["reader_policy"])


def grant(m, *policies) -> None:
    """The IAM user has these policies and no other."""
    m.emulator.control("load", users=[{"name": "units", "key_id": KEY_ID, "secret": SECRET, "policies": list(policies)}])


def of_a_user(m):
    """A volume whose parameter this user alone may read; its unit, which names no credentials."""
    volume = m.volume(fs="ext4", store=False)
    volume.parameter = f"/units/{volume.instance}"
    m.emulator.put(volume.parameter, volume.passphrase)
    unit = units.configure(m, volume)
    units.write(m, CREDENTIALS, f"[default]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n", 0o600)
    grant(m, policy(m, volume))
    return volume, unit


def forget(m, volume) -> None:
    m.sh(f"rm -rf {pathlib.PurePath(CREDENTIALS).parent} /etc/luks-ssm/{volume.instance}.conf")


def start(m, unit: str) -> None:
    assert m.run(f"systemctl start {unit}", 120).rc == 0, units.journal(m, unit)


def stop(m, unit: str) -> None:
    assert m.run(f"systemctl stop {unit}", 120).rc == 0, units.journal(m, unit)


def refused(m, volume, unit: str, *words: str) -> None:
    """The start ends at once with the code for what somebody has to allow, and the journal says these words."""
    assert m.run(f"systemctl start {unit}", 120).rc != 0
    assert units.show(m, unit, "ExecMainStatus") == "4" and units.show(m, unit, "ActiveState") == "failed"
    said = m.sh(f"journalctl --no-pager -o cat _SYSTEMD_INVOCATION_ID={units.show(m, unit, 'InvocationID')}")
    assert all(word in said for word in words), said
    assert volume.mapping() is None and not volume.mounted()


@limit(240)
def test_an_iam_user_s_keys_in_root_s_files_are_found_where_home_is_not_set(m):
    volume, unit = of_a_user(m)
    units.write(m, f"/run/systemd/system/{unit}.d/look.conf",
                f"[Service]\nExecStartPost=/bin/sh -c 'cat /proc/self/environ > {units.INSIDE}'\n")
    m.sh("systemctl daemon-reload")
    start(m, unit)
    names = [row.split("=", 1)[0] for row in m.sh(f"cat {units.INSIDE}").split("\0")]
    assert "PATH" in names and "HOME" not in names and not [name for name in names if name.startswith("AWS_")], names
    assert volume.mounted()
    stop(m, unit)
    # Those keys and no others open it: without them the instance's own role is asked, which may not.
    m.sh(f"mv {CREDENTIALS} {CREDENTIALS}.away")
    refused(m, volume, unit, "access-denied", volume.parameter)
    forget(m, volume)


@limit(300)
def test_access_that_is_revoked_leaves_the_volume_up_and_stops_the_next_start_until_it_is_granted(m):
    volume, unit = of_a_user(m)
    start(m, unit)
    m.sh(f"echo kept > {volume.directory}/kept")
    grant(m)
    assert m.sh(f"cat {volume.directory}/kept").strip() == "kept" and units.show(m, unit, "ActiveState") == "active"
    stop(m, unit)
    refused(m, volume, unit, "access-denied", volume.parameter, "ssm:GetParameter")
    grant(m, policy(m, volume))
    start(m, unit)
    assert m.sh(f"cat {volume.directory}/kept").strip() == "kept"
    stop(m, unit)
    # A key that was switched off is another refusal.
    m.emulator.control("access_key", key_id=KEY_ID, active=False)
    refused(m, volume, unit, "bad-credentials")
    m.emulator.control("access_key", key_id=KEY_ID, active=True)
    start(m, unit)
    stop(m, unit)
    forget(m, volume)


@limit(240)
def test_a_condition_on_the_address_refuses_the_wrong_one_and_lets_the_right_one_in(m):
    volume, unit = of_a_user(m)
    grant(m, policy(m, volume, "--source-ip=198.51.100.0/24"))
    try:
        m.emulator.control("network", source_ip="203.0.113.10")
        refused(m, volume, unit, "access-denied", volume.parameter, "ssm:GetParameter")
        m.emulator.control("network", source_ip="198.51.100.7")
        start(m, unit)
        assert volume.mounted()
        stop(m, unit)
    finally:
        m.emulator.control("network", source_ip="203.0.113.10")
    # Granted for the other address, too.
    grant(m, policy(m, volume, "--source-ip=198.51.100.0/24,203.0.113.10"))
    start(m, unit)
    stop(m, unit)
    forget(m, volume)
