"""What an app registration must be allowed: one table, for the help and for the hint about missing consent.

Source: the permission section of each operation's page in the Defender for Endpoint API documentation. The operations
themselves name their permissions in `api/endpoints/`; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission.

    Attributes:
        application: Its name for a token of the app.
        delegated: Its name for a token of a person.
        gives: What it is for, and whose it is when it is not WindowsDefenderATP's.
        responds: Whether it is for responding; else for looking.
        used: Whether the queue and the pages of alerts and machines need it; the others open more lists, or are for what
            comes next.
    """

    application: str
    delegated: str
    gives: str
    responds: bool = False
    used: bool = True


PERMISSIONS = (
    Permission("Alert.Read.All", "Alert.Read", "alert queue"),
    Permission("Machine.Read.All", "Machine.Read", "machines, actions"),
    Permission("User.Read.All", "User.Read.All", "users"),
    Permission("File.Read.All", "File.Read.All", "files"),
    Permission("Ip.Read.All", "Ip.Read.All", "addresses"),
    Permission("URL.Read.All", "URL.Read.All", "domains"),
    Permission("Software.Read.All", "Software.Read", "software"),
    Permission("Vulnerability.Read.All", "Vulnerability.Read", "vulnerabilities"),
    Permission("SecurityRecommendation.Read.All", "SecurityRecommendation.Read", "recommendations", used=False),
    Permission("Score.Read.All", "Score.Read", "scores", used=False),
    Permission("RemediationTasks.Read.All", "RemediationTask.Read", "remediation", used=False),
    Permission("SecurityBaselinesAssessment.Read.All", "SecurityBaselinesAssessment.Read", "baselines", used=False),
    Permission("Ti.ReadWrite.All", "Ti.ReadWrite", "indicators", used=False),
    Permission("Library.Manage", "Library.Manage", "live response files", used=False),
    Permission("Incident.Read.All", "Incident.Read", "incidents (XDR)", used=False),
    Permission("SecurityAlert.Read.All", "SecurityAlert.Read.All", "alerts (Graph)", used=False),
    Permission("SecurityIncident.Read.All", "SecurityIncident.Read.All", "incidents (Graph)", used=False),
    Permission("ThreatHunting.Read.All", "ThreatHunting.Read.All", "hunting (Graph)", used=False),
    Permission("Alert.ReadWrite.All", "Alert.ReadWrite", "triage of alerts", True),
    Permission("Machine.Isolate", "Machine.Isolate", "isolate, release", True),
    Permission("Machine.Scan", "Machine.Scan", "antivirus scan", True),
    Permission("Machine.RestrictExecution", "Machine.RestrictExecution", "restrict execution", True, used=False),
    Permission("Machine.StopAndQuarantine", "Machine.StopAndQuarantine", "stop, quarantine", True, used=False),
    Permission("Machine.CollectForensics", "Machine.CollectForensics", "collect package", True, used=False),
)


def names(*, person: bool, responds: bool, used: bool = True) -> tuple[str, ...]:
    """Names of permissions, to look or to respond, as a person's or an app's token has them.

    Args:
        person: Delegated names; else application names.
        responds: Those for responding; else those for looking.
        used: Those that the queue and its pages need; else the others.
    """
    return tuple(
        one.delegated if person else one.application
        for one in PERMISSIONS
        if one.responds == responds and one.used == used
    )


def lacks(name: str) -> str:
    """Why something can't be done: the sentence for menus and lists."""
    return f"this sign-in lacks {name}; an admin can grant it"
