# SPDX-License-Identifier: GPL-2.0-or-later
"""What exists in the emulated AWS: accounts' users, roles, sessions, access keys, and the caller.

Services ask it who signs, what that principal may do, and which keys are valid.
"""
from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass, field

from . import iam
from .clock import Clock
from .errors import AwsError

ACCOUNT = "123456789012"
REGION = "eu-central-1"
ROOT = "root"   # key id of the library's own calls; no request can carry it


@dataclass
class Principal:
    """Somebody who may call: a user, or a session of a role."""

    arn: str
    account: str
    user_id: str
    policies: list = field(default_factory=list)
    session_policies: list = field(default_factory=list)
    role_arn: str | None = None
    name: str = ""


@dataclass
class AccessKey:
    """An access key; token and expiry only for temporary ones."""

    key_id: str
    secret: str
    principal: Principal
    token: str | None = None
    expires: float | None = None
    active: bool = True


@dataclass
class Role:
    arn: str
    account: str
    name: str
    role_id: str
    policies: list
    trust: dict
    max_session_s: int = 3600


@dataclass
class Caller:
    """One authenticated request: who, from where, under which region and network."""

    principal: Principal
    key: AccessKey
    region: str
    context: dict


def random_id(prefix: str, length: int = 16) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return prefix + "".join(secrets.choice(alphabet) for _ in range(length))


class World:
    """Users, roles and access keys; thread safe."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.lock = threading.RLock()
        self.keys: dict[str, AccessKey] = {}
        self.users: dict[str, Principal] = {}
        self.roles: dict[str, Role] = {}
        self.source_ip: str | None = "203.0.113.10"
        self.source_vpce: str | None = None
        self.vpc_source_ip = "10.1.2.3"

    # -- who exists ------------------------------------------------------

    def add_user(self, name: str, policies: list | None = None, key_id: str | None = None,
                 secret: str | None = None, account: str = ACCOUNT) -> AccessKey:
        """A user with inline policy documents and one access key."""
        for document in policies or []:
            iam.check_document(document)
        user = Principal(f"arn:aws:iam::{account}:user/{name}", account, random_id("AIDA"),
                         list(policies or []), name=name)
        key = AccessKey(key_id or random_id("AKIA"), secret or secrets.token_urlsafe(30), user)
        with self.lock:
            self.users[name] = user
            self.keys[key.key_id] = key
        return key

    def add_role(self, name: str, policies: list | None = None, trust: dict | None = None,
                 account: str = ACCOUNT, max_session_s: int = 43200) -> Role:
        """A role; trust defaults to EC2 and the whole account."""
        for document in policies or []:
            iam.check_document(document)
        trust = trust or {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {
                "Service": "ec2.amazonaws.com", "AWS": f"arn:aws:iam::{account}:root"}}]}
        role = Role(f"arn:aws:iam::{account}:role/{name}", account, name, random_id("AROA"),
                    list(policies or []), trust, max_session_s)
        with self.lock:
            self.roles[role.arn] = role
        return role

    def role(self, name_or_arn: str) -> Role | None:
        with self.lock:
            for role in self.roles.values():
                if name_or_arn in (role.arn, role.name):
                    return role
        return None

    def set_policies(self, name: str, policies: list) -> None:
        """Replace the policies of a user or a role; sessions already open see it at once."""
        for document in policies:
            iam.check_document(document)
        role = self.role(name)
        target = role.policies if role else self.users[name].policies
        with self.lock:
            target[:] = policies

    def open_session(self, role: Role, session: str, duration_s: float,
                     session_policies: list | None = None) -> AccessKey:
        """Temporary keys of a role. A negative duration makes keys that are expired already."""
        base = role.arn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
        principal = Principal(f"{base}/{session}", role.account, f"{role.role_id}:{session}",
                              role.policies, list(session_policies or []), role.arn, session)
        token = base64.b64encode(b"emulator-token" + secrets.token_bytes(300)).decode()
        key = AccessKey(random_id("ASIA"), base64.b64encode(secrets.token_bytes(30)).decode(),
                        principal, token, self.clock.now() + duration_s)
        with self.lock:
            self.keys[key.key_id] = key
        return key

    def expire(self, key_id: str | None = None) -> int:
        """End the sessions open now, or one of them; says how many."""
        with self.lock:
            ended = [key for key in self.keys.values()
                     if key.expires is not None and key_id in (None, key.key_id)]
            for key in ended:
                key.expires = self.clock.now()
        return len(ended)

    # -- who may what ----------------------------------------------------

    def find_key(self, key_id: str, token: str | None, codes) -> AccessKey:
        """The valid key of a request, or the refusal AWS gives."""
        with self.lock:
            key = self.keys.get(key_id)
        invalid = "The security token included in the request is invalid."
        if key is None or not key.active or (key.token or None) != (token or None):
            raise AwsError(codes.unknown, invalid, codes.status)
        if key.expires is not None and self.clock.now() >= key.expires:
            raise AwsError(codes.expired, "The security token included in the request is expired",
                           codes.status)
        return key

    def network_context(self) -> dict:
        """Condition keys about where the request came from."""
        if self.source_vpce:
            return {"aws:sourcevpce": self.source_vpce, "aws:vpcsourceip": self.vpc_source_ip}
        return {"aws:sourceip": self.source_ip} if self.source_ip else {}

    def context(self, principal: Principal, region: str, now: float) -> dict:
        context = {
            "aws:principalarn": principal.role_arn or principal.arn,
            "aws:principalaccount": principal.account,
            "aws:userid": principal.user_id,
            "aws:requestedregion": region,
            "aws:securetransport": True,
            "aws:currenttime": str(now),
            "aws:epochtime": str(now),
        }
        if principal.role_arn is None:
            context["aws:username"] = principal.name
        context.update(self.network_context())
        return context

    @staticmethod
    def verdict(principal: Principal, action: str, resource: str, context: dict):
        """Identity policies and, where there is one, the session policy: both must allow."""
        verdict = iam.evaluate(principal.policies, action, resource, context)
        if verdict == iam.ALLOW and principal.session_policies:
            verdict = iam.evaluate(principal.session_policies, action, resource, context)
        return verdict

    def require(self, caller: Caller, action: str, resource: str, extra: dict | None = None):
        """Raise AccessDeniedException unless the caller's policies allow."""
        context = {**caller.context, **(extra or {})}
        verdict = self.verdict(caller.principal, action, resource, context)
        if verdict != iam.ALLOW:
            raise AwsError("AccessDeniedException",
                           iam.denial_text(caller.principal, action, resource, verdict))
