# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulator as one object: services, two ports, fault script, log. See README.md."""
from __future__ import annotations

import json
from pathlib import Path

from .clock import Clock
from .ec2 import Ec2
from .errors import AwsError, ErrorStyle
from .faults import Fault, FaultScript
from .gateway import Gateway
from .iam_service import Iam
from .kms import Kms
from .metadata import ContainerCredentials, Metadata
from .parameters import Wanted
from .requestlog import RequestLog
from .server import Listener
from .ssm import Ssm
from .sts import Sts
from .tls import Certificates
from .world import ACCOUNT, REGION, ROOT, AccessKey, Caller, Principal, World

ADMIN_KEY, ADMIN_SECRET = "AKIAEMULATEDADMIN000", "emulated/admin+secret/with=odd+bytes/000"
READER_KEY, READER_SECRET = "AKIAEMULATEDREADER00", "emulated/reader+secret/with=odd+bytes/00"
NOBODY_KEY, NOBODY_SECRET = "AKIAEMULATEDNOBODY00", "emulated/nobody+secret/with=odd+bytes/00"
DEFAULT_KEY_ID = "11111111-1111-4111-8111-111111111111"
NODE_ROLE, WEB_ROLE, READER_ROLE = "luks-node", "luks-web", "luks-reader"
OIDC_ISSUER = "oidc.emulator.test"


