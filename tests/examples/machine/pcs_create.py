# SPDX-License-Identifier: GPL-2.0-or-later
"""`pcs resource create` as the README prints it, offline, on a CIB in a file."""

import node
import readme_text
from lab import each, limit, long

LINE = "pcs resource create {} ocf:luks-ssm:volume {} ssm_parameter=/prod/data/luks"


# pcs takes its time in a machine without KVM: what the block made is kept for the cases after it.
MADE: dict[str, bytes] = {}


def create(machine) -> None:
    """The README's block, with a LUKS header on the device for its last line."""
    if MADE:
        machine.write(node.CIB, MADE["cib"])
        return
    disk = node.plug_device(machine)
    machine.sh(f"printf x | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "
               f"--key-file - {disk.device}")
    node.empty_cib(machine)
    block = readme_text.block("Create the resource", number=1)
    result = node.run_printed(machine, node.ON_A_FILE + block, 200)
    assert result.rc == 0, result.err
    MADE.update(cib=machine.read(node.CIB),
                uuid=machine.sh(f"cryptsetup luksUUID {node.DEVICE}").encode())


@limit(250)
def test_the_printed_commands_make_the_resource_they_say(m):
    create(m)
    made = node.resource(m)
    kind = [made.get(name) for name in ("class", "provider", "type")]
    assert kind == ["ocf", "luks-ssm", "volume"]
    assert node.parameters(made) == {
        "device": node.DEVICE, "directory": "/srv/data", "ssm_parameter": "/prod/data/luks",
        "region": "eu-central-1", "luks_uuid": MADE["uuid"].decode()}
    meta = {pair.get("name"): pair.get("value")
            for pair in made.findall("./meta_attributes/nvpair")}
    assert meta == {"failure-timeout": "120s", "migration-threshold": "3",
                    "resource-stickiness": "100"}
    assert m.run(f"crm_verify --xml-file {node.CIB}").out == ""


@long
@limit(250)
def test_the_operations_are_those_the_agent_advertises(m):
    create(m)
    want = {row for row in node.advertised(m)
            if row[0] in ("start", "stop", "monitor", "reload-agent")}
    assert len(want) == 5
    assert node.operations(node.resource(m)) == want


@limit(250)
def test_the_resource_is_taken_out_of_management_as_printed(m):
    create(m)
    assert "`pcs resource unmanage data`" in readme_text.text()
    assert node.run_printed(m, node.ON_A_FILE + "pcs resource unmanage data").rc == 0
    meta = {pair.get("name"): pair.get("value")
            for pair in node.resource(m).findall("./meta_attributes/nvpair")}
    assert meta["is-managed"] == "false"


@limit(120)
def test_pcs_describes_every_parameter_and_action(m):
    out = m.run("pcs resource describe ocf:luks-ssm:volume", check=True).out
    for row in readme_text.table("parameter"):
        assert readme_text.quoted(row["parameter"])[0] in out, row
    for needed in ("device (required)", "directory (required)", "ssm_parameter (required)"):
        assert needed in out, out
    assert "interval=20s" in out and "timeout=120s" in out, out


@limit(120)
def test_pcs_shows_our_words_for_a_mistake(m):
    node.empty_cib(m)
    line = LINE.format("bad", "device=/dev/x directory=/srv/../data")
    result = node.run_printed(m, node.ON_A_FILE + line + " --agent-validation")
    assert result.rc != 0 and "bad-parameter: directory" in result.err, result
    assert "primitive" not in m.read(node.CIB).decode()


@limit(120)
@each(("device=/dev/x", "required resource option 'directory' is missing"),
      more=(("device=/dev/x directory=/srv/data luks-uuid=1", "invalid resource option 'luks-uuid'"),))
def test_pcs_knows_the_names_from_the_metadata(m, values, words):
    node.empty_cib(m)
    result = node.run_printed(m, node.ON_A_FILE + LINE.format("bad", values))
    assert result.rc != 0 and words in result.err, result


@limit(250)
@each(f"device={node.DEVICE} directory=/srv/two", more=("device=/dev/x directory=/srv/data",))
def test_two_resources_may_not_share_a_device_or_a_directory(m, values):
    create(m)
    result = node.run_printed(m, node.ON_A_FILE + LINE.format("two", values))
    assert result.rc != 0 and "'data'" in result.err, result


@long
@limit(120)
def test_the_script_of_the_examples_makes_the_same_resource(m):
    node.empty_cib(m)
    script = (readme_text.EXAMPLES / "single-volume.sh").read_text(encoding="utf-8")
    result = node.run_printed(m, node.ON_A_FILE + script)
    assert result.rc == 0, result.err
    assert node.operations(node.resource(m)) == {
        row for row in node.advertised(m) if row[0] not in ("validate-all", "meta-data")}
    assert node.parameters(node.resource(m)) == {
        "device": node.DEVICE, "directory": "/srv/data", "ssm_parameter": "/prod/data/luks",
        "region": "eu-central-1"}


@limit(250)
def test_what_the_agent_sees_is_asked_for_by_hand_as_printed(m):
    create(m)
    command = "crm_resource --resource data --force-check -V"
    assert f"`{command}`" in readme_text.text()
    result = node.run_printed(m, node.ON_A_FILE + command)
    told = result.out + result.err
    assert result.rc == 7 and "not-active: " in told, result
    traced = node.run_printed(m, node.ON_A_FILE + "OCF_TRACE_RA=1 " + command)
    assert len((traced.out + traced.err).splitlines()) >= len(told.splitlines())


@limit(120)
def test_crm_resource_validates_without_a_cluster(m):
    words = readme_text.joined(readme_text.block("Create the resource"))[0]
    relative = words.replace("--validate=20", "--validate").replace("/srv/data", "srv/data")
    result = node.run_printed(m, relative)
    assert result.rc == 6 and "bad-parameter: directory=srv/data" in result.out + result.err, result
    absent = node.run_printed(m, words)
    assert absent.rc == 2 and f"no-device: {node.DEVICE}" in absent.out + absent.err, absent
