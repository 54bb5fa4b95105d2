# SPDX-License-Identifier: GPL-2.0-or-later
"""cluster-examples/ run in a cluster as they are written, with nothing replaced but addresses."""

import pathlib
from time import time

from lab import each, limit
from lab.aws import GUEST_CA
from lab.ground import ROLE, policy

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "cluster-examples"
# In the cluster's own network, where the example has an address that documentation uses.
ADDRESS = "10.77.0.100"
# What the AWS example calls the two nodes and the volume.
INSTANCES = {"i-0123456789abcdef0": "node1", "i-0123456789abcdef1": "node2"}
EBS_VOLUME = "vol0123456789abcdef0"
FENCER = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
    "ec2:DescribeInstances", "ec2:StopInstances", "ec2:StartInstances", "ec2:RebootInstances"]}]}
SLOW = b"""<op_defaults><meta_attributes id="slow"><nvpair id="slow-timeout" name="timeout" value="240s"/></meta_attributes>
</op_defaults>"""


def run(c, name: str, *replaced: tuple[str, str], timeout: float = 240, rest_s: float = 180) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text, f"{name} does not have {old}"
        text = text.replace(old, new)
    result = c.node1.run(text, timeout)
    c.note(f"{name}: rc {result.rc} {result.out.strip()} {result.err.strip()}")
    assert result.rc == 0, result
    c.cluster.wait_idle(rest_s)
    assert c.cluster.failures() == []


@limit(700)
def test_two_volumes_run_apart_and_together_when_one_node_is_left(c):
    c.add_volume("logs")
    run(c, "two-volumes.sh", timeout=400)
    [data], [logs] = c.cluster.where("data"), c.cluster.where("logs")
    assert data != logs
    for name in ("data", "logs"):
        c.record(name)
    began = time()
    c.node1.sh(f"crm_standby --node {logs} --update on")
    survivor = c.cluster.nodes[data]
    c.wait_writes(survivor, began, name="logs")
    c.cluster.wait_idle()
    assert c.cluster.where("data") == [data]
    for name in ("data", "logs"):
        c.prove_data(survivor, name)
    c.prove_exclusion(data, since=began - 1)
    c.prove_exclusion(logs, data, since=began - 1, name="logs")
    assert c.fenced(began) == [] and c.cluster.failures() == []


def make_database(c) -> None:
    """Once, by hand, as an administrator does it before the group is made."""
    # What systemd-tmpfiles makes at boot, which the lab's nodes do without.
    for node in (c.node1, c.node2):
        node.sh("install -d -o postgres -g postgres -m 2775 /run/postgresql")
    c.create()
    [name] = c.cluster.where("data")
    c.cluster.nodes[name].sh("rm -rf /srv/data/postgresql && "
                             "install -d -o postgres -g postgres -m 0700 /srv/data/postgresql && cd / && "
                             "runuser -u postgres -- $(ls -d /usr/lib/postgresql/*/bin)/initdb -D /srv/data/postgresql", 240)
    c.node1.sh("crm_resource --resource data --meta --set-parameter target-role --parameter-value Stopped")
    c.cluster.wait_idle()
    c.node1.sh("cibadmin --delete --xpath \"//primitive[@id='data']\"")
    c.cluster.wait_idle()


def query(node, text: str) -> str:
    return node.run(["runuser", "-u", "postgres", "--", "psql", "-qtA", "-c", text], 60, check=True).out.strip()


# In the machine: one row after the other, each told when it is committed, until the database goes.
INSERTING = """number=1
while runuser -u postgres -- psql -qtA -c "insert into kept values ($number)" > /dev/null 2>&1; do
	echo $number
	number=$((number + 1))
done
echo ended"""


def prove_rows(c, node, committed: list[int]) -> None:
    """Every row that was told to be committed is in the table, and none twice."""
    rows = list(map(int, query(node, "select number from kept order by number").split()))
    c.note(f"{len(committed)} rows committed, {len(rows)} in the table")
    assert rows == list(range(1, len(rows) + 1)), "a row is missing or twice"
    assert committed == list(range(1, len(committed) + 1)) and len(committed) <= len(rows) <= len(committed) + 1, rows[-3:]


@limit(1200)
@each("by order", "by a power loss")
def test_a_database_moves_with_its_volume_and_its_address_and_keeps_its_rows(c, way):
    make_database(c)
    run(c, "database-group.sh", ("192.0.2.10", ADDRESS), timeout=400)
    [name] = c.cluster.where("postgresql")
    node, other = c.cluster.nodes[name], c.other(name)
    query(node, "create table kept (number int)")
    inserting = node.start(INSERTING)
    c.wait(lambda: inserting.output.count(b"\n") >= 10, 120, "ten rows")
    began = time()
    if way == "by order":
        other.sh(f"crm_resource --resource database --move --node {other.name}")
    else:
        node.power_off()
    c.cluster.wait_where("postgresql", other.name, 400, node=other)
    c.cluster.wait_idle(node=other)
    # The last word may be cut off by a lost power.
    told = inserting.output[:inserting.output.rfind(b"\n") + 1].decode().split()
    prove_rows(c, other, [int(word) for word in told if word.isdigit()])
    assert ADDRESS in other.sh("ip -4 addr show")
    c.prove_exclusion(name, other.name, since=began - 1)
    if way == "by order":
        assert ADDRESS not in node.sh("ip -4 addr show")
        assert c.fenced(began) == [] and c.cluster.failures() == []
    else:
        assert c.fenced(began) == [name]


