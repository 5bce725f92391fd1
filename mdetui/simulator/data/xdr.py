"""Alerts and incidents as the Defender XDR API words them (api-list-incidents.md)."""

from __future__ import annotations

from typing import Any

from mdetui.simulator import ticks
from mdetui.simulator.data.incidents import DETERMINATIONS, name_of

_ENTITY = (
    "entityType evidenceCreationTime verdict remediationStatus sha1 sha256 fileName filePath processId processCommandLine "
    "processCreationTime parentProcessId parentProcessCreationTime parentProcessFileName parentProcessFilePath ipAddress url "
    "accountName domainName userSid aadUserId userPrincipalName mailboxDisplayName mailboxAddress clusterBy sender recipient "
    "subject deliveryAction securityGroupId securityGroupName registryHive registryKey registryValueType registryValue deviceId"
)
IDENTITY = "AzureAdvancedThreatProtection"


def incident_of(row: dict[str, Any], alerts: list[dict[str, Any]]) -> dict[str, Any]:
    """An incident; `row` as `Incidents.rows` has it."""
    return {
        "incidentId": row["id"],
        "incidentUri": f"https://security.microsoft.com/incidents/{row['id']}",
        "redirectIncidentId": row["target"],
        "incidentName": name_of(row),
        "createdTime": ticks.text(row["created"]),
        "lastUpdateTime": ticks.text(row["updated"]),
        "assignedTo": row["assigned"],
        "classification": row["classification"] or "Unknown",
        "determination": determination_of(row["determination"]) or "NotAvailable",
        "status": row["status"],
        "severity": row["severity"],
        "tags": row["tags"],
        "comments": [
            {"comment": text, "createdBy": who, "createdTime": ticks.text(when)} for text, who, when in row["comments"]
        ],
        "alerts": alerts,
    }


def determination_of(word: str | None) -> str | None:
    """The word this API has for a determination of the other."""
    return DETERMINATIONS.get(word or "", word)


def alert_of(alert: dict[str, Any], machine: dict[str, Any]) -> dict[str, Any]:
    """An alert, from the two rows of `whole_alerts`."""
    device = device_of(machine, alert["loggedOnUsers"])
    return {
        "alertId": alert["id"],
        "providerAlertId": alert["id"].removeprefix("da"),
        "incidentId": alert["incidentId"],
        "serviceSource": "MicrosoftDefenderForIdentity"
        if alert["detectionSource"] == IDENTITY
        else "MicrosoftDefenderForEndpoint",
        "creationTime": alert["alertCreationTime"],
        "lastUpdatedTime": alert["lastUpdateTime"],
        "resolvedTime": alert["resolvedTime"],
        "firstActivity": alert["firstEventTime"],
        "lastActivity": alert["lastEventTime"],
        "title": alert["title"],
        "description": alert["description"],
        "category": alert["category"],
        "status": alert["status"],
        "severity": alert["severity"],
        "investigationId": alert["investigationId"],
        "investigationState": alert["investigationState"],
        "classification": alert["classification"],
        "determination": determination_of(alert["determination"]),
        "detectionSource": alert["detectionSource"],
        "detectorId": alert["detectorId"],
        "assignedTo": alert["assignedTo"],
        "actorName": None,
        "threatFamilyName": alert["threatFamilyName"],
        "mitreTechniques": alert["mitreTechniques"],
        "devices": [device],
        "entities": [_entity(piece, machine["id"]) for piece in alert["evidence"]],
    }


def device_of(machine: dict[str, Any], users: list[dict[str, Any]]) -> dict[str, Any]:
    """A machine as a device of an alert."""
    return {
        "mdatpDeviceId": machine["id"],
        "aadDeviceId": machine["aadDeviceId"],
        "deviceDnsName": machine["computerDnsName"],
        "osPlatform": machine["osPlatform"],
        "version": machine["version"],
        "osProcessor": machine["osProcessor"],
        "osBuild": machine["osBuild"],
        "healthStatus": machine["healthStatus"],
        "riskScore": machine["riskScore"],
        "rbacGroupName": machine["rbacGroupName"],
        "rbacGroupId": machine["rbacGroupId"],
        "firstSeen": machine["firstSeen"],
        "tags": machine["machineTags"],
        "defenderAvStatus": machine["defenderAvStatus"],
        "onboardingStatus": machine["onboardingStatus"],
        "vmMetadata": machine["vmMetadata"],
        "loggedOnUsers": users,
    }


def _entity(piece: dict[str, Any], device: str) -> dict[str, Any]:
    known = {**piece, "verdict": "Suspicious", "remediationStatus": "None", "deviceId": device}
    # a user belongs to no device
    return {
        name: None if name == "deviceId" and piece["entityType"] == "User" else known.get(name)
        for name in _ENTITY.split(" ")
    }
