# SPDX-License-Identifier: GPL-2.0-or-later
"""EC2 over the query protocol, as far as a fence agent needs it: describe, stop, start and reboot instances.

What an instance does is done by somebody else's power switch, on loopback: one JSON line to it, one back.
"""
from __future__ import annotations

import json
import re
import socket
from xml.sax.saxutils import escape

from .errors import AwsError
from .world import ACCOUNT, Caller, World

VERSION = "2016-11-15"
NAMESPACE = f"http://ec2.amazonaws.com/doc/{VERSION}/"
STATES = {"pending": 0, "running": 16, "stopping": 64, "stopped": 80}
SWITCH_TIMEOUT_S = 30


def _element(name: str, value) -> str:
    """Lists are <item> after <item>, as this service has them."""
    if isinstance(value, dict):
        inner = "".join(_element(key, part) for key, part in value.items())
    elif isinstance(value, list):
        inner = "".join(_element("item", part) for part in value)
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def render(operation: str, result: dict, request_id: str) -> bytes:
    inner = "".join(_element(key, value) for key, value in {"requestId": request_id, **result}.items())
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<{operation}Response xmlns="{NAMESPACE}">{inner}'
            f"</{operation}Response>\n").encode()


def error(failure: AwsError, request_id: str) -> bytes:
    """This service's errors have a form of their own."""
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>{escape(failure.code)}</Code>'
            f"<Message>{escape(failure.message or '')}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>\n").encode()


def _state(name: str) -> dict:
    return {"code": STATES[name], "name": name}


def _numbered(form: dict, prefix: str) -> list[str]:
    """InstanceId.1, InstanceId.2, … in their order."""
    found = ((int(match[1]), value) for key, value in form.items()
             if (match := re.fullmatch(re.escape(prefix) + r"\.(\d+)", key)))
    return [value for _, value in sorted(found)]


class Ec2:
    """The service; handle() takes the decoded form.  Nobody has instances until `connect` names them."""

    OPERATIONS = ("DescribeInstances", "StopInstances", "StartInstances", "RebootInstances")

    def __init__(self, world: World):
        self.world = world
        self.plugs: dict[str, str] = {}     # id of an instance -> its name on the power switch
        self._port, self._token = 0, ""

    def connect(self, plugs: dict[str, str], port: int, token: str) -> None:
        self.plugs, self._port, self._token = dict(plugs), port, token

    def handle(self, operation: str, form: dict, caller: Caller) -> dict:
        if operation not in self.OPERATIONS or form.get("Version") != VERSION:
            raise AwsError("InvalidAction", f"The action {operation} is not valid for this web service.")
        return getattr(self, "_do_" + operation)(form, caller)

    def _require(self, caller: Caller, action: str, instance: str | None = None) -> None:
        """Describing knows no resources; everything else is allowed for each instance."""
        resource = f"arn:aws:ec2:{caller.region}:{ACCOUNT}:instance/{instance}" if instance else "*"
        try:
            self.world.require(caller, "ec2:" + action, resource)
        except AwsError as denied:
            raise AwsError("UnauthorizedOperation", denied.message, 403) from None

    def _ask_switch(self, action: str, instance: str) -> str:
        request = {"token": self._token, "action": action, "plug": self.plugs[instance], "from": "ec2"}
        with socket.create_connection(("127.0.0.1", self._port), timeout=SWITCH_TIMEOUT_S) as connection:
            with connection.makefile("rw", encoding="utf-8") as lines:
                lines.write(json.dumps(request) + "\n")
                lines.flush()
                answer = json.loads(lines.readline(4096))
        if not answer.get("ok"):
            raise AwsError("InternalError", answer.get("error", "no answer"), 500)
        return "running" if answer["power"] == "on" else "stopped"

    def _chosen(self, form: dict) -> list[str]:
        chosen = _numbered(form, "InstanceId")
        unknown = [name for name in chosen if name not in self.plugs]
        if unknown:
            raise AwsError("InvalidInstanceID.NotFound", f"The instance ID '{unknown[0]}' does not exist")
        return chosen

    def _filtered(self, form: dict, states: dict[str, str]) -> list[str]:
        found = self._chosen(form) or sorted(self.plugs)
        for number in range(1, 1 + sum(1 for key in form if re.fullmatch(r"Filter\.\d+\.Name", key))):
            name, values = form[f"Filter.{number}.Name"], _numbered(form, f"Filter.{number}.Value")
            fields = {"instance-id": lambda instance: instance, "instance-state-name": states.get}
            if name not in fields:
                raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
            found = [instance for instance in found if fields[name](instance) in values]
        return found

    def _do_DescribeInstances(self, form, caller):
        self._require(caller, "DescribeInstances")
        states = {instance: self._ask_switch("status", instance) for instance in self.plugs}
        rows = [{"instanceId": instance, "instanceState": _state(states[instance]), "instanceType": "m5.large"}
                for instance in self._filtered(form, states)]
        if not rows:
            return {"reservationSet": []}
        return {"reservationSet": [{"reservationId": "r-0123456789abcdef0", "ownerId": ACCOUNT, "groupSet": [],
                                    "instancesSet": rows}]}

    def _change(self, form: dict, caller: Caller, operation: str, action: str, on_the_way: str) -> dict:
        rows = []
        chosen = self._chosen(form)
        for instance in chosen:
            self._require(caller, operation, instance)
        for instance in chosen:
            before = self._ask_switch("status", instance)
            after = self._ask_switch(action, instance)
            rows.append({"instanceId": instance, "currentState": _state(before if before == after else on_the_way),
                         "previousState": _state(before)})
        return {"instancesSet": rows}

    def _do_StopInstances(self, form, caller):
        return self._change(form, caller, "StopInstances", "off", "stopping")

    def _do_StartInstances(self, form, caller):
        return self._change(form, caller, "StartInstances", "on", "pending")

    def _do_RebootInstances(self, form, caller):
        self._change(form, caller, "RebootInstances", "reboot", "running")
        return {"return": "true"}
