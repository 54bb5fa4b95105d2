# SPDX-License-Identifier: GPL-2.0-or-later
"""From nothing to a running volume with the commands the README prints, key derivation at its default."""

import node
import readme_text
from lab import limit


def provision(machine, aws, formatting: str = "") -> str:
    """Both blocks as printed; the volume's UUID. `formatting` is added to luksFormat."""
    node.plug_device(machine)
    volume = readme_text.block("Provision a volume", number=1)
    if formatting:
        assert volume.count("luksFormat --batch-mode") == 1
        volume = volume.replace("luksFormat --batch-mode", f"luksFormat --batch-mode {formatting}")
    script = readme_text.block("Provision a volume", number=0) + '\necho "id=$id"\n' + volume
    result = node.run_printed(machine, script, 400, env=node.administrator(aws))
    assert result.rc == 0, result.err
    lines = result.out.splitlines()
    node.grant_readme_policy(aws, next(line[3:] for line in lines if line.startswith("id=")))
    assert lines[-1] == machine.sh(f"cryptsetup luksUUID {node.DEVICE}")
    return lines[-1]


def options() -> dict[str, str]:
    """The parameters of the README's `pcs resource create`."""
    block = readme_text.joined(readme_text.block("Create the resource", number=1))[0]
    words = block.split(" meta ")[0].split()
    return dict(word.split("=", 1) for word in words if "=" in word)


def start_and_stop(machine, uuid: str) -> float:
    """Probe, start, look, stop, probe; the seconds start took."""
    call = {"instance": "data", "luks_uuid": uuid, **options()}
    assert machine.agent("probe", **call).rc == 7
    started = machine.agent("start", **call)
    assert started.rc == 0, started
    mount = machine.mounts_at("/srv/data")
    assert mount and mount[-1]["fstype"] == "xfs"
    assert machine.agent("monitor", depth=10, **call).rc == 0
    stopped = machine.agent("stop", **call)
    assert stopped.rc == 0, stopped
    assert not machine.mounts_at("/srv/data") and not machine.snapshot()["maps"]
    assert machine.agent("probe", **call).rc == 7
    return started.seconds


@limit(600)
def test_the_printed_commands_end_in_a_volume_that_starts(m):
    with node.account(m) as aws:
        uuid = provision(m, aws)
        dump = m.sh(f"cryptsetup luksDump {node.DEVICE}")
        assert "argon2id" in dump
        assert "xfs" not in m.sh(f"head -c 64M {node.DEVICE} | strings | grep -i xfs || true")
        m.note(f"start took {start_and_stop(m, uuid):.1f} s with argon2id")


@limit(300)
def test_the_cheaper_key_derivation_starts_as_well(m):
    assert "`--pbkdf pbkdf2 --pbkdf-force-iterations 1000`" in readme_text.text()
    with node.account(m) as aws:
        uuid = provision(m, aws, "--pbkdf pbkdf2 --pbkdf-force-iterations 1000")
        assert start_and_stop(m, uuid) < 30


@limit(300)
def test_the_look_before_creating_says_yes_and_says_why_not(m):
    command = readme_text.block("Create the resource", number=0)
    with node.account(m) as aws:
        provision(m, aws, "--pbkdf pbkdf2 --pbkdf-force-iterations 1000")
        good = node.run_printed(m, command)
        assert good.rc == 0 and "ocf-exit-reason" not in good.out + good.err, good
        aws.control("policies", name=node.ROLE, policies=[])
        bad = node.run_printed(m, command)
        assert bad.rc != 0 and "access-denied" in bad.out + bad.err, bad
        assert not m.snapshot()["maps"]


@limit(300)
def test_the_passphrase_is_in_no_command_line(m):
    with node.account(m) as aws:
        node.plug_device(m)
        key = "a-passphrase-for-this-test"
        volume = readme_text.block("Provision a volume", number=1)
        script = volume.replace("$(openssl rand -base64 32)", key).replace(
            "luksFormat", "luksFormat --pbkdf pbkdf2 --pbkdf-force-iterations 1000")
        assert key in script
        m.write("/root/provision", "set -euo pipefail\n"
                + readme_text.block("Provision a volume", number=0) + "\n" + script)
        traced = m.run("strace -f -qq -s 4096 -e trace=execve -o /root/trace bash /root/provision",
                       250, env=node.administrator(aws))
        assert traced.rc == 0, traced
        trace = m.read("/root/trace").decode()
        assert "put-parameter" in trace and "luksFormat" in trace and key not in trace


def test_systemd_sysusers_makes_the_user(m):
    m.sh("userdel luks-ssm; ! getent passwd luks-ssm")
    commands = readme_text.joined(readme_text.block("Install"))
    assert "sudo systemd-sysusers" in commands
    m.sh("systemd-sysusers")
    entry = m.sh("getent passwd luks-ssm").split(":")
    assert int(entry[2]) < 1000 and entry[6].endswith("nologin")
