# SPDX-License-Identifier: GPL-2.0-or-later
"""KMS: keys with states and policies, aliases, and the four calls that matter here.

Also called by ssm.py in the caller's name, with kms:ViaService set, as AWS does.
"""
from __future__ import annotations

import base64
import json
import secrets
import threading
import uuid
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import iam
from .errors import AwsError
from .world import ACCOUNT, REGION, Caller, World

MAGIC = b"EMK1"
STATES = ("Enabled", "Disabled", "PendingDeletion", "PendingImport", "Unavailable")
NO_ACCESS = ("The ciphertext refers to a customer master key that does not exist, does not exist "
             "in this region, or you are not allowed to access.")


@dataclass
class Key:
    key_id: str
    account: str
    region: str
    policy: dict
    state: str = "Enabled"
    manager: str = "CUSTOMER"
    aliases: list = field(default_factory=list)
    material: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def arn(self) -> str:
        return f"arn:aws:kms:{self.region}:{self.account}:key/{self.key_id}"


def account_policy(account: str) -> dict:
    """The default key policy: IAM of the account decides."""
    return {"Version": "2012-10-17", "Statement": [{
        "Sid": "Enable IAM User Permissions", "Effect": "Allow", "Action": "kms:*",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Resource": "*"}]}


def managed_policy(account: str, region: str) -> dict:
    """The policy of aws/ssm: everyone in the account, through SSM only."""
    return {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": "*",
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
                   "kms:CreateGrant", "kms:DescribeKey"],
        "Condition": {"StringEquals": {"kms:CallerAccount": account,
                                       "kms:ViaService": f"ssm.{region}.amazonaws.com"}}}]}


def _associated(context: dict) -> bytes:
    return json.dumps(context, sort_keys=True).encode()


def _binary(body: dict, name: str) -> bytes:
    try:
        return base64.b64decode(body.get(name, ""), validate=True)
    except ValueError:
        raise AwsError("SerializationException", f"{name} is not base64.") from None


