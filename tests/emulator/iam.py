# SPDX-License-Identifier: GPL-2.0-or-later
"""Evaluates IAM policy documents: identity policies, session policies, key and trust policies.

An unknown condition operator is an error of the document, never a silent match.
"""
from __future__ import annotations

import ipaddress
import re
from datetime import datetime

from .errors import AwsError

ALLOW, DENY, NOTHING = "Allow", "Deny", None


def _list(value) -> list:
    return value if isinstance(value, list) else [value]


def like(pattern: str, text: str, fold: bool = False) -> bool:
    """IAM's wildcards: * and ?, nothing else is special."""
    if fold:
        pattern, text = pattern.lower(), text.lower()
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _arn_like(pattern: str, text: str) -> bool:
    want, have = pattern.split(":", 5), text.split(":", 5)
    return len(want) == len(have) and all(like(w, h) for w, h in zip(want, have))


def _expand(text: str, context: dict) -> str:
    def value(match):
        found = context.get(match.group(1).lower())
        return match.group(0) if found is None else str(_list(found)[0])
    return re.sub(r"\$\{([^}]+)\}", value, text)


def _date(text) -> float:
    if re.fullmatch(r"[0-9.]+", str(text)):
        return float(text)
    return datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp()


def _in_network(want: str, have: str) -> bool:
    return ipaddress.ip_address(have) in ipaddress.ip_network(want, strict=False)


OPERATORS = {
    "StringEquals": lambda want, have: want == have,
    "StringEqualsIgnoreCase": lambda want, have: want.lower() == have.lower(),
    "StringLike": like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda want, have: want.lower() == have.lower(),
    "BinaryEquals": lambda want, have: want == have,
    "IpAddress": _in_network,
    "NumericEquals": lambda want, have: float(have) == float(want),
    "NumericLessThan": lambda want, have: float(have) < float(want),
    "NumericLessThanEquals": lambda want, have: float(have) <= float(want),
    "NumericGreaterThan": lambda want, have: float(have) > float(want),
    "NumericGreaterThanEquals": lambda want, have: float(have) >= float(want),
    "DateEquals": lambda want, have: _date(have) == _date(want),
    "DateLessThan": lambda want, have: _date(have) < _date(want),
    "DateLessThanEquals": lambda want, have: _date(have) <= _date(want),
    "DateGreaterThan": lambda want, have: _date(have) > _date(want),
    "DateGreaterThanEquals": lambda want, have: _date(have) >= _date(want),
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _condition_row(name: str, key: str, wanted, context: dict) -> bool:
    """One operator, one key: any of the wanted values is enough."""
    quantifier, _, operator = name.rpartition(":")
    if_exists = operator.endswith("IfExists")
    operator = operator[:-len("IfExists")] if if_exists else operator
    present = context.get(key.lower())
    wanted = [_expand(_text(value), context) for value in _list(wanted)]
    if operator == "Null":
        return any((value == "true") == (present is None) for value in wanted)
    negated = operator in NEGATED
    test = OPERATORS.get(NEGATED.get(operator, operator))
    if test is None:
        raise AwsError("MalformedPolicyDocument", f"Unknown condition operator {name}")
    if present is None:
        return if_exists or negated or quantifier == "ForAllValues"
    hits = [any(test(want, _text(have)) for want in wanted) != negated for have in _list(present)]
    if quantifier == "ForAllValues":
        return all(hits)
    if quantifier == "ForAnyValue":
        return any(hits)
    return all(hits) if negated else any(hits)


def conditions_hold(statement: dict, context: dict) -> bool:
    return all(_condition_row(operator, key, wanted, context)
               for operator, rows in statement.get("Condition", {}).items()
               for key, wanted in rows.items())


def _matched_principals(wanted, principal) -> set:
    """Those values of a resource policy's Principal that mean this caller, its account, or all."""
    if wanted == "*":
        return {"*"}
    names = principal_names(principal) | {"*"}
    return {value for values in wanted.values() for value in _list(values) if value in names}


def principal_names(principal) -> set:
    names = {principal.arn, principal.account, f"arn:aws:iam::{principal.account}:root"}
    if principal.role_arn:
        names.add(principal.role_arn)
    return names


def _statement_matches(statement: dict, action: str, resource: str, context: dict) -> bool:
    if "Action" in statement:
        named = any(like(pattern, action, fold=True) for pattern in _list(statement["Action"]))
    else:
        named = not any(like(p, action, fold=True) for p in _list(statement["NotAction"]))
    if not named:
        return False
    if "Resource" in statement:
        patterns = [_expand(text, context) for text in _list(statement["Resource"])]
        if not any(like(pattern, resource) for pattern in patterns):
            return False
    if "NotResource" in statement:
        patterns = [_expand(text, context) for text in _list(statement["NotResource"])]
        if any(like(pattern, resource) for pattern in patterns):
            return False
    return conditions_hold(statement, context)


def evaluate(documents: list, action: str, resource: str, context: dict):
    """Verdict of identity policies: DENY wins over ALLOW, NOTHING when none speaks."""
    verdict = NOTHING
    for document in documents:
        for statement in _list(document["Statement"]):
            if _statement_matches(statement, action, resource, context):
                if statement["Effect"] == "Deny":
                    return DENY
                verdict = ALLOW
    return verdict


def evaluate_resource(document: dict, principal, action: str, resource: str, context: dict):
    """(verdict, direct): direct is False when only the account as a whole is allowed."""
    root = {principal.account, f"arn:aws:iam::{principal.account}:root"}
    verdict, direct = NOTHING, False
    for statement in _list(document["Statement"]):
        matched = _matched_principals(statement.get("Principal", {}), principal)
        if not matched:
            continue
        if not _statement_matches(statement, action, resource, context):
            continue
        if statement["Effect"] == "Deny":
            return DENY, True
        verdict = ALLOW
        direct = direct or bool(matched - root)
    return verdict, direct


def denial_text(principal, action: str, resource: str, verdict) -> str:
    """The words of AWS for a refusal."""
    why = ("with an explicit deny in an identity-based policy" if verdict == DENY else
           f"because no identity-based policy allows the {action} action")
    return (f"User: {principal.arn} is not authorized to perform: {action} "
            f"on resource: {resource} {why}")


def check_document(document: dict) -> None:
    """Refuse what IAM refuses when a policy is stored."""
    for statement in _list(document.get("Statement", [])):
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise AwsError("MalformedPolicyDocument", "Effect must be Allow or Deny")
        if "Action" not in statement and "NotAction" not in statement:
            raise AwsError("MalformedPolicyDocument", "Policy statement must contain actions.")
        for operator in statement.get("Condition", {}):
            bare = operator.rpartition(":")[2].removesuffix("IfExists")
            if bare != "Null" and bare not in OPERATORS and bare not in NEGATED:
                raise AwsError("MalformedPolicyDocument", f"Unknown condition operator {operator}")
    if not document.get("Statement"):
        raise AwsError("MalformedPolicyDocument", "Syntax errors in policy.")
