"""Alerts and incidents as Microsoft Graph words them: enums begin small, evidence is typed (alert.md, alertevidence.md)."""

from __future__ import annotations

from typing import Any

from mdetui.simulator import ticks
from mdetui.simulator.data.incidents import name_of
from mdetui.simulator.data.xdr import IDENTITY
from mdetui.simulator.options import TENANT_ID

_TYPE = "#microsoft.graph.security."
_PORTAL = "https://security.microsoft.com"
# words of the other APIs -> Graph's; whatever is in none just begins small
DETERMINATIONS = {
    "CompromisedUser": "compromisedAccount",
    "ConfirmedUserActivity": "confirmedActivity",
    "Clean": "notMalicious",
    "InsufficientData": "notEnoughDataToValidate",
    "NoEnoughDataToValidate": "notEnoughDataToValidate",
    "NotAvailable": "unknown",
}
_SOURCES = {
    "WindowsDefenderAtp": "microsoftDefenderForEndpoint",
    "WindowsDefenderAv": "antivirus",
    "CustomDetection": "customDetection",
    "CustomerTI": "customTi",
    "WindowsDefenderSmartScreen": "smartScreen",
    IDENTITY: "microsoftDefenderForIdentity",
}


def small(word: str | None) -> str:
    """An enum member as Graph writes it; `unknown` for none."""
    return word[:1].lower() + word[1:] if word else "unknown"


def determination_of(word: str | None) -> str:
    """Graph's word for a determination."""
    return DETERMINATIONS.get(word or "", small(word))


def alert_of(alert: dict[str, Any], machine: dict[str, Any]) -> dict[str, Any]:
    """An alert, from the two rows of `whole_alerts`."""
    key, incident = alert["id"], str(alert["incidentId"])
    identity = alert["detectionSource"] == IDENTITY
    return {
        "@odata.type": f"{_TYPE}alert",
        "id": key,
        "providerAlertId": key.removeprefix("da"),
        "incidentId": incident,
        "status": small(alert["status"]),
        "severity": small(alert["severity"]),
        "classification": small(alert["classification"]),
        "determination": determination_of(alert["determination"]),
        "serviceSource": "microsoftDefenderForIdentity" if identity else "microsoftDefenderForEndpoint",
        "detectionSource": _SOURCES.get(alert["detectionSource"], "unknown"),
        "productName": "Microsoft Defender for Identity" if identity else "Microsoft Defender for Endpoint",
        "detectorId": alert["detectorId"],
        "tenantId": TENANT_ID,
        "title": alert["title"],
        "description": alert["description"],
        "recommendedActions": "Look at the machine and at what else happened there in the same hour.",
        "category": alert["category"],
        "assignedTo": alert["assignedTo"],
        "alertWebUrl": f"{_PORTAL}/alerts/{key}?tid={TENANT_ID}",
        "incidentWebUrl": f"{_PORTAL}/incidents/{incident}?tid={TENANT_ID}",
        "actorDisplayName": None,
        "threatDisplayName": alert["threatName"],
        "threatFamilyName": alert["threatFamilyName"],
        "mitreTechniques": alert["mitreTechniques"],
        "createdDateTime": alert["alertCreationTime"],
        "lastUpdateDateTime": alert["lastUpdateTime"],
        "resolvedDateTime": alert["resolvedTime"],
        "firstActivityDateTime": alert["firstEventTime"],
        "lastActivityDateTime": alert["lastEventTime"],
        "systemTags": [],
        "alertPolicyId": None,
        "comments": [comment_of(one) for one in alert["comments"]],
        "evidence": [_device(alert, machine), *(_evidence(piece, machine["id"]) for piece in alert["evidence"])],
    }


def comment_of(comment: dict[str, Any]) -> dict[str, Any]:
    """A comment of an alert."""
    return {
        "@odata.type": f"{_TYPE}alertComment",
        "comment": comment["comment"],
        "createdByDisplayName": comment["createdBy"],
        "createdDateTime": comment["createdTime"],
    }


def incident_of(row: dict[str, Any]) -> dict[str, Any]:
    """An incident without its alerts; `row` as `Incidents.rows` has it."""
    key = str(row["id"])
    return {
        "@odata.type": f"{_TYPE}incident",
        "id": key,
        "incidentWebUrl": f"{_PORTAL}/incidents/{key}?tid={TENANT_ID}",
        "redirectIncidentId": None if row["target"] is None else str(row["target"]),
        "tenantId": TENANT_ID,
        "displayName": name_of(row),
        "createdDateTime": ticks.text(row["created"]),
        "lastUpdateDateTime": ticks.text(row["updated"]),
        "assignedTo": row["assigned"],
        "classification": small(row["classification"]),
        "determination": determination_of(row["determination"]),
        "status": small(row["status"]),
        "severity": small(row["severity"]),
        "customTags": row["tags"],
        "systemTags": [],
        "description": None,
        "lastModifiedBy": None,
        "resolvingComment": None,
        "summary": None,
        "comments": [
            {"comment": text, "createdByDisplayName": who, "createdDateTime": ticks.text(when)}
            for text, who, when in row["comments"]
        ],
    }


