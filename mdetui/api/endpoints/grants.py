"""Permissions that many operations share: (application, delegated). Any one of a group is enough.

The permission to write holds that to read. The documentation says so on the pages of the lists, and leaves it out on
some of those below one entity.
"""

from __future__ import annotations

Grant = tuple[tuple[str, ...], tuple[str, ...]]

PAGE = 10_000


def _read(name: str) -> Grant:
    """`X.Read.All` of an app, `X.Read` of a person."""
    return (f"{name}.Read.All",), (f"{name}.Read",)


def both(name: str) -> Grant:
    """A permission of the same name for apps and people."""
    return (name,), (name,)


ALERT_READ: Grant = (("Alert.Read.All", "Alert.ReadWrite.All"), ("Alert.Read", "Alert.ReadWrite"))
ALERT_WRITE: Grant = (("Alert.ReadWrite.All",), ("Alert.ReadWrite",))
MACHINE_READ: Grant = (("Machine.Read.All", "Machine.ReadWrite.All"), ("Machine.Read", "Machine.ReadWrite"))
MACHINE_WRITE: Grant = (("Machine.ReadWrite.All",), ("Machine.ReadWrite",))
INCIDENT_READ: Grant = (("Incident.Read.All", "Incident.ReadWrite.All"), ("Incident.Read", "Incident.ReadWrite"))
INCIDENT_WRITE: Grant = (("Incident.ReadWrite.All",), ("Incident.ReadWrite",))
USER_READ = both("User.Read.All")
FILE_READ = both("File.Read.All")
IP_READ = both("Ip.Read.All")
URL_READ = both("URL.Read.All")
SOFTWARE_READ = _read("Software")
VULNERABILITY_READ = _read("Vulnerability")
RECOMMENDATION_READ = _read("SecurityRecommendation")
SCORE_READ = _read("Score")
# the delegated one is printed with and without the s
REMEDIATION_READ: Grant = (("RemediationTasks.Read.All",), ("RemediationTasks.Read", "RemediationTask.Read"))
BASELINE_READ = _read("SecurityBaselinesAssessment")
LIBRARY = both("Library.Manage")
# Ti.ReadWrite sees and changes what the app itself made, Ti.ReadWrite.All everything
INDICATOR: Grant = (("Ti.ReadWrite.All", "Ti.ReadWrite"), ("Ti.ReadWrite",))
