"""Names of properties whose value is text of the tenant; ids, times, hashes and what the program steers by stay."""

from __future__ import annotations

_ALERTS_AND_MACHINES = (
    "title", "description", "category", "detectionSource", "threatFamilyName", "threatName", "assignedTo",
    "computerDnsName", "rbacGroupName", "userName", "domainName", "accountName", "accountDomain",
    "userPrincipalName", "comment", "createdBy", "fileName", "filePath", "processCommandLine",
    "parentProcessFileName", "parentProcessFilePath", "url", "registryKey", "registryHive", "registryValue",
    "machineTags", "requestor", "requestorComment", "cancellationRequestor", "cancellationComment", "name",
    "vendor", "version", "osPlatform", "agentVersion", "lastIpAddress", "lastExternalIpAddress", "ipAddress",
    "macAddress", "logonTypes", "filePublisher", "fileProductName", "signer", "issuer", "host", "mitreTechniques",
    "exploitUris", "managedBy", "severity", "status", "healthStatus", "riskScore", "exposureLevel", "deviceValue",
    "defenderAvStatus", "investigationState", "classification", "determination", "detectionStatus", "entityType",
)  # fmt: skip
_VULNERABILITY_MANAGEMENT = (
    "cvssVector", "exploitTypes", "cveSupportability", "tags", "productName", "productVendor", "productVersion",
    "productsNames", "fixingKbId", "recommendationName", "recommendationCategory", "subCategory",
    "recommendedVersion", "recommendedProgram", "recommendedVendor", "relatedComponent", "remediationType",
    "requesterEmail", "requesterNotes", "completerEmail", "completionMethod", "rbacGroupNames", "priority",
    "osKind", "osVersion", "avMode", "avSignatureVersion", "avEngineVersion", "avPlatformVersion",
    "quickScanResult", "quickScanError", "fullScanResult", "fullScanError", "avIsSignatureUpToDate", "deviceName",
    "softwareVendor", "softwareName", "softwareVersion", "diskPaths", "registryPaths", "recommendedSecurityUpdate",
    "endOfSupportStatus", "vulnerabilitySeverityLevel", "configurationName", "configurationCategory",
    "configurationSubcategory", "browserName", "extensionName", "extensionDescription", "extensionVersion",
    "extensionVendor", "extensionRisk", "risk", "path", "signatureAlgorithm", "commonName", "organizationName",
    "keyUsageArray", "recommendedValue", "currentValue", "source", "componentType", "componentName",
    "componentVersion", "manufacturer", "additionalFields", "permissionName", "rationale", "remediation",
    "benchmark", "benchmarkName", "complianceLevel", "complianceLevels", "operatingSystem", "scanName", "target",
    "targetType", "machineName", "failureReason", "scanStatus", "scannerSoftwareVersion", "mdeClientVersion",
)  # fmt: skip
_RESPONSE = (
    "statusDetails", "cancelledBy", "errors", "application", "createdByDisplayName", "lastUpdatedBy",
    "recommendedActions", "educateUrl", "indicator", "indicatorValue", "parametersDescription", "topFileNames",
    "script_name", "script_output", "script_errors",
)  # fmt: skip
_OTHER_APIS = (
    "incidentName", "deviceDnsName", "actorName", "displayName", "customTags", "systemTags", "hostName",
    "threatDisplayName", "actorDisplayName", "registryValueName", "registryValueType", "resolvingComment", "summary",
    "ipInterfaces", "folderPath", "initiatingProcessFileName", "initiatingProcessFolderPath",
    "initiatingProcessAccountName", "remoteUrl", "remoteIP", "registryValueData", "machineGroup", "publicIP",
    "localIP", "ipAddresses", "osVersionInfo", "clientVersion", "categories", "attackTechniques",
)  # fmt: skip

FIELDS = frozenset(
    name.lower() for name in (*_ALERTS_AND_MACHINES, *_VULNERABILITY_MANAGEMENT, *_RESPONSE, *_OTHER_APIS)
)
