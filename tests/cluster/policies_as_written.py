# SPDX-License-Identifier: GPL-2.0-or-later
"""The policies and the script of cluster-examples/, as they are written, are what a volume needs to start: no right more."""

import json
import pathlib
from time import time

from lab import Aws, limit
from lab.aws import REGION
from lab.ground import DEVICE, ROLE
from lab.volumes import CHEAP, PASSPHRASE

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "cluster-examples"
TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
KEY_ID = "11111111-2222-3333-4444-555555555555"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# As the script's head says: whoever provisions may store and encrypt.
PROVISIONER = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Resource": "*", "Action": ["ssm:PutParameter", "kms:Encrypt"]}]}
# The forms of the role's policy, and from where a request comes that each lets pass.
FORMS = {"iam-role-policy.json": {"source_ip": "203.0.113.10", "source_vpce": None},
         "iam-role-policy-source-ip.json": {"source_ip": "198.51.100.7", "source_vpce": None},
         "iam-role-policy-vpc-endpoint.json": {"source_ip": "203.0.113.10", "source_vpce": "vpce-0123456789abcdef0"}}


def document(name: str) -> dict:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def new_account(c) -> Aws:
    """An account with the examples' key under the examples' policy; the nodes' role has no right yet."""
    directory = c.cluster.directory / "account"
    directory.mkdir(exist_ok=True)
    aws = Aws(directory, "--empty")
    aws.control("load", kms_keys=[{"alias": "alias/luks", "key_id": KEY_ID, "policy": document("kms-key-policy.json")}],
                users=[{"name": "admin", "policies": [ALL], "key_id": aws.values["EMULATOR_ADMIN_KEY"],
                        "secret": aws.values["EMULATOR_ADMIN_SECRET"]}])
    aws.control("role", name=ROLE, policies=[])
    aws.control("metadata", role=ROLE)
    return aws


def lead_to(c, aws: Aws) -> None:
    for node in c.cluster.nodes.values():
        node.forward_port("aws", aws.https_port)
        node.forward_port("metadata", aws.http_port)


def environment(key_id: str, secret: str) -> dict:
    return {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_CA_BUNDLE": TRUSTED, "AWS_PAGER": ""}


def provision(c, aws: Aws) -> None:
    """create-parameter.sh as it stands, and a key slot for what it made."""
    user = aws.control("user", name="provisioner", policies=[PROVISIONER])
    created = c.node1.run((EXAMPLES / "create-parameter.sh").read_text(encoding="utf-8"), 240,
                          env=environment(user["key_id"], user["secret"]))
    assert created.rc == 0, created
    admin = environment(aws.values["EMULATOR_ADMIN_KEY"], aws.values["EMULATOR_ADMIN_SECRET"])
    kind, value = c.node1.run(["aws", "ssm", "get-parameter", "--region", REGION, "--name", "/prod/data/luks",
                               "--with-decryption", "--query", "Parameter.[Type,Value]", "--output", "text"], 120, check=True,
                              env=admin).out.split()
    assert kind == "SecureString" and len(value) == 44, kind
    c.node1.write("/run/policy-old", PASSPHRASE, 0o600)
    c.node1.write("/run/policy-new", value, 0o600)
    c.node1.sh(f"cryptsetup luksAddKey -q {' '.join(CHEAP[2][2:])} --key-file /run/policy-old {DEVICE} /run/policy-new", 120)


def start_anew(c, aws: Aws, policy: dict, network: dict) -> None:
    """Stopped, started with these rights from there; it runs."""
    c.node1.sh("crm_resource --resource data --meta --set-parameter target-role --parameter-value Stopped", 60)
    c.cluster.wait_idle()
    assert c.cluster.where("data") == []
    aws.control("policies", name=ROLE, policies=[policy])
    aws.control("network", **network)
    c.node1.sh("crm_resource --resource data --meta --set-parameter target-role --parameter-value Started", 60)
    c.cluster.wait_idle()
    assert c.cluster.where("data") != [] and c.cluster.failures() == [], c.cluster.failures()


def start_under_each(c, aws: Aws) -> None:
    first, began = "iam-role-policy.json", time()
    aws.control("policies", name=ROLE, policies=[document(first)])
    aws.control("network", **FORMS[first])
    created = c.node1.run((EXAMPLES / "single-volume.sh").read_text(encoding="utf-8"), 240)
    assert created.rc == 0, created
    c.cluster.wait_idle()
    assert c.cluster.failures() == []
    [name] = c.cluster.where("data")
    # So that all of it is one node's.
    c.constrain(name, "50")
    c.record()
    for form, network in list(FORMS.items())[1:]:
        start_anew(c, aws, document(form), network)
    # The key's policy lets the role decrypt by itself.
    alone = document(first)
    del alone["Statement"][1]
    start_anew(c, aws, alone, FORMS[first])
    resumed = time()
    c.wait_writes(c.cluster.nodes[name], resumed)
    c.prove_data(c.cluster.nodes[name])
    # Before, node1 has written the key slot.
    c.prove_exclusion(name, since=began)


@limit(900)
def test_the_volume_starts_under_each_of_them_with_the_key_that_the_script_made(c):
    aws = new_account(c)
    try:
        for node in c.cluster.nodes.values():
            node.push(aws.ca, "/root/account-ca.pem")
            node.sh(f"cp -a {TRUSTED} /root/trusted-before; cat /root/account-ca.pem >> {TRUSTED}")
        lead_to(c, aws)
        provision(c, aws)
        start_under_each(c, aws)
    finally:
        lead_to(c, c.aws)
        c.node1.run(f"cryptsetup luksRemoveKey -q {DEVICE} /run/policy-new; rm -f /run/policy-old /run/policy-new", 120)
        for node in c.cluster.nodes.values():
            node.sh(f"mv /root/trusted-before {TRUSTED}")
        aws.close()