def _base(kind: str, created: str, roles: list[str], verdict: str = "suspicious") -> dict[str, Any]:
    return {
        "@odata.type": f"{_TYPE}{kind}Evidence",
        "createdDateTime": created,
        "verdict": verdict,
        "remediationStatus": "none",
        "remediationStatusDetails": None,
        "roles": roles,
        "detailedRoles": [],
        "tags": [],
    }


def _device(alert: dict[str, Any], machine: dict[str, Any]) -> dict[str, Any]:
    return {
        **_base("device", alert["alertCreationTime"], ["compromised"], "unknown"),
        "tags": machine["machineTags"],
        "firstSeenDateTime": machine["firstSeen"],
        "mdeDeviceId": machine["id"],
        "azureAdDeviceId": machine["aadDeviceId"],
        "deviceDnsName": machine["computerDnsName"],
        "hostName": (machine["computerDnsName"] or "").partition(".")[0],
        "osPlatform": machine["osPlatform"],
        "osBuild": machine["osBuild"],
        "version": machine["version"],
        "healthStatus": small(machine["healthStatus"]),
        "riskScore": small(machine["riskScore"]),
        "rbacGroupId": machine["rbacGroupId"],
        "rbacGroupName": machine["rbacGroupName"],
        "onboardingStatus": small(machine["onboardingStatus"]),
        "defenderAvStatus": small(machine["defenderAvStatus"]),
        "lastIpAddress": machine["lastIpAddress"],
        "lastExternalIpAddress": machine["lastExternalIpAddress"],
        "ipInterfaces": [one["ipAddress"] for one in machine["ipAddresses"] if one["ipAddress"]],
        "loggedOnUsers": alert["loggedOnUsers"],
        "vmMetadata": machine["vmMetadata"],
    }


def _evidence(piece: dict[str, Any], device: str) -> dict[str, Any]:
    created, kind = piece["evidenceCreationTime"], piece["entityType"]
    if kind == "User":
        return {**_base("user", created, []), "userAccount": _account(piece)}
    if kind == "Process":
        return {
            **_base("process", created, []),
            "processId": piece["processId"],
            "parentProcessId": piece["parentProcessId"],
            "processCommandLine": piece["processCommandLine"],
            "processCreationDateTime": piece["processCreationTime"],
            "parentProcessCreationDateTime": piece["parentProcessCreationTime"],
            "detectionStatus": small(piece["detectionStatus"]),
            "mdeDeviceId": device,
            "imageFile": _file(piece["sha1"], piece["sha256"], piece["fileName"], piece["filePath"]),
            "parentProcessImageFile": _file(None, None, piece["parentProcessFileName"], piece["parentProcessFilePath"]),
            "userAccount": _account(piece),
        }
    if kind == "File":
        return {
            **_base("file", created, []),
            "detectionStatus": small(piece["detectionStatus"]),
            "mdeDeviceId": device,
            "fileDetails": _file(piece["sha1"], piece["sha256"], piece["fileName"], piece["filePath"]),
        }
    if kind == "Ip":
        return {**_base("ip", created, []), "ipAddress": piece["ipAddress"], "countryLetterCode": None}
    if kind == "Url":
        return {**_base("url", created, []), "url": piece["url"]}
    name, _, value = (piece["registryValue"] or "").partition("=")
    return {
        **_base("registryValue", created, []),
        "mdeDeviceId": device,
        "registryHive": piece["registryHive"],
        "registryKey": piece["registryKey"],
        "registryValue": value,
        "registryValueName": name,
        "registryValueType": piece["registryValueType"],
    }


def _account(piece: dict[str, Any]) -> dict[str, Any]:
    return {
        "accountName": piece["accountName"],
        "domainName": piece["domainName"],
        "userSid": piece["userSid"],
        "azureAdUserId": piece["aadUserId"],
        "userPrincipalName": piece["userPrincipalName"],
        "displayName": None,
    }


def _file(sha1: str | None, sha256: str | None, name: str | None, path: str | None) -> dict[str, Any]:
    return {
        "sha1": sha1,
        "sha256": sha256,
        "fileName": name,
        "filePath": path,
        "fileSize": 40_960 + int(sha1[:4], 16) if sha1 else None,
        "filePublisher": None,
        "signer": None,
        "issuer": None,
    }
