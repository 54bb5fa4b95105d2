# SPDX-License-Identifier: GPL-2.0-or-later
"""The article in its order, with the stock tools and a script that does what its script does; then ours on the very same
device, parameter and configuration file."""

import json
import pathlib
import subprocess

from lab import limit
from lab.aws import GUEST_CA, REGION

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "bench" / "by-hand.sh"
SETTINGS = "/etc/default/luks-mount"
UNIT = "luks-mount.service"
PARAMETER, NAME, DIRECTORY = "/luks/article", "article", "/srv/article"
PASSPHRASE = "four words of the article"
ACCOUNT, USER, ALIAS, POLICY = "123456789012", "luks", "alias/article", "luks-read"
# As the article writes it: the parameters of this volume, and the key by its alias.
READ = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
     "Resource": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/luks/*"},
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": f"arn:aws:kms:{REGION}:{ACCOUNT}:{ALIAS}"}]}
# What AWS's console makes of «Key users»: without it the alias as a Resource grants nothing.
KEY_USERS = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{USER}"}, "Action": ["kms:Decrypt", "kms:DescribeKey"],
     "Resource": "*"}]}
# The key derivation's cost is left out: it is the same for both, and dear under emulation.
FORMAT = ("cryptsetup luksFormat --batch-mode --type luks1 --cipher aes-cbc-essiv:sha256 --hash ripemd160 --key-size 256 "
          "--pbkdf-force-iterations 1000 --key-file -")


def aws(m, *words: str):
    """The stock command as the account's administrator, who needs no node for it."""
    done = subprocess.run(["aws", "--endpoint-url", m.emulator.endpoint, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={"PATH": "/usr/bin:/bin", **m.emulator.admin_environment()}, timeout=60, text=True, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return json.loads(done.stdout) if done.stdout else {}


def grant(m) -> None:
    aws(m, "iam", "put-user-policy", "--user-name", USER, "--policy-name", POLICY, "--policy-document", json.dumps(READ))


def revoke(m) -> None:
    aws(m, "iam", "delete-user-policy", "--user-name", USER, "--policy-name", POLICY)


def account(m) -> tuple[str, dict]:
    """The first part, in AWS: the key and its alias, the user, its policy and its keys, the parameter and a look at it."""
    key = aws(m, "kms", "create-key", "--description", "LUKS")["KeyMetadata"]["KeyId"]
    aws(m, "kms", "create-alias", "--alias-name", ALIAS, "--target-key-id", key)
    aws(m, "iam", "create-user", "--user-name", USER)
    grant(m)
    keys = aws(m, "iam", "create-access-key", "--user-name", USER)["AccessKey"]
    aws(m, "ssm", "put-parameter", "--name", PARAMETER, "--type", "SecureString", "--key-id", ALIAS, "--value", PASSPHRASE)
    [row] = aws(m, "ssm", "get-parameters-by-path", "--path", "/luks", "--with-decryption")["Parameters"]
    assert (row["Name"], row["Value"], row["Type"]) == (PARAMETER, PASSPHRASE, "SecureString")
    # Its own command gives the whole name as the path, and is shown nothing: `luks-ssm keys` says why.
    assert aws(m, "ssm", "get-parameters-by-path", "--path", PARAMETER, "--with-decryption")["Parameters"] == []
    return key, keys


def provision(m) -> str:
    """The second part, on the node: the device and its filesystem; where it is."""
    device = m.attach_disk("article", size_mib=384).device
    for command in (f"{FORMAT} {device}", f"cryptsetup luksOpen --key-file - {device} {NAME}"):
        m.run(command, 120, stdin=PASSPHRASE.encode(), check=True)
    m.sh(f"mkfs.xfs -q -L LUKS /dev/mapper/{NAME} && cryptsetup luksClose {NAME} && mkdir -p {DIRECTORY}", 120)
    return device


def install_by_hand(m, device: str, keys: dict) -> None:
    """The third part: the user's keys, the configuration, the script and its unit."""
    m.write("/root/.aws/credentials", f"[default]\naws_access_key_id = {keys['AccessKeyId']}\n"
            f"aws_secret_access_key = {keys['SecretAccessKey']}\n", 0o600)
    m.write(SETTINGS, f"LUKS_DEVICE={device}\nLUKS_DEVICE_MAP={NAME}\nLUKS_DEVICE_FS=xfs\n"
            f'LUKS_DEVICE_MOUNT_OPT="defaults,noatime,attr2"\nLUKS_DEVICE_MOUNT_POINT={DIRECTORY}\nSSM_PATH={PARAMETER}\n'
            f"SSM_REGION={REGION}\nAWS_CA_BUNDLE={GUEST_CA}\n")
    m.write("/sbin/luks-mount", SCRIPT.read_bytes(), 0o755)
    m.write(f"/etc/systemd/system/{UNIT}", f"[Service]\nType=oneshot\nRemainAfterExit=yes\nEnvironmentFile={SETTINGS}\n"
            "ExecStart=/sbin/luks-mount start\nExecStop=/sbin/luks-mount stop\n[Install]\nWantedBy=multi-user.target\n")
    m.sh("systemctl daemon-reload")


def state(m) -> list[str]:
    return [m.sh(f"cryptsetup status {NAME}"), m.sh(f"grep ' {DIRECTORY} ' /proc/mounts")]


def assert_down(m) -> None:
    assert m.run(f"cryptsetup status {NAME}").rc == 4
    assert m.run(f"grep ' {DIRECTORY} ' /proc/mounts").rc == 1


def script(m, verb: str):
    return m.run(f"set -a; . {SETTINGS}; exec /sbin/luks-mount {verb}", 120)


def unit(m, verb: str):
    result = m.run(f"systemctl {verb} {UNIT}", 120)
    m.note(m.run(f"journalctl --no-pager -o cat -u {UNIT} -n 5").out)
    return result


@limit(900)
def test_ours_takes_over_whole_and_either_stops_what_the_other_started(m):
    key, keys = account(m)
    device = provision(m)
    install_by_hand(m, device, keys)
    # The key's alias as a Resource is worth nothing, to its script and to ours, until the key's own policy names the user.
    refused = script(m, "start")
    assert refused.rc != 0 and "AccessDenied" in refused.err, refused
    ours = m.run(["luks-ssm", "open", f"--luks-mount={SETTINGS}"], 60)
    assert ours.rc == 4 and "access-denied" in ours.err and "kms:Decrypt" in ours.err, ours
    assert_down(m)
    aws(m, "kms", "put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", json.dumps(KEY_USERS))
    assert unit(m, "start").rc == 0
    by_script = state(m)
    m.sh(f"echo kept > {DIRECTORY}/kept")
    assert unit(m, "stop").rc == 0
    assert_down(m)

    # The switch: the unit in /etc goes, the configuration stays as it is.
    m.sh(f"rm /etc/systemd/system/{UNIT}; systemctl daemon-reload")
    assert unit(m, "start").rc == 0
    assert state(m) == by_script
    assert m.sh(f"cat {DIRECTORY}/kept").strip() == "kept"

    # Its script stops what ours started.
    assert script(m, "stop").rc == 0
    assert_down(m)
    unit(m, "stop")
    assert m.run(f"systemctl is-failed {UNIT}").out.strip() == "inactive"

    # And ours what its script started.
    result = script(m, "start")
    assert result.rc == 0, result
    assert state(m) == by_script
    assert m.run(["luks-ssm", "close", f"--luks-mount={SETTINGS}"], 60).rc == 0
    assert_down(m)

    # The last chapter: access is revoked, and granted again.
    revoke(m)
    assert unit(m, "start").rc != 0
    assert m.sh(f"systemctl show --property=ExecMainStatus --value {UNIT}").strip() == "4"
    # A start that took more than a second of CPU has a line of its own about that.
    assert "access-denied" in m.sh(f"journalctl --no-pager -o cat -u {UNIT} -n 8")
    assert_down(m)
    grant(m)
    assert unit(m, "start").rc == 0
    assert state(m) == by_script and m.sh(f"cat {DIRECTORY}/kept").strip() == "kept"
    assert unit(m, "stop").rc == 0

    # Where the parameter is missing its script tries the word None; ours tries nothing.
    m.sh(f"sed -i 's|^SSM_PATH=.*|SSM_PATH=/luks/nothing|' {SETTINGS}")
    assert "No key available" in script(m, "start").err
    result = m.run(["luks-ssm", "open", f"--luks-mount={SETTINGS}"], 60)
    assert result.rc == 2 and "no-such-parameter" in result.err, result
    assert_down(m)

    # The change-over as `luks-ssm migrate` prints it, from the script's unit that is enabled and up; and the volume stays up.
    m.sh(f"sed -i 's|^SSM_PATH=.*|SSM_PATH={PARAMETER}|' {SETTINGS}")
    install_by_hand(m, device, keys)
    m.sh(f"systemctl enable {UNIT}; systemctl start {UNIT}", 120)
    printed = json.loads(m.sh(["luks-ssm", "migrate", SETTINGS, "--json"]))
    in_place, by_name = printed["change_over"].split("# or under a name of its own\n")
    before = state(m), m.sh(f"grep ' {DIRECTORY} ' /proc/self/mountinfo")
    m.sh(f"set -e\n{in_place}", 120)
    assert (state(m), m.sh(f"grep ' {DIRECTORY} ' /proc/self/mountinfo")) == before
    assert m.sh(f"systemctl show --property=FragmentPath --value {UNIT}").strip().endswith("/lib/systemd/system/" + UNIT)
    assert m.run(f"systemctl is-active {UNIT}; systemctl is-enabled {UNIT}").out.split() == ["active", "enabled"]
    for line in by_name.splitlines():
        m.sh(line, 120)
        if line.startswith("luks-ssm migrate"):
            m.write(f"/etc/luks-ssm/{NAME}.conf", printed["for_one_host"])
    assert (state(m), m.sh(f"grep ' {DIRECTORY} ' /proc/self/mountinfo")) == before
    own = f"luks-ssm@{NAME}.service"
    assert m.run(f"systemctl is-active {own}; systemctl is-enabled {own} {UNIT}").out.split() == \
        ["active", "enabled", "disabled"]
    assert m.run(f"systemctl stop {own}", 120).rc == 0
    assert_down(m)
    m.sh(f"systemctl disable {own}; systemctl stop {UNIT}; rm /etc/luks-ssm/{NAME}.conf", 120)