class Kms:
    """The service; handle() takes parsed JSON."""

    OPERATIONS = ("Encrypt", "Decrypt", "DescribeKey", "GenerateDataKey", "CreateKey",
                  "GenerateDataKeyWithoutPlaintext", "CreateAlias", "PutKeyPolicy", "DisableKey", "EnableKey",
                  "ScheduleKeyDeletion", "CancelKeyDeletion", "ListAliases")

    def __init__(self, world: World):
        self.world = world
        self.lock = threading.RLock()
        self.keys: dict[str, Key] = {}

    # -- keys ------------------------------------------------------------

    def add_key(self, alias: str | None = None, policy: dict | None = None,
                account: str = ACCOUNT, region: str = REGION, key_id: str | None = None,
                manager: str = "CUSTOMER") -> Key:
        key = Key(key_id or str(uuid.uuid4()), account, region,
                  policy or account_policy(account), manager=manager)
        if alias:
            key.aliases.append(alias if alias.startswith("alias/") else f"alias/{alias}")
        with self.lock:
            self.keys[key.key_id] = key
        return key

    def managed_key(self, account: str, region: str) -> Key:
        """aws/ssm of an account and region, made when it is first needed."""
        with self.lock:
            for key in self.keys.values():
                if (key.account, key.region) == (account, region) and \
                        "alias/aws/ssm" in key.aliases:
                    return key
            return self.add_key("alias/aws/ssm", managed_policy(account, region), account,
                                region, manager="AWS")

    def find(self, name: str, account: str, region: str) -> Key:
        """A key by id, ARN, alias or alias ARN; NotFoundException."""
        if name == "alias/aws/ssm":
            return self.managed_key(account, region)
        full = name if name.startswith("arn:") else None
        with self.lock:
            for key in self.keys.values():
                prefix = f"arn:aws:kms:{key.region}:{key.account}:"
                names = {key.arn, *(prefix + alias for alias in key.aliases)}
                local = (key.account, key.region) == (account, region)
                if full in names or (local and (name == key.key_id or name in key.aliases)):
                    return key
        kind = "Alias" if "alias/" in name else "Key"
        local_name = name if kind == "Alias" else "key/" + name
        shown = full or f"arn:aws:kms:{region}:{account}:{local_name}"
        raise AwsError("NotFoundException", f"{kind} '{shown}' does not exist"
                       if kind == "Key" else f"Alias {shown} is not found.")

    def set_state(self, name: str, state: str, region: str = REGION) -> None:
        """One of STATES; by any name of the key."""
        if state not in STATES:
            raise ValueError(f"state is one of {STATES}")
        self.find(name, ACCOUNT, region).state = state

    def _require_usable(self, key: Key) -> None:
        if key.state == "Disabled":
            raise AwsError("DisabledException", f"{key.arn} is disabled.")
        if key.state == "PendingDeletion":
            raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        if key.state == "Unavailable":
            raise AwsError("KeyUnavailableException", f"{key.arn} is unavailable.", 500)
        if key.state != "Enabled":
            raise AwsError("KMSInvalidStateException", f"{key.arn} is {key.state}.")

    def authorize(self, caller: Caller, action: str, key: Key, encryption_context: dict,
                  via: str | None = None) -> None:
        """Key policy, and IAM where that hands over to it. A foreign account needs both."""
        context = dict(caller.context)
        context["kms:calleraccount"] = caller.principal.account
        context["kms:resourcealiases"] = list(key.aliases)
        if via:
            context.pop("aws:sourceip", None)
            context.pop("aws:vpcsourceip", None)
            context.pop("aws:sourcevpce", None)
            context["kms:viaservice"] = via
            context["aws:viaawsservice"] = True
        context["kms:encryptioncontextkeys"] = list(encryption_context)
        for name, value in encryption_context.items():
            context[f"kms:encryptioncontext:{name}".lower()] = value
        by_key, direct = self._key_verdict(caller, action, key, context)
        by_user = self.world.verdict(caller.principal, action, key.arn, context)
        same = caller.principal.account == key.account
        allowed = by_key == iam.ALLOW and by_user != iam.DENY and (
            by_user == iam.ALLOW or (same and direct))
        if not allowed:
            verdict = iam.DENY if iam.DENY in (by_key, by_user) else iam.NOTHING
            raise AwsError("AccessDeniedException",
                           iam.denial_text(caller.principal, action, key.arn, verdict))

    @staticmethod
    def _key_verdict(caller: Caller, action: str, key: Key, context: dict):
        return iam.evaluate_resource(key.policy, caller.principal, action, key.arn, context)

    # -- cryptography, also for ssm.py ----------------------------------------

    def encrypt(self, caller: Caller, key: Key, plaintext: bytes, context: dict,
                via: str | None = None) -> bytes:
        self.authorize(caller, "kms:Encrypt", key, context, via)
        self._require_usable(key)
        return self._seal(key, plaintext, context)

    @staticmethod
    def _seal(key: Key, plaintext: bytes, context: dict) -> bytes:
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(key.material).encrypt(nonce, plaintext, _associated(context))
        return MAGIC + uuid.UUID(key.key_id).bytes + nonce + sealed

    def decrypt(self, caller: Caller, blob: bytes, context: dict, via: str | None = None,
                key: Key | None = None) -> tuple[bytes, Key]:
        """Plaintext and the key that made the blob; key: the only one that is acceptable."""
        if blob[:4] != MAGIC or len(blob) < 48:
            raise AwsError("InvalidCiphertextException")
        with self.lock:
            maker = self.keys.get(str(uuid.UUID(bytes=blob[4:20])))
        if maker is None:
            raise AwsError("AccessDeniedException", NO_ACCESS)
        if key is not None and key is not maker:
            raise AwsError("IncorrectKeyException", "The key ID in the request does not identify a "
                           "CMK that can perform this operation.")
        try:
            self.authorize(caller, "kms:Decrypt", maker, context, via)
        except AwsError as denied:
            if key is not None:
                raise
            raise AwsError("AccessDeniedException", NO_ACCESS) from denied
        self._require_usable(maker)
        try:
            cipher = AESGCM(maker.material)
            return cipher.decrypt(blob[20:32], blob[32:], _associated(context)), maker
        except InvalidTag:
            raise AwsError("InvalidCiphertextException") from None

    def data_key(self, caller: Caller, key: Key, size: int, context: dict,
                 via: str | None = None) -> tuple[bytes, bytes]:
        self.authorize(caller, "kms:GenerateDataKey", key, context, via)
        self._require_usable(key)
        plain = secrets.token_bytes(size)
        return plain, self._seal(key, plain, context)

    # -- the API ------------------------------------------------------------

    def handle(self, operation: str, body: dict, caller: Caller) -> dict:
        if operation not in self.OPERATIONS:
            raise AwsError("UnknownOperationException")
        return getattr(self, "_do_" + operation)(body, caller)

    def _named(self, body: dict, caller: Caller) -> Key:
        name = body.get("KeyId") or body.get("TargetKeyId")
        if not name:
            raise AwsError("ValidationException", "1 validation error detected: Value null at "
                           "'keyId' failed to satisfy constraint: Member must not be null")
        return self.find(name, caller.principal.account, caller.region)

    def _do_Encrypt(self, body, caller):
        plaintext = _binary(body, "Plaintext")
        if not 1 <= len(plaintext) <= 4096:
            raise AwsError("ValidationException", "1 validation error detected: Value at "
                           "'plaintext' failed to satisfy constraint: Member must have length "
                           "less than or equal to 4096")
        key = self._named(body, caller)
        blob = self.encrypt(caller, key, plaintext, body.get("EncryptionContext", {}))
        return {"CiphertextBlob": base64.b64encode(blob).decode(), "KeyId": key.arn,
                "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}

    def _do_Decrypt(self, body, caller):
        key = self._named(body, caller) if body.get("KeyId") else None
        blob = _binary(body, "CiphertextBlob")
        plain, maker = self.decrypt(caller, blob, body.get("EncryptionContext", {}), key=key)
        return {"Plaintext": base64.b64encode(plain).decode(), "KeyId": maker.arn,
                "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}

    def _do_GenerateDataKey(self, body, caller):
        key = self._named(body, caller)
        size = body.get("NumberOfBytes") or {"AES_128": 16}.get(body.get("KeySpec"), 32)
        plain, blob = self.data_key(caller, key, size, body.get("EncryptionContext", {}))
        return {"CiphertextBlob": base64.b64encode(blob).decode(),
                "Plaintext": base64.b64encode(plain).decode(), "KeyId": key.arn}

    def _do_GenerateDataKeyWithoutPlaintext(self, body, caller):
        answer = self._do_GenerateDataKey(body, caller)
        del answer["Plaintext"]
        return answer

    def _metadata(self, key: Key) -> dict:
        return {"AWSAccountId": key.account, "KeyId": key.key_id, "Arn": key.arn,
                "Enabled": key.state == "Enabled", "KeyState": key.state, "Description": "",
                "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "KeyManager": key.manager,
                "KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
                "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": False}

    def _do_DescribeKey(self, body, caller):
        key = self._named(body, caller)
        self.authorize(caller, "kms:DescribeKey", key, {})
        return {"KeyMetadata": self._metadata(key)}

    def _do_CreateKey(self, body, caller):
        self.world.require(caller, "kms:CreateKey", "*")
        policy = json.loads(body["Policy"]) if body.get("Policy") else None
        key = self.add_key(None, policy, caller.principal.account, caller.region)
        return {"KeyMetadata": self._metadata(key)}

    def _do_CreateAlias(self, body, caller):
        key = self._named(body, caller)
        self.authorize(caller, "kms:CreateAlias", key, {})
        key.aliases.append(body["AliasName"])
        return {}

    def _do_PutKeyPolicy(self, body, caller):
        key = self._named(body, caller)
        self.authorize(caller, "kms:PutKeyPolicy", key, {})
        try:
            policy = json.loads(body["Policy"])
            iam.check_document(policy)
        except (KeyError, ValueError, AwsError):
            raise AwsError("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid "
                           "parameters") from None
        key.policy = policy
        return {}

    def _do_ListAliases(self, _body, caller):
        self.world.require(caller, "kms:ListAliases", "*")
        rows = []
        for key in self.keys.values():
            if (key.account, key.region) == (caller.principal.account, caller.region):
                rows += [{"AliasName": alias, "TargetKeyId": key.key_id,
                          "AliasArn": key.arn.rsplit(":", 1)[0] + ":" + alias}
                         for alias in key.aliases]
        return {"Aliases": rows, "Truncated": False}

    def _change(self, body, caller, action: str, state: str) -> Key:
        key = self._named(body, caller)
        self.authorize(caller, action, key, {})
        key.state = state
        return key

    def _do_DisableKey(self, body, caller):
        self._change(body, caller, "kms:DisableKey", "Disabled")
        return {}

    def _do_EnableKey(self, body, caller):
        self._change(body, caller, "kms:EnableKey", "Enabled")
        return {}

    def _do_ScheduleKeyDeletion(self, body, caller):
        key = self._change(body, caller, "kms:ScheduleKeyDeletion", "PendingDeletion")
        days = body.get("PendingWindowInDays", 30)
        return {"KeyId": key.arn, "KeyState": key.state, "PendingWindowInDays": days,
                "DeletionDate": int(self.world.clock.now()) + days * 86400}

    def _do_CancelKeyDeletion(self, body, caller):
        return {"KeyId": self._change(body, caller, "kms:CancelKeyDeletion", "Disabled").arn}
