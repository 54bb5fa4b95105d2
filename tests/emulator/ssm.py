# SPDX-License-Identifier: GPL-2.0-or-later
"""The Parameter Store calls of SSM, answered as AWS does where clients get it wrong.

A missing name of GetParameters is not an error; GetParametersByPath with a full name is empty;
SecureString goes through KMS in the caller's name with the parameter's ARN as context.
"""
from __future__ import annotations

import base64
import json
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import AwsError, nested_kms_text
from .kms import Kms
from .parameters import LIMITS, Parameter, Store, Version, check_name, parse_wanted
from .world import Caller, World

TYPES = ("String", "StringList", "SecureString")


def _constraint(text: str) -> AwsError:
    return AwsError("ValidationException", "1 validation error detected: " + text)


class Ssm:
    """The service; handle() takes parsed JSON. kms_fault(operation, caller) may raise for KMS."""

    OPERATIONS = ("PutParameter", "GetParameter", "GetParameters", "GetParametersByPath",
                  "LabelParameterVersion", "DescribeParameters", "DeleteParameter",
                  "DeleteParameters", "GetParameterHistory")

    def __init__(self, world: World, kms: Kms, kms_fault=lambda operation, caller: None):
        self.world = world
        self.kms = kms
        self.kms_fault = kms_fault
        self.store = Store()
        self.secrets: dict[str, str] = {}

    def handle(self, operation: str, body: dict, caller: Caller) -> dict:
        if operation not in self.OPERATIONS:
            raise AwsError("UnknownOperationException")
        return getattr(self, "_do_" + operation)(body, caller)

    # -- SecureString -----------------------------------------------------

    def _kms_call(self, operation: str, caller: Caller, call):
        """Run a KMS call; its error comes out as SSM words it."""
        try:
            self.kms_fault(operation, caller)
            return call()
        except AwsError as error:
            outer = getattr(error, "outer", None) or self._outer_code(error)
            status = 500 if outer == "InternalServerError" else 400
            raise AwsError(outer, nested_kms_text(error, str(uuid.uuid4())), status) from error

    @staticmethod
    def _outer_code(error: AwsError) -> str:
        if error.code == "AccessDeniedException":
            return error.code
        return "InternalServerError" if error.status >= 500 else "InvalidKeyId"

    def _seal(self, caller: Caller, row: Parameter, value: bytes, key_name: str, tier: str):
        via, context = f"ssm.{row.region}.amazonaws.com", {"PARAMETER_ARN": row.arn}

        def standard():
            key = self.kms.find(key_name, row.account, row.region)
            return ("direct", self.kms.encrypt(caller, key, value, context, via))

        def advanced():
            key = self.kms.find(key_name, row.account, row.region)
            plain, blob = self.kms.data_key(caller, key, 32, context, via)
            # Each data key seals one message only, so a constant nonce is safe.
            return ("envelope", blob, AESGCM(plain).encrypt(bytes(12), value, row.arn.encode()))

        if tier == "Advanced":
            return self._kms_call("GenerateDataKey", caller, advanced)
        return self._kms_call("Encrypt", caller, standard)

    def _unseal(self, caller: Caller, row: Parameter, stored: tuple) -> str:
        via, context = f"ssm.{row.region}.amazonaws.com", {"PARAMETER_ARN": row.arn}
        plain, _ = self._kms_call("Decrypt", caller,
                                  lambda: self.kms.decrypt(caller, stored[1], context, via))
        if stored[0] == "envelope":
            plain = AESGCM(plain).decrypt(bytes(12), stored[2], row.arn.encode())
        return plain.decode()

    def _value(self, caller: Caller, row: Parameter, version: Version, decrypt: bool) -> str:
        if version.type != "SecureString":
            return version.stored
        if decrypt:
            return self._unseal(caller, row, version.stored)
        return base64.b64encode(version.stored[-1]).decode()

    # -- one answer row ---------------------------------------------------------

    def _row(self, caller: Caller, row: Parameter, version: Version, decrypt: bool,
             selector: str | None = None, name: str | None = None) -> dict:
        answer = {"Name": name or row.name, "Type": version.type,
                  "Value": self._value(caller, row, version, decrypt),
                  "Version": version.number, "LastModifiedDate": round(version.modified, 3),
                  "ARN": row.arn, "DataType": version.data_type}
        if selector is not None:
            answer["Selector"] = ":" + selector
        return answer

    def _reference(self, caller: Caller, wanted, decrypt: bool) -> dict:
        """A Secrets Manager secret under a parameter's name."""
        if not decrypt:
            raise AwsError("ValidationException", "WithDecryption flag must be True for retrieving "
                           "a Secret Manager secret.")
        secret_id = wanted.name.split("/", 4)[4]
        base, _, stage = secret_id.partition(":")
        arn = f"arn:aws:secretsmanager:{wanted.region}:{wanted.account}:secret:{base}"
        self.world.require(caller, "secretsmanager:GetSecretValue", arn)
        if base not in self.secrets or stage not in ("", "AWSCURRENT"):
            raise AwsError("ParameterNotFound", "An error occurred "
                           "(ResourceNotFoundException) when referencing Secrets Manager: Secrets "
                           f"Manager can't find the specified secret. Secret {wanted.given} not "
                           "found.")
        return {"Name": wanted.name, "Type": "SecureString", "Value": self.secrets[base],
                "Version": 0, "LastModifiedDate": round(self.world.clock.now(), 3), "ARN": arn,
                "DataType": "text", "SourceResult": json.dumps({"ARN": arn, "name": base})}

    def _fetch(self, caller: Caller, given: str, decrypt: bool, action: str) -> dict:
        wanted = parse_wanted(given, caller.principal.account, caller.region)
        self.world.require(caller, action, wanted.arn)
        if wanted.is_reference:
            return self._reference(caller, wanted, decrypt)
        row = self.store.get(wanted)
        mine = wanted.account == caller.principal.account
        if row is None or wanted.region != caller.region or not (
                mine or caller.principal.account in row.shared_with):
            if not mine:
                raise AwsError("AccessDeniedException", f"User: {caller.principal.arn} is not "
                               f"authorized to perform: {action} on resource: {wanted.arn} because "
                               f"no resource-based policy allows the {action} action")
            raise AwsError("ParameterNotFound")
        version = row.version(wanted.selector)
        shown = wanted.arn if given.startswith("arn:") and not mine else None
        return self._row(caller, row, version, decrypt, wanted.selector, shown)

    # -- reading ------------------------------------------------------------------

    def _do_GetParameter(self, body, caller):
        if not isinstance(body.get("Name"), str):
            raise _constraint("Value null at 'name' failed to satisfy constraint: Member must not "
                              "be null")
        decrypt = bool(body.get("WithDecryption"))
        return {"Parameter": self._fetch(caller, body["Name"], decrypt, "ssm:GetParameter")}

    def _do_GetParameters(self, body, caller):
        names = body.get("Names") or []
        if not 1 <= len(names) <= 10:
            raise _constraint(f"Value '{names}' at 'names' failed to satisfy constraint: Member "
                              "must have length less than or equal to 10")
        found, missing = [], []
        for name in names:
            try:
                found.append(self._fetch(caller, name, bool(body.get("WithDecryption")),
                                         "ssm:GetParameters"))
            except AwsError as error:
                if error.code not in ("ParameterNotFound", "ParameterVersionNotFound"):
                    raise
                missing.append(name)
        return {"Parameters": found, "InvalidParameters": missing}

    def _page(self, rows: list, body: dict, default: int) -> tuple[list, dict]:
        size = body.get("MaxResults", default)
        if not 1 <= size <= default:
            raise _constraint(f"Value '{size}' at 'maxResults' failed to satisfy constraint: "
                              f"Member must have value less than or equal to {default}")
        try:
            start = int(base64.b64decode(body.get("NextToken") or "MA=="))
        except ValueError:
            raise AwsError("InvalidNextToken", "The specified token is not valid.") from None
        more = {}
        if start + size < len(rows):
            more["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
        return rows[start:start + size], more

    def _do_GetParametersByPath(self, body, caller):
        path = body.get("Path") or ""
        if not path.startswith("/") or path.startswith("/aws/reference/"):
            raise AwsError("ValidationException", "The parameter doesn't meet the parameter name "
                           "requirements. The parameter name must begin with a forward slash "
                           '"/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive).')
        account, region = caller.principal.account, caller.region
        arn = f"arn:aws:ssm:{region}:{account}:parameter/{path.strip('/')}"
        self.world.require(caller, "ssm:GetParametersByPath", arn)
        rows = self.store.under(path, bool(body.get("Recursive")), account, region)
        rows, more = self._page(rows, body, 10)
        decrypt = bool(body.get("WithDecryption"))
        return {"Parameters": [self._row(caller, row, row.newest, decrypt) for row in rows], **more}

    def _metadata(self, row: Parameter, version: Version) -> dict:
        answer = {"Name": row.name, "Type": version.type, "ARN": row.arn, "Tier": version.tier,
                  "LastModifiedDate": round(version.modified, 3), "Version": version.number,
                  "LastModifiedUser": version.user, "Policies": [], "DataType": version.data_type}
        if version.key_id:
            answer["KeyId"] = version.key_id
        if version.description:
            answer["Description"] = version.description
        return answer

    def _do_DescribeParameters(self, body, caller):
        account, region = caller.principal.account, caller.region
        self.world.require(caller, "ssm:DescribeParameters", f"arn:aws:ssm:{region}:{account}:*")
        rows = self.store.every(account, region)
        for rule in body.get("ParameterFilters", []):
            values, begins = rule.get("Values", []), rule.get("Option") == "BeginsWith"
            if rule.get("Key") == "Name":
                rows = [row for row in rows if any(
                    row.name.startswith(v) if begins else row.name == v for v in values)]
            elif rule.get("Key") == "Type":
                rows = [row for row in rows if row.newest.type in values]
            else:
                raise AwsError("InvalidFilterKey", f"Invalid filter key {rule.get('Key')}.")
        rows, more = self._page(rows, body, 50)
        return {"Parameters": [self._metadata(row, row.newest) for row in rows], **more}

    def _do_GetParameterHistory(self, body, caller):
        row = self._mine(body, caller, "ssm:GetParameterHistory")
        versions, more = self._page(row.versions, body, 50)
        answer = []
        for version in versions:
            entry = {**self._metadata(row, version), "Labels": sorted(version.labels)}
            del entry["ARN"]
            entry["Value"] = self._value(caller, row, version, bool(body.get("WithDecryption")))
            answer.append(entry)
        return {"Parameters": answer, **more}

    # -- writing --------------------------------------------------------------------

    def _mine(self, body: dict, caller: Caller, action: str) -> Parameter:
        wanted = parse_wanted(body.get("Name") or "", caller.principal.account, caller.region)
        self.world.require(caller, action, wanted.arn)
        row = self.store.get(wanted)
        if row is None:
            raise AwsError("ParameterNotFound")
        return row

    def _do_DeleteParameter(self, body, caller):
        self.store.delete(self._mine(body, caller, "ssm:DeleteParameter"))
        return {}

    def _do_DeleteParameters(self, body, caller):
        gone, missing = [], []
        for name in body.get("Names", []):
            try:
                self.store.delete(self._mine({"Name": name}, caller, "ssm:DeleteParameters"))
                gone.append(name)
            except AwsError as error:
                if error.code != "ParameterNotFound":
                    raise
                missing.append(name)
        return {"DeletedParameters": gone, "InvalidParameters": missing}

    def _do_LabelParameterVersion(self, body, caller):
        row = self._mine(body, caller, "ssm:LabelParameterVersion")
        number = body.get("ParameterVersion") or row.newest.number
        with self.store.lock:
            bad = row.label(number, body.get("Labels", []))
        return {"InvalidLabels": bad, "ParameterVersion": number}

    def _check_put(self, body: dict, kind: str, tier: str) -> None:
        value = body.get("Value")
        if not isinstance(value, str) or not value:
            raise _constraint("Value at 'value' failed to satisfy constraint: Member must have "
                              "length greater than or equal to 1")
        if kind not in TYPES:
            raise _constraint(f"Value '{kind}' at 'type' failed to satisfy constraint: Member must "
                              "satisfy enum value set: [SecureString, StringList, String]")
        if "{{" in value and "}}" in value:
            raise AwsError("ValidationException", "Parameter value: can't nest another parameter. "
                           "Do not use \"{{}}\" in the value.")
        if len(value.encode()) > LIMITS[tier]:
            raise AwsError("ValidationException", f"{tier} tier parameters support a maximum "
                           f"parameter value of {LIMITS[tier]} characters. To create a larger "
                           "parameter value, upgrade the parameter to use the advanced-parameter "
                           "tier." if tier == "Standard" else
                           "The parameter value exceeds the maximum limit of 8192 characters.")

    def _tier(self, body: dict, newest: Version | None) -> str:
        tier = body.get("Tier") or (newest.tier if newest else "Standard")
        if tier == "Intelligent-Tiering":
            return "Advanced" if len(body.get("Value", "").encode()) > 4096 else "Standard"
        if tier not in LIMITS:
            raise _constraint(f"Value '{tier}' at 'tier' failed to satisfy constraint")
        if newest and newest.tier == "Advanced" and tier == "Standard":
            raise AwsError("ValidationException", "This parameter uses the advanced-parameter tier."
                           " You can't downgrade a parameter from the advanced-parameter tier to "
                           "the standard-parameter tier.")
        return tier

    def _do_PutParameter(self, body, caller):
        name = body.get("Name") or ""
        check_name(name)
        wanted = parse_wanted(name, caller.principal.account, caller.region)
        self.world.require(caller, "ssm:PutParameter", wanted.arn,
                           {"ssm:overwrite": bool(body.get("Overwrite"))})
        row = self.store.get(wanted)
        newest = row.newest if row else None
        if newest and not body.get("Overwrite"):
            raise AwsError("ParameterAlreadyExists", "The parameter already exists. To overwrite "
                           "this value, set the overwrite option in the request to true.")
        kind = body.get("Type") or (newest.type if newest else None)
        if kind is None:
            raise AwsError("ValidationException", "A parameter type is required when you create a "
                           "parameter.")
        tier = self._tier(body, newest)
        self._check_put(body, kind, tier)
        return self._write(body, caller, name, kind, tier)

    def _write(self, body: dict, caller: Caller, name: str, kind: str, tier: str) -> dict:
        account, region = caller.principal.account, caller.region
        draft = Parameter(name, account, region)
        stored, key_id = body["Value"], None
        if kind == "SecureString":
            key_id = body.get("KeyId") or "alias/aws/ssm"
            stored = self._seal(caller, draft, stored.encode(), key_id, tier)
        with self.store.lock:
            row = self.store.get(parse_wanted(name, account, region))
            row = row or self.store.create(name, account, region)
            number = row.newest.number + 1 if row.versions else 1
            row.add(Version(number, stored, self.world.clock.now(), set(), kind, tier, key_id,
                            body.get("DataType") or "text", body.get("Description"),
                            caller.principal.arn))
        return {"Version": number, "Tier": tier}