@limit(900)
def test_two_nodes_without_an_arbitrator_have_the_quorum_of_the_example_and_the_volumes_node_wins(c):
    shown = (EXAMPLES / "two-node-quorum.conf").read_text(encoding="utf-8")
    block = shown[shown.index("quorum {"):]
    for node in (c.node1, c.node2):
        assert block.split() == block_of(node.read("/etc/corosync/corosync.conf").decode(), "quorum").split()
        assert "2Node" in node.sh("corosync-quorumtool -s || true")
    run(c, "two-node.sh", timeout=300)
    # On the one that the lab's own fence devices let lose.
    c.constrain("node2")
    c.cluster.wait_where("data", "node2")
    c.record()
    began = time()
    c.cluster.hub.cut("node1")
    c.wait(lambda: c.fenced(began), 180, "fencing")
    cut_off = time()
    c.wait_writes(c.node2, cut_off, 120)
    c.cluster.hub.heal()
    c.node1.wait_up(600)
    c.cluster.wait_joined("node1", "node2")
    c.cluster.wait_idle()
    assert c.fenced(began) == ["node1"] and c.cluster.where("data") == ["node2"]
    c.prove_data(c.node2)
    c.prove_exclusion("node2", since=began - 1)


def block_of(text: str, name: str) -> str:
    begin = text.index(f"{name} {{")
    return text[begin:text.index("}", begin) + 1]


def configure_with_crm(c, words: str) -> None:
    """A `crm configure` that brings the volume up."""
    result = c.node1.run(f"mkdir -p /var/log/crmsh; crm configure {words}", 240)
    c.note(f"crm configure: rc {result.rc} {result.out.strip()} {result.err.strip()}")
    assert result.rc == 0, result
    c.cluster.wait_idle()
    [name] = c.cluster.where("data")
    c.record()
    c.prove_data(c.cluster.nodes[name])
    c.prove_exclusion(name, since=c.began)
    assert c.cluster.failures() == []


@limit(400)
def test_crmsh_loads_its_form_and_the_volume_comes_up(c):
    c.node1.push(EXAMPLES / "single-volume.crm", "/root/single-volume.crm")
    configure_with_crm(c, "load update /root/single-volume.crm")


@limit(500)
def test_the_same_words_on_a_crm_command_line_bring_it_up_and_an_unknown_name_does_not(c):
    # The primitive of the file as it stands, but for the lines' ends.
    text = (EXAMPLES / "single-volume.crm").read_text(encoding="utf-8")
    words = text[text.index("primitive data "):].strip()
    wrong = c.node1.run("mkdir -p /var/log/crmsh; crm configure " + words.replace("region=", "regoin=") + " < /dev/null", 240)
    c.note(f"regoin: rc {wrong.rc} {wrong.out.strip()} {wrong.err.strip()}")
    assert wrong.rc != 0 and "regoin" in wrong.out + wrong.err, wrong
    assert c.cluster.where("data") == []
    assert "regoin" not in c.node1.sh("cibadmin --query --scope configuration")
    configure_with_crm(c, words)


def become_instances(c) -> None:
    """The nodes as EC2 instances: each has its own metadata, and AWS is the only one who can switch them off."""
    ports = c.aws.control("instances", plugs=INSTANCES, port=c.cluster.power.port, token=c.cluster.power.token)
    for instance, name in INSTANCES.items():
        node = c.cluster.nodes[name]
        node.forward_port("metadata", ports[instance])
        # What real nodes need not do: the emulator's authority is not in the system's bundle, which fence_aws uses.
        node.sh(f"cat {GUEST_CA} >> /etc/ssl/certs/ca-certificates.crt")
    c.aws.control("policies", name=ROLE, policies=[policy(), FENCER])
    # boto3 reads all of EC2's description first, which takes more than Pacemaker's 20 s under emulation.
    c.node1.run("cibadmin --modify --allow-create --scope op_defaults --xml-pipe", 60, check=True, stdin=SLOW)
    c.node1.sh("cibadmin --delete --force --xpath \"//primitive[@class='stonith']\"")
    c.cluster.wait_idle()


@limit(2000)
def test_aws_switches_a_frozen_instance_off_before_the_other_has_the_volume(c):
    if EBS_VOLUME not in c.cluster.disks:
        c.add_copy(EBS_VOLUME)
    try:
        become_instances(c)
        run(c, "aws-fencing.sh", timeout=900, rest_s=600)
        [name] = c.cluster.where("data")
        node, survivor = c.cluster.nodes[name], c.other(name)
        c.record()
        began = time()
        node.freeze()
        c.wait_writes(survivor, began, 400)
        [off, *_] = [row for row in c.cluster.power.log if row.began >= began]
        assert (off.action, off.target, off.asker) == ("off", name, "ec2"), off
        owners = c.prove_exclusion(name, survivor.name, since=began - 5, name=EBS_VOLUME)
        assert owners[1].first >= off.began, (off, owners)
        c.prove_data(survivor)
        # Fencing ends with StartInstances: the node is back, and leaves the volume where it is.
        node.wait_up(600)
        c.cluster.wait_joined("node1", "node2")
        c.cluster.wait_idle()
        assert c.cluster.where("data") == [survivor.name]
        assert c.aws.control("counters")["ec2.StopInstances"] == 1
    finally:
        for node in c.cluster.nodes.values():
            node.forward_port("metadata", c.aws.http_port)
