# SPDX-License-Identifier: GPL-2.0-or-later
"""The account of the examples in an emulator: its key, its parameters, its node's role."""
from __future__ import annotations

import copy
import os
import shutil
import subprocess
import time

from helper import frames
from lab import Aws

ACCOUNT = "123456789012"
REGION = "eu-central-1"
KEY_ID = "11111111-2222-3333-4444-555555555555"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
ALIAS_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/luks"
NAME = "/prod/data/luks"
OTHER = "/prod/other/luks"
VALUE = "a value for this test"
ROLE = "cluster-node"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Account:
    """An emulator in which only the node's role may read; it ends with the suite."""

    def __init__(self, host) -> None:
        self.host = host
        directory = host.directory / "account"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        self.aws = Aws(directory, "--empty")
        self.aws.control("load", kms_keys=[{"alias": "alias/luks", "key_id": KEY_ID}], users=[
            {"name": "admin", "policies": [ALL], "key_id": self.aws.values["EMULATOR_ADMIN_KEY"],
             "secret": self.aws.values["EMULATOR_ADMIN_SECRET"]}])
        self.aws.control("role", name=ROLE, policies=[])
        self.renew()

    def renew(self) -> None:
        """As it was: the stored values under alias/luks, no rights, requests from the internet."""
        for name in (NAME, OTHER):
            self.aws.put(name, VALUE, key="alias/luks")
        self.grant()
        self.from_network(source_ip="203.0.113.10")

    def grant(self, *documents: dict) -> None:
        """These policies, and no others, are the role's."""
        self.aws.control("policies", name=ROLE, policies=list(documents))

    def read(self, name: str = NAME) -> tuple[str, str]:
        """luks-ssm-aws reads with the role's session: the stable code and the reason."""
        session = self.aws.control("session", role=ROLE)
        deadline_ms = int((time.monotonic() + 20) * 1000)
        request = frames.request({
            "PARAMETER": name, "REGION": REGION, "ENCODING": "text", "ORIGIN": "the node's role",
            "ENDPOINT_SSM": self.aws.endpoint, "CA_BUNDLE": self.aws.ca.read_bytes(),
            "SOURCE": frames.SOURCES["static"], "ACCESS_KEY": session["key_id"],
            "SECRET_KEY": session["secret"], "SESSION_TOKEN": session["token"],
            "DEADLINE": deadline_ms})
        reply = frames.parse_reply(self._helper(request))
        status = frames.STATUSES[reply["STATUS"]]
        assert status != "ok" or reply["KEY"] == VALUE.encode(), "another key than the one stored"
        self.host.notes.append(f"{name}: {status} {reply.get('REASON', '')}")
        return status, reply.get("REASON", "")

    def _helper(self, request: bytes) -> bytes:
        """As root it would want its own user; nobody will do, and the open file needs no path."""
        program = os.open(self.host.tree / "usr/libexec/luks-ssm/luks-ssm-aws", os.O_RDONLY)
        as_nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        try:
            done = subprocess.run(["luks-ssm-aws"], executable=f"/proc/self/fd/{program}",
                                  pass_fds=[program], input=request, stdout=subprocess.PIPE,
                                  env={"LD_BIND_NOW": "1"}, cwd="/", timeout=30, check=True,
                                  **as_nobody)
        finally:
            os.close(program)
        return done.stdout

    def from_network(self, **where) -> None:
        """source_ip, source_vpce: where the node's requests come from."""
        self.aws.control("network", **{"source_ip": None, "source_vpce": None, **where})


def account_of(host) -> Account:
    """The one account of all cases of a host, as it was at first."""
    if not hasattr(host, "example_account"):
        host.example_account = Account(host)
    host.example_account.renew()
    return host.example_account


def changed(document: dict, number: int, **fields) -> dict:
    """The document with fields of one statement replaced; None takes a field away."""
    result = copy.deepcopy(document)
    statement = result["Statement"][number]
    for name, value in fields.items():
        if value is None:
            del statement[name]
        else:
            statement[name] = value
    return result


def without(document: dict, number: int) -> dict:
    """The document without one statement."""
    result = copy.deepcopy(document)
    del result["Statement"][number]
    return result
