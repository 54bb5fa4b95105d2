# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab machine as a node of the README's cluster: its disk, its AWS, its offline CIB."""
from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
import sys
import xml.etree.ElementTree as ElementTree

from lab import Aws
from lab.aws import GUEST_CA

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import readme_text  # noqa: E402  pylint: disable=wrong-import-position

DEVICE = "/dev/disk/by-id/nvme-data"
SERIAL = "vol0a0b0c0d0e0f01020"
CIB = "/root/cib.xml"
TRUST = "/etc/ssl/certs/ca-certificates.crt"
ROLE = "luks-node"
KEY_ID = "11111111-2222-3333-4444-555555555555"
# pcs and crm work on a file, as they do with -f and CIB_file; nothing else is put before a command.
ON_A_FILE = f'export CIB_file={CIB}\npcs() {{ command pcs -f {CIB} "$@"; }}\n'
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def plug_device(machine, size_mib: int = 512):
    """A new disk, under the name the README gives it."""
    disk = machine.attach_disk(SERIAL, size_mib=size_mib)
    machine.sh(f"mkdir -p {DEVICE.rsplit('/', 1)[0]}; ln -sfn {disk.device} {DEVICE}")
    return disk


@contextlib.contextmanager
def account(machine):
    """An empty account; AWS's names lead to it, and the system trusts it.

    What a distribution's boot makes and the quick machine's does not is made as well: /dev/stdin.
    """
    before, directory = machine.emulator, machine.directory / "account"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    aws = Aws(directory, "--empty")
    machine.sh(f"cp -a {TRUST} /root/trust-before; ln -sfn /proc/self/fd /dev/fd; "
               "ln -sfn fd/0 /dev/stdin")
    try:
        aws.control("load", users=[{"name": "admin", "policies": [ALL],
                                    "key_id": aws.values["EMULATOR_ADMIN_KEY"],
                                    "secret": aws.values["EMULATOR_ADMIN_SECRET"]}])
        aws.control("role", name=ROLE, policies=[])
        aws.control("metadata", role=ROLE)
        machine.use_aws(aws)
        machine.sh(f"cat {GUEST_CA} >> {TRUST}")
        yield aws
    finally:
        machine.use_aws(before)
        machine.sh(f"mv /root/trust-before {TRUST}")
        aws.close()


def administrator(aws) -> dict:
    """The environment of whoever provisions; the commands name the region."""
    return {"AWS_ACCESS_KEY_ID": aws.values["EMULATOR_ADMIN_KEY"],
            "AWS_SECRET_ACCESS_KEY": aws.values["EMULATOR_ADMIN_SECRET"],
            "AWS_CA_BUNDLE": GUEST_CA, "AWS_PAGER": ""}


def grant_readme_policy(aws, key_id: str = KEY_ID) -> None:
    """The node's role gets the policy that the README prints, for the key that was made."""
    text = json.dumps(readme_text.policy("iam-role-policy.json"))
    assert KEY_ID in text
    aws.control("policies", name=ROLE, policies=[json.loads(text.replace(KEY_ID, key_id))])


def run_printed(machine, script: str, timeout: float = 300, **options):
    """A block of code as it stands, in bash; the first command that fails ends it."""
    result = machine.run(["bash", "-c", "set -euo pipefail\n" + script], timeout, **options)
    machine.note(f"rc {result.rc} in {result.seconds:.1f} s: "
                 f"{result.out[-800:]}{result.err[-800:]}")
    return result


def empty_cib(machine) -> None:
    machine.sh(f"cibadmin --empty > {CIB}; rm -f {CIB}.sig")


def resource(machine, name: str = "data") -> ElementTree.Element:
    """The primitive of this name in the CIB."""
    root = ElementTree.fromstring(machine.read(CIB))
    found = root.find(f".//primitive[@id='{name}']")
    assert found is not None, f"no resource {name} in the CIB"
    return found


def parameters(primitive: ElementTree.Element) -> dict[str, str]:
    return {pair.get("name"): pair.get("value")
            for pair in primitive.findall("./instance_attributes/nvpair")}


def seconds(text: str | None) -> int:
    return int((text or "0").removesuffix("s"))


def operations(primitive: ElementTree.Element) -> set[tuple[str, int, int, str]]:
    """(name, interval, timeout, depth) of each operation."""
    found = set()
    for operation in primitive.findall("./operations/op"):
        depth = next((pair.get("value") for pair in operation.iter("nvpair")
                      if pair.get("name") == "OCF_CHECK_LEVEL"),
                     operation.get("OCF_CHECK_LEVEL", "0"))
        found.add((operation.get("name"), seconds(operation.get("interval")),
                   seconds(operation.get("timeout")), depth))
    return found


def advertised(machine) -> set[tuple[str, int, int, str]]:
    """The same, from the agent's own metadata."""
    text = machine.agent("meta-data").out
    return {(action.get("name"), seconds(action.get("interval")), seconds(action.get("timeout")),
             action.get("depth", "0")) for action in ElementTree.fromstring(text).iter("action")}
