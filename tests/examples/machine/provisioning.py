# SPDX-License-Identifier: GPL-2.0-or-later
"""From nothing to a running volume with the commands the README prints."""

import node
import readme_text
from lab import limit, long

CHEAP = "--pbkdf pbkdf2 --pbkdf-force-iterations 1000"


def volume_block() -> str:
    return readme_text.block("Provision a volume", number=1)


def provision(machine, aws) -> str:
    """Both blocks as printed; the volume's UUID. No command line shows the passphrase."""
    node.plug_device(machine)
    assert volume_block().count("unset key\n") == 1
    script = (readme_text.block("Provision a volume", number=0) + '\necho "id=$id"\n'
              + volume_block().replace("unset key\n", 'echo "key=$key"\nunset key\n'))
    machine.write("/root/provision", "set -euo pipefail\n" + script)
    result = machine.run("strace --seccomp-bpf -f -qq -s 4096 -e trace=execve -o /root/trace "
                         "bash /root/provision", 800, env=node.administrator(aws))
    machine.note(f"rc {result.rc} in {result.seconds:.0f} s: "
                 f"{result.out[-600:]}{result.err[-600:]}")
    assert result.rc == 0, result.err
    lines = result.out.splitlines()
    told = dict(line.split("=", 1) for line in lines if line.startswith(("id=", "key=")))
    node.grant_readme_policy(aws, told["id"])
    trace = machine.read("/root/trace").decode()
    assert "put-parameter" in trace and "luksFormat" in trace
    assert len(told["key"]) == 44 and told["key"] not in trace, "it is in a command line"
    assert lines[-1] == machine.sh(f"cryptsetup luksUUID {node.DEVICE}")
    return lines[-1]


def prepare_cheaply(machine, aws) -> str:
    """The volume's lines with the key derivation the README offers; AWS has everything already."""
    assert f"`{CHEAP}`" in readme_text.text()
    node.plug_device(machine)
    aws.control("load", kms_keys=[{"alias": "alias/luks", "key_id": node.KEY_ID}])
    aws.put("/prod/data/luks", "a passphrase for this test", key="alias/luks")
    node.grant_readme_policy(aws)
    lines = [line for line in readme_text.joined(volume_block()) if "aws ssm" not in line]
    script = "\n".join(lines).replace("$(openssl rand -base64 32)", "'a passphrase for this test'")
    assert script.count("luksFormat") == 1
    result = node.run_printed(machine, script.replace("luksFormat", f"luksFormat {CHEAP}"))
    assert result.rc == 0, result.err
    return result.out.splitlines()[-1]


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


@limit(1000)
def test_the_printed_commands_end_in_a_volume_that_starts(m):
    with node.account(m) as aws:
        uuid = provision(m, aws)
        assert "argon2id" in m.sh(f"cryptsetup luksDump {node.DEVICE}")
        m.note(f"start took {start_and_stop(m, uuid):.1f} s with argon2id")


@long
@limit(200)
def test_the_cheaper_key_derivation_starts_as_well(m):
    with node.account(m) as aws:
        start_and_stop(m, prepare_cheaply(m, aws))


@limit(200)
def test_the_look_before_creating_says_yes_or_why_not(m):
    command = readme_text.block("Create the resource", number=0)
    with node.account(m) as aws:
        prepare_cheaply(m, aws)
        good = node.run_printed(m, command)
        assert good.rc == 0 and "reason" not in good.out + good.err, good
        aws.control("policies", name=node.ROLE, policies=[])
        bad = node.run_printed(m, command)
        assert bad.rc != 0 and "access-denied" in bad.out + bad.err, bad
        assert not m.snapshot()["maps"]


def test_systemd_sysusers_makes_the_user(m):
    m.sh("userdel luks-ssm; ! getent passwd luks-ssm")
    commands = readme_text.joined(readme_text.block("Install"))
    assert "sudo systemd-sysusers" in commands
    said = m.run("systemd-sysusers", check=True).err
    assert "luks-ssm.conf" not in said, said
    entry = m.sh("getent passwd luks-ssm").split(":")
    assert int(entry[2]) < 1000 and entry[6].endswith("nologin")
