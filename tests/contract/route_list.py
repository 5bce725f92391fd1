"""The operations of the API, written down once more: typed from the documentation's digest, not from the table.

A line is method, path, permissions, and the rate a minute and an hour when it is not 100/1500. `r:X` stands for
X.Read.All of an app and X.Read of a person, `w:X` for X.ReadWrite(.All), `=X` for X of both; `a=X` and `d=X` for one of
them. Any one of a line's permissions is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Rate = tuple[int | None, int | None]

ROUTES = """
# 1 alerts
GET    /api/alerts r:Alert w:Alert
GET    /api/alerts/{} r:Alert w:Alert
PATCH  /api/alerts/{} w:Alert
POST   /api/alerts/batchUpdate w:Alert 10/500
POST   /api/alerts/CreateAlertByReference w:Alert 15/-
GET    /api/alerts/{}/domains =URL.Read.All
GET    /api/alerts/{}/files =File.Read.All
GET    /api/alerts/{}/ips =Ip.Read.All
GET    /api/alerts/{}/machine r:Machine w:Machine
GET    /api/alerts/{}/user =User.Read.All
# 2 machines
GET    /api/machines r:Machine w:Machine
GET    /api/machines/{} r:Machine w:Machine
GET    /api/machines/{}/logonusers =User.Read.All
GET    /api/machines/{}/alerts r:Alert w:Alert
GET    /api/machines/{}/software r:Software
GET    /api/machines/{}/vulnerabilities r:Vulnerability 50/1500
GET    /api/machines/{}/recommendations r:SecurityRecommendation
GET    /api/machines/{}/getmissingkbs r:Software
GET    /api/machines/findbyip(ip='{}',timestamp={}) r:Machine w:Machine
GET    /api/machines/findbytag r:Machine w:Machine
GET    /api/machines/find(timestamp={},key={}) r:Machine w:Machine
POST   /api/machines/{}/tags w:Machine
POST   /api/machines/AddOrRemoveTagForMultipleMachines w:Machine
POST   /api/machines/{}/setDeviceValue w:Machine
PATCH  /api/machines/{} w:Machine
# 3 machine actions
GET    /api/machineactions r:Machine w:Machine
GET    /api/machineactions/{} r:Machine w:Machine
POST   /api/machineactions/{}/cancel =Machine.CollectForensics =Machine.Isolate =Machine.RestrictExecution =Machine.Scan =Machine.Offboard =Machine.StopAndQuarantine =Machine.LiveResponse
POST   /api/machines/{}/isolate =Machine.Isolate
POST   /api/machines/{}/unisolate =Machine.Isolate
POST   /api/machines/{}/restrictCodeExecution =Machine.RestrictExecution
POST   /api/machines/{}/unrestrictCodeExecution =Machine.RestrictExecution
POST   /api/machines/{}/runAntiVirusScan =Machine.Scan
POST   /api/machines/{}/StopAndQuarantineFile =Machine.StopAndQuarantine
POST   /api/machines/{}/offboard =Machine.Offboard
POST   /api/machines/{}/collectInvestigationPackage =Machine.CollectForensics
GET    /api/machineactions/{}/getPackageUri a=Machine.Read.All a=Machine.ReadWrite.All d=Machine.CollectForensics 2/120
# 4 live response and library
POST   /api/machines/{}/runliveresponse =Machine.LiveResponse 10/-
GET    /api/machineactions/{}/GetLiveResponseResultDownloadLink(index={}) a=Machine.Read.All a=Machine.ReadWrite.All d=Machine.LiveResponse
GET    /api/libraryfiles =Library.Manage
POST   /api/libraryfiles =Library.Manage
DELETE /api/libraryfiles/{} =Library.Manage
# 5 investigations
GET    /api/investigations r:Alert w:Alert
GET    /api/investigations/{} r:Alert w:Alert
POST   /api/machines/{}/startInvestigation w:Alert -/50
# 6 indicators
GET    /api/indicators =Ti.ReadWrite a=Ti.ReadWrite.All
POST   /api/indicators =Ti.ReadWrite a=Ti.ReadWrite.All
POST   /api/indicators/import =Ti.ReadWrite a=Ti.ReadWrite.All 30/-
DELETE /api/indicators/{} =Ti.ReadWrite a=Ti.ReadWrite.All
POST   /api/indicators/BatchDelete =Ti.ReadWrite a=Ti.ReadWrite.All 30/1500
# 7 files, domains, addresses, users
GET    /api/files/{} =File.Read.All
GET    /api/files/{}/alerts r:Alert w:Alert
GET    /api/files/{}/machines r:Machine w:Machine
GET    /api/files/{}/stats =File.Read.All
GET    /api/domains/{}/alerts r:Alert w:Alert
GET    /api/domains/{}/machines r:Machine w:Machine
GET    /api/domains/{}/stats =URL.Read.All
GET    /api/ips/{}/alerts r:Alert w:Alert
GET    /api/ips/{}/stats =Ip.Read.All
GET    /api/users/{}/alerts r:Alert w:Alert
GET    /api/users/{}/machines r:Machine w:Machine
# 8 hunting
POST   /api/advancedqueries/run r:AdvancedQuery 45/1500
POST   /api/advancedhunting/run r:AdvancedHunting 45/1500
POST   /v1.0/security/runHuntingQuery =ThreatHunting.Read.All 45/1500
# 9 vulnerabilities
GET    /api/vulnerabilities r:Vulnerability
GET    /api/vulnerabilities/{} r:Vulnerability
GET    /api/vulnerabilities/{}/machineReferences r:Vulnerability
GET    /api/vulnerabilities/machinesVulnerabilities r:Vulnerability
# 10 software
GET    /api/Software r:Software
GET    /api/Software/{} r:Software
GET    /api/Software/{}/distributions r:Software
GET    /api/Software/{}/machineReferences r:Software
GET    /api/Software/{}/vulnerabilities r:Vulnerability
GET    /api/Software/{}/getmissingkbs r:Software
# 11 recommendations
GET    /api/recommendations r:SecurityRecommendation
GET    /api/recommendations/{} r:SecurityRecommendation
GET    /api/recommendations/{}/software a=Software.Read.All d=SecurityRecommendation.Read
GET    /api/recommendations/{}/machineReferences r:SecurityRecommendation
GET    /api/recommendations/{}/vulnerabilities r:Vulnerability
# 12 scores
GET    /api/exposureScore r:Score
GET    /api/configurationScore r:Score
GET    /api/exposureScore/ByMachineGroups r:Score
# 13 remediation
GET    /api/remediationTasks r:RemediationTasks d=RemediationTask.Read
GET    /api/remediationTasks/{} r:RemediationTasks d=RemediationTask.Read
GET    /api/remediationTasks/{}/machineReferences r:RemediationTasks d=RemediationTask.Read
# 14 antivirus health
GET    /api/deviceavinfo r:Machine w:Machine 30/1000
GET    /api/machines/InfoGatheringExport r:Vulnerability 5/20
# 15 exports
GET    /api/machines/SecureConfigurationsAssessmentByMachine r:Vulnerability 30/1000
GET    /api/machines/SecureConfigurationsAssessmentExport r:Vulnerability 5/20
GET    /api/machines/SoftwareInventoryByMachine r:Software 30/1000
GET    /api/machines/SoftwareInventoryExport r:Software 5/20
GET    /api/machines/SoftwareInventoryNoProductCodeByMachine r:Software 30/1000
GET    /api/machines/SoftwareInventoryNonCpeExport r:Software 5/20
GET    /api/machines/SoftwareVulnerabilitiesByMachine r:Vulnerability 30/1000
GET    /api/machines/SoftwareVulnerabilitiesExport r:Vulnerability 5/20
GET    /api/machines/SoftwareVulnerabilityChangesByMachine r:Vulnerability 30/1000
GET    /api/machines/BrowserExtensionsInventoryByMachine r:Software 30/1000
GET    /api/machines/browserextensionsinventoryExport r:Software 5/20
GET    /api/machines/certificateAssessmentByMachine r:Software r:Vulnerability 30/1000
GET    /api/machines/certificateAssessmentExport r:Software r:Vulnerability 5/20
GET    /api/machines/baselineComplianceAssessmentByMachine r:SecurityBaselinesAssessment 30/1000
GET    /api/machines/BaselineComplianceAssessmentExport r:SecurityBaselinesAssessment 5/20
GET    /api/machines/HardwareFirmwareInventoryByMachine r:Software 30/1000
GET    /api/machines/HardwareFirmwareInventoryExport r:Software 5/20
# 16 catalogues
GET    /api/browserextensions/permissionsinfo r:Software
GET    /api/baselineProfiles r:SecurityBaselinesAssessment
GET    /api/baselineConfigurations r:SecurityBaselinesAssessment
# 17 authenticated scans
GET    /api/DeviceAuthenticatedScanDefinitions r:Machine w:Machine d=Machine.Read.All
POST   /api/DeviceAuthenticatedScanDefinitions w:Machine
PATCH  /api/DeviceAuthenticatedScanDefinitions/{} w:Machine
POST   /api/DeviceAuthenticatedScanDefinitions/BatchDelete w:Machine
GET    /api/DeviceAuthenticatedScanAgents r:Machine w:Machine d=Machine.Read.All
GET    /api/DeviceAuthenticatedScanAgents/{} r:Machine w:Machine d=Machine.Read.All
POST   /api/DeviceAuthenticatedScanDefinitions/GetScanHistoryByScanDefinitionId r:Machine w:Machine d=Machine.Read.All
POST   /api/DeviceAuthenticatedScanDefinitions/GetScanHistoryBySessionId r:Machine w:Machine d=Machine.Read.All
# 18 incidents
GET    /api/incidents r:Incident w:Incident 50/1500
GET    /api/incidents/{} r:Incident w:Incident
PATCH  /api/incidents/{} w:Incident
# 19 Graph: no limits that a person reaches
GET    /v1.0/security/alerts_v2 =SecurityAlert.Read.All =SecurityAlert.ReadWrite.All -/-
GET    /v1.0/security/alerts_v2/{} =SecurityAlert.Read.All =SecurityAlert.ReadWrite.All -/-
PATCH  /v1.0/security/alerts_v2/{} =SecurityAlert.ReadWrite.All -/-
POST   /v1.0/security/alerts_v2/{}/comments =SecurityAlert.ReadWrite.All -/-
GET    /v1.0/security/incidents =SecurityIncident.Read.All =SecurityIncident.ReadWrite.All -/-
GET    /v1.0/security/incidents/{} =SecurityIncident.Read.All =SecurityIncident.ReadWrite.All -/-
GET    /v1.0/security/incidents/{}/alerts =SecurityIncident.Read.All =SecurityIncident.ReadWrite.All -/-
PATCH  /v1.0/security/incidents/{} =SecurityIncident.ReadWrite.All -/-
POST   /v1.0/security/identities/identityAccounts/{}/invokeAction =SecurityIdentitiesActions.ReadWrite.All -/-
POST   /v1.0/users/{}/revokeSignInSessions =User.RevokeSessions.All -/-
"""


@dataclass(frozen=True)
class Route:
    """What is said of one operation. `None` in a rate: no limit is named."""

    method: str
    path: str
    application: frozenset[str]
    delegated: frozenset[str]
    rate: Rate

    @property
    def key(self) -> tuple[str, str]:
        """Method and path; the case of a path is free."""
        return self.method, self.path.lower()


def _listed() -> Iterator[Route]:
    for line in ROUTES.strip().splitlines():
        if line.startswith("#"):
            continue
        method, path, *words = line.split()
        rate: Rate = (100, 1500)
        application, delegated = set(), set()
        for word in words:
            kind, name = word[:2], word[2:]
            if kind in ("r:", "w:"):
                verb = "Read" if kind == "r:" else "ReadWrite"
                application.add(f"{name}.{verb}.All")
                delegated.add(f"{name}.{verb}")
            elif kind == "a=":
                application.add(name)
            elif kind == "d=":
                delegated.add(name)
            elif word.startswith("="):
                application.add(word[1:])
                delegated.add(word[1:])
            else:
                rate = _rate(word)
        yield Route(method, path, frozenset(application), frozenset(delegated), rate)


def _rate(word: str) -> Rate:
    minute, hour = (None if part == "-" else int(part) for part in word.split("/"))
    return minute, hour


LISTED = list(_listed())
