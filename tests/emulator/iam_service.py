# SPDX-License-Identifier: GPL-2.0-or-later
"""IAM over the query protocol, as far as somebody makes a user for one purpose: the user, its inline policies, its keys."""
from __future__ import annotations

import json
import secrets

from . import iam
from .clock import iso_date
from .errors import AwsError
from .world import AccessKey, Caller, Principal, World, random_id

VERSION = "2010-05-08"
NAMESPACE = f"https://iam.amazonaws.com/doc/{VERSION}/"


class Iam:
    """The service; handle() takes the decoded form."""

    OPERATIONS = ("CreateUser", "PutUserPolicy", "DeleteUserPolicy", "CreateAccessKey")

    def __init__(self, world: World):
        self.world = world
        self._documents: dict[str, dict[str, dict]] = {}    # user -> name of a policy -> document

    def handle(self, operation: str, form: dict, caller: Caller) -> dict:
        if operation not in self.OPERATIONS:
            raise AwsError("InvalidAction", f"Could not find operation {operation} for version {VERSION}")
        name = form.get("UserName") or ""
        try:
            self.world.require(caller, "iam:" + operation, f"arn:aws:iam::{caller.principal.account}:user/{name}")
        except AwsError as denied:
            raise AwsError("AccessDenied", denied.message, 403) from None
        if operation == "CreateUser":
            return self._create_user(name, caller.principal.account)
        if name not in self.world.users:
            raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
        return getattr(self, "_do_" + operation)(self.world.users[name], form)

    def _create_user(self, name: str, account: str) -> dict:
        with self.world.lock:
            if name in self.world.users:
                raise AwsError("EntityAlreadyExists", f"User with name {name} already exists.", 409)
            user = Principal(f"arn:aws:iam::{account}:user/{name}", account, random_id("AIDA"), name=name)
            self.world.users[name] = user
        return {"User": {"Path": "/", "UserName": name, "UserId": user.user_id, "Arn": user.arn,
                         "CreateDate": iso_date(self.world.clock.now())}}

    def _apply(self, user: Principal) -> None:
        self.world.set_policies(user.name, list(self._documents[user.name].values()))

    def _do_PutUserPolicy(self, user, form):
        try:
            document = json.loads(form.get("PolicyDocument") or "")
            iam.check_document(document)
        except (ValueError, AwsError):
            raise AwsError("MalformedPolicyDocument", "Syntax errors in policy.") from None
        self._documents.setdefault(user.name, {})[form["PolicyName"]] = document
        self._apply(user)
        return {}

    def _do_DeleteUserPolicy(self, user, form):
        if self._documents.setdefault(user.name, {}).pop(form["PolicyName"], None) is None:
            raise AwsError("NoSuchEntity", f"The user policy with name {form['PolicyName']} cannot be found.", 404)
        self._apply(user)
        return {}

    def _do_CreateAccessKey(self, user, _form):
        key = AccessKey(random_id("AKIA"), secrets.token_urlsafe(30), user)
        with self.world.lock:
            self.world.keys[key.key_id] = key
        return {"AccessKey": {"UserName": user.name, "AccessKeyId": key.key_id, "Status": "Active",
                              "SecretAccessKey": key.secret, "CreateDate": iso_date(self.world.clock.now())}}