def allow_all() -> dict:
    return {"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def reader_policy(name: str = "luks/*", region: str = "*", account: str = ACCOUNT) -> dict:
    """Least privilege for a node that reads keys under one parameter name."""
    arn = f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}"
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": arn},
        {"Effect": "Allow", "Action": "kms:Decrypt",
         "Resource": f"arn:aws:kms:{region}:{account}:key/*",
         "Condition": {"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": arn}}}]}


class Emulator:
    """start() opens the ports, stop() closes them; usable in a with statement.

    https_port, http_port: 0 takes a free one. ca_directory keeps the CA between runs.
    empty: no default users, roles and keys.
    """

    def __init__(self, https_port: int = 0, http_port: int = 0, ca_directory: Path | None = None,
                 names: list | None = None, log_path: str | None = None, empty: bool = False):
        self.clock = Clock()
        self.faults = FaultScript()
        self.log = RequestLog(log_path)
        self.error_style = ErrorStyle()
        self.world = World(self.clock)
        self.kms = Kms(self.world)
        self.gateway = Gateway(self)
        self.ssm = Ssm(self.world, self.kms, self.gateway.kms_fault)
        self.sts = Sts(self.world)
        self.metadata = Metadata(self.world, NODE_ROLE)
        self.ec2 = Ec2(self.world)
        self.iam = Iam(self.world)
        self.container = ContainerCredentials(self.world, NODE_ROLE)
        self.certificates = Certificates(ca_directory, names)
        self._wanted_ports = (https_port, http_port)
        self._listeners: list[Listener] = []
        if not empty:
            self._populate()

    def _populate(self) -> None:
        self.world.add_user("admin", [allow_all()], ADMIN_KEY, ADMIN_SECRET)
        self.world.add_user("reader", [reader_policy()], READER_KEY, READER_SECRET)
        self.world.add_user("nobody", [], NOBODY_KEY, NOBODY_SECRET)
        self.world.add_role(NODE_ROLE, [reader_policy()])
        account_trust = {"Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/nobody",
                                  f"arn:aws:iam::{ACCOUNT}:root",
                                  f"arn:aws:iam::{ACCOUNT}:role/{NODE_ROLE}"]}}]}
        self.world.add_role(READER_ROLE, [reader_policy()], account_trust)
        provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{OIDC_ISSUER}"
        self.world.add_role(WEB_ROLE, [reader_policy()], {"Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": provider},
            "Condition": {"StringEquals": {OIDC_ISSUER + ":aud": "sts.amazonaws.com"}}}]})
        self.kms.add_key("alias/luks", key_id=DEFAULT_KEY_ID)

    # -- life -------------------------------------------------------------

    def start(self) -> "Emulator":
        https, http = self._wanted_ports
        self.certificates.context()
        self._listeners = [Listener(self, "https", https, self.certificates),
                           Listener(self, "http", http)]
        for listener in self._listeners:
            listener.start()
        return self

    def stop(self) -> None:
        for listener in self._listeners:
            listener.stop()
        self._listeners = []
        self.log.close()

    def __enter__(self) -> "Emulator":
        return self.start()

    def __exit__(self, *_exception) -> None:
        self.stop()

    @property
    def https_port(self) -> int:
        return self._listeners[0].port

    @property
    def http_port(self) -> int:
        return self._listeners[1].port

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.https_port}"

    @property
    def metadata_endpoint(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def write_ca(self, path) -> str:
        Path(path).write_bytes(self.certificates.ca_pem)
        return str(path)

    def add_instances(self, plugs: dict, port: int, token: str) -> dict:
        """Instances by their ids, and the names that a power switch on loopback has for them.

        Each gets a metadata service of its own; the ports of these by id.
        """
        self.ec2.connect(plugs, port, token)
        ports = {}
        for instance in plugs:
            metadata = Metadata(self.world, NODE_ROLE)
            metadata.instance_id = instance
            listener = Listener(self, f"http-{instance}", 0, metadata=metadata)
            listener.start()
            self._listeners.append(listener)
            ports[instance] = listener.port
        return ports

    # -- short ways for tests ------------------------------------------------

    def fault(self, do: str, **details) -> Fault:
        """Add a line to the fault script; see faults.Fault for the keys."""
        return self.faults.add(Fault.from_dict({"do": do, **details}))

    def put(self, name: str, value: str, kind: str = "SecureString", key: str = "alias/luks",
            region: str = REGION, **more) -> int:
        """Store a parameter as the account's root would; the new version.

        A key alias that the region lacks is made, so that a test may use any region.
        """
        body = {"Name": name, "Value": value, "Type": kind, "Overwrite": True, **more}
        if kind == "SecureString":
            body["KeyId"] = key
            self._ensure_alias(key, region)
        return self.ssm.handle("PutParameter", body, self._root(region))["Version"]

    def _ensure_alias(self, alias: str, region: str) -> None:
        try:
            self.kms.find(alias, ACCOUNT, region)
        except AwsError:
            if not alias.startswith("alias/"):
                raise
            self.kms.add_key(alias, region=region)

    def put_secret(self, name: str, value: str) -> None:
        """A Secrets Manager secret, for /aws/reference/secretsmanager/NAME."""
        self.ssm.secrets[name] = value

    def share(self, name: str, account: str, region: str = REGION) -> None:
        """Let another account read a parameter by its full ARN."""
        row = self.ssm.store.get(Wanted(name, name, None, ACCOUNT, region))
        row.shared_with.add(account)

    def _root(self, region: str) -> Caller:
        root = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, [allow_all()])
        context = self.world.context(root, region, self.clock.now())
        return Caller(root, AccessKey(ROOT, "", root), region, context)

    def load(self, state: dict) -> None:
        """Users, roles, keys and parameters from a dict, as README.md describes it."""
        for row in state.get("kms_keys", []):
            self.kms.add_key(**row)
        for row in state.get("users", []):
            self.world.add_user(**row)
        for row in state.get("roles", []):
            self.world.add_role(**row)
        for row in state.get("parameters", []):
            self.put(**row)
        for name, value in state.get("secrets", {}).items():
            self.put_secret(name, value)
        for row in state.get("faults", []):
            self.faults.add(Fault.from_dict(row))
        for name, value in state.get("metadata", {}).items():
            setattr(self.metadata, name, value)

    def load_file(self, path) -> None:
        self.load(json.loads(Path(path).read_text(encoding="utf-8")))
