"""Credentials in the form of Open Badges 3.0 (1EdTech, OpenBadgeCredential over W3C Verifiable Credentials 2.0)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from courseware.evidence.keys import did
from courseware.evidence.status import V2

OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
SCHEMA_TYPE = "1EdTechJsonSchemaValidator2019"
#: kind of a transcript entry -> AchievementType of Open Badges
ACHIEVEMENT_TYPES = {"unit": "Course", "exam": "Assessment", "class": "Course", "outside": "LearningProgram"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who vouches: a name and the public key; of a demonstration, that it is one."""

    name: str
    public: bytes
    url: str
    demonstration: bool = False

    def profile(self) -> dict[str, Any]:
        """The issuer as a Profile."""
        said = {"id": did(self.public), "type": ["Profile"], "name": self.name, "url": self.url}
        invented = "Demonstration: people and results are invented. 演示环境：人员和成绩均为虚构。"
        return {**said, "description": invented} if self.demonstration else said


@dataclass(frozen=True, slots=True)
class Earned:
    """What somebody has earned. `hours` are study hours; score and maximum are marks; `day` is an ISO moment with its zone."""

    kind: str
    thing: str
    title: str
    title_en: str | None
    criteria: str
    day: str
    hours: Decimal = Decimal(0)
    score: Decimal | None = None
    maximum: Decimal | None = None


def hashed(identity: str, kind: str, salt: str) -> dict[str, Any]:
    """A person's name or number as an IdentityObject: who knows it can check it, nobody can read it."""
    digest = hashlib.sha256((identity + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": kind,
        "salt": salt,
    }


def badge(
    earned: Earned,
    issuer: Issuer,
    *,
    address: str,
    identity: Sequence[Mapping[str, Any]],
    status: Mapping[str, Any],
    issued: str,
) -> dict[str, Any]:
    """The credential, unsigned: `address` is its own (where it can be checked), `issued` an ISO moment."""
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": list(identity),
        "activityEndDate": earned.day,
        "achievement": _achievement(earned, address),
    }
    if earned.hours:
        subject["creditsEarned"] = _plain(earned.hours)
    if earned.score is not None:
        said = {"type": ["Result"], "resultDescription": f"{address}#marks", "value": f"{earned.score.normalize():f}"}
        subject["result"] = [said]
    return {
        "@context": [V2, OB3],
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": earned.title,
        "issuer": issuer.profile(),
        "validFrom": issued,
        "awardedDate": earned.day,
        "credentialSubject": subject,
        "credentialSchema": [{"id": SCHEMA, "type": SCHEMA_TYPE}],
        "credentialStatus": dict(status),
    }


def _achievement(earned: Earned, address: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": f"urn:shuyuan:{earned.thing}",
        "type": ["Achievement"],
        "achievementType": ACHIEVEMENT_TYPES[earned.kind],
        "name": earned.title,
        "description": earned.title_en or earned.title,
        "criteria": {"narrative": earned.criteria},
    }
    if earned.score is not None:
        marks: dict[str, Any] = {
            "id": f"{address}#marks",
            "type": ["ResultDescription"],
            "name": "成绩 Marks",
            "resultType": "RawScore",
            "valueMin": "0",
        }
        if earned.maximum is not None:
            marks["valueMax"] = f"{earned.maximum.normalize():f}"
        found["resultDescription"] = [marks]
    return found


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
