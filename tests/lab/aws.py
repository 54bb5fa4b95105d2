# SPDX-License-Identifier: GPL-2.0-or-later
"""The AWS emulator as a child process, and how a machine reaches it under AWS's own names."""

import os
import pathlib
import shlex
import subprocess
import sys
import time

from . import children

TESTS = pathlib.Path(__file__).resolve().parent.parent
REGION = "eu-central-1"
GUEST_CA = "/etc/luks-ssm/emulator-ca.pem"
SERVICES = ("ssm", "sts", "kms", "ec2")


class Aws:
    """Started with the object, ended with `close` or with the test process."""

    def __init__(self, directory: pathlib.Path, *arguments: str) -> None:
        self.directory = directory
        self.ca = directory / "emulator-ca.pem"
        self.socket = directory / "emulator.socket"
        self.log = directory / "emulator.log"
        ports = directory / "emulator.ports"
        ports.unlink(missing_ok=True)
        environment = dict(os.environ, PYTHONPATH=str(TESTS), PYTHONDONTWRITEBYTECODE="1")
        with open(directory / "emulator.output", "ab") as output:
            self._process = children.start(
                [sys.executable, "-m", "emulator", "--port-file", ports, "--ca-out", self.ca,
                 "--control", self.socket, "--log", self.log, *arguments],
                cwd=TESTS, env=environment, stdout=output, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 30
        while not ports.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the AWS emulator did not start: "
                                   + (directory / "emulator.output").read_text()[-2000:])
            time.sleep(0.02)
        self.values = dict(line.split("=", 1) for line in shlex.split(ports.read_text()))

    @property
    def endpoint(self) -> str:
        return self.values["EMULATOR_ENDPOINT"]

    @property
    def https_port(self) -> int:
        return int(self.values["EMULATOR_HTTPS_PORT"])

    @property
    def http_port(self) -> int:
        return int(self.values["EMULATOR_HTTP_PORT"])

    def control(self, verb: str, **details):
        """One verb of the emulator's control socket (tests/emulator/control.py lists them)."""
        from emulator.control import ask  # only where an emulator runs are its libraries needed
        return ask(str(self.socket), verb, **details)

    def put(self, name: str, value: str, **details) -> int:
        """Store a SecureString; its version."""
        return self.control("put", name=name, value=value, **details)

    def fault(self, do: str, **details):
        return self.control("fault", do=do, **details)

    def clear(self) -> None:
        """No scripted fault any more; users, keys and parameters stay."""
        self.control("clear")

    def admin_environment(self) -> dict:
        """What the stock aws command needs on the host to act as the account's administrator."""
        return {"AWS_ACCESS_KEY_ID": self.values["EMULATOR_ADMIN_KEY"],
                "AWS_SECRET_ACCESS_KEY": self.values["EMULATOR_ADMIN_SECRET"],
                "AWS_DEFAULT_REGION": REGION, "AWS_CA_BUNDLE": str(self.ca), "AWS_PAGER": "",
                "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                "AWS_EC2_METADATA_DISABLED": "true"}

    def close(self) -> None:
        children.end(self._process, grace_s=2)


class AwsMixin:
    """The part of Machine that leads it to the emulator."""

    def use_aws(self, aws: Aws, region: str = REGION) -> None:
        """Let AWS's names and the metadata address lead to this emulator, and trust its CA.

        The agent gets region and ca_bundle by `aws_parameters`; its credentials are those of the
        instance role.
        """
        self.emulator = aws
        self.forward_port("aws", aws.https_port)
        self.forward_port("metadata", aws.http_port)
        self._aws_region = region
        self._lead_to_aws()

    def _lead_to_aws(self) -> None:
        if self.emulator is None:
            return
        self.aws_parameters = {"region": self._aws_region, "ca_bundle": GUEST_CA}
        self.aws_names(*(f"{service}.{self._aws_region}.amazonaws.com" for service in SERVICES))
        self.push(self.emulator.ca, GUEST_CA)
