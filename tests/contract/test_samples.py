"""The published samples: each parses into models, or gives one clear error that names operation and field.

The folder is named by MDETUI_SAMPLES and is no part of this project.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from mdetui import errors
from mdetui.api.decode import BadRow, Decoder, entity
from mdetui.api.endpoints import Operation, operation
from mdetui.api.models.alert import Alert, AlertRow
from mdetui.api.models.graph import GraphAlert, GraphAlertRow
from tests.wiring import Service, wire

FOLDER = os.environ.get("MDETUI_SAMPLES", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="MDETUI_SAMPLES names no folder")

# sample -> the operation whose answer it is
SAMPLES = {
    "alerts": "alerts.get",
    "get-alerts-1": "alerts.list",
    "get-alerts-2": "alerts.list",
    "exposed-apis-odata-samples-1": "alerts.list",
    "exposed-apis-odata-samples-2": "alerts.list",
    "exposed-apis-odata-samples-3": "machines.list",
    "exposed-apis-odata-samples-4": "machines.list",
    "exposed-apis-odata-samples-5": "machines.list",
    "exposed-apis-odata-samples-6": "actions.list",
    "exposed-apis-odata-samples-7": "machines.list",
    "files": "files.get",
    "get-file-information": "files.get",
    "get-file-statistics": "files.stats",
    "get-alert-related-files-info": "alerts.files",
    "get-alert-related-ip-info": "alerts.ips",
    "get-alert-related-domain-info": "alerts.domains",
    "get-alert-related-machine-info": "alerts.machine",
    "get-alert-related-user-info": "alerts.user",
    "get-domain-statistics": "domains.stats",
    "get-ip-statistics": "ips.stats",
    "get-machines": "machines.list",
    "get-machine-by-id": "machines.get",
    "find-machine-info-by-ip": "machines.findByIp",
    "get-machine-log-on-users": "machines.users",
    "get-installed-software": "machines.software",
    "get-discovered-vulnerabilities": "machines.vulnerabilities",
    "get-security-recommendations": "machines.recommendations",
    "get-missing-kbs-machine": "machines.missingKbs",
    "machineaction": "actions.get",
    "get-machineaction-object": "actions.get",
    "get-machineactions-collection-1": "actions.list",
    "get-machineactions-collection-2": "actions.list",
    "get-package-sas-uri": "actions.packageUri",
    "run-live-response": "actions.get",
    "get-live-response-result-1": "liveResponse.result",
    "list-library-files": "library.list",
    "investigation": "investigations.get",
    "get-investigation-collection": "investigations.list",
    "ti-indicator": "indicators.create",
    "get-ti-indicators-collection-1": "indicators.list",
    "get-ti-indicators-collection-2": "indicators.list",
    "import-ti-indicators": "indicators.import",
    "graph-security-runhuntingquery-1": "hunting.run",
    "graph-security-runhuntingquery-2-old-casing": "hunting.run",
    "run-advanced-query-api": "hunting.runMde",
    "xdr-api-advanced-hunting-2": "hunting.runXdr",
    "get-all-vulnerabilities": "vulnerabilities.list",
    "get-vulnerability-by-id": "vulnerabilities.get",
    "get-machines-by-vulnerability": "vulnerabilities.machines",
    "get-all-vulnerabilities-by-machines": "vulnerabilities.byMachine",
    "get-software": "software.list",
    "get-software-by-id": "software.get",
    "get-software-ver-distribution": "software.distributions",
    "get-machines-by-software": "software.machines",
    "get-vuln-by-software": "software.vulnerabilities",
    "get-missing-kbs-software": "software.missingKbs",
    "get-all-recommendations": "recommendations.list",
    "get-recommendation-by-id": "recommendations.get",
    "list-recommendation-software": "recommendations.software",
    "get-recommendation-machines": "recommendations.machines",
    "get-recommendation-vulnerabilities": "recommendations.vulnerabilities",
    "get-exposure-score": "scores.exposure",
    "get-device-secure-score": "scores.device",
    "get-machine-group-exposure-score": "scores.byGroup",
    "get-remediation-all-activities": "remediation.list",
    "get-remediation-one-activity": "remediation.get",
    "get-remediation-exposed-devices-activities": "remediation.machines",
    "device-health-export-antivirus-health-report-api-1": "avHealth.list",
    "device-health-export-antivirus-health-report-api-2": "exportFiles.infoGathering",
    "get-assessment-information-gathering": "exportFiles.infoGathering",
    "get-assessment-secure-config-1": "exports.configurations",
    "get-assessment-secure-config-2": "exportFiles.configurations",
    "get-assessment-software-inventory-1": "exports.software",
    "get-assessment-software-inventory-2": "exportFiles.software",
    "get-assessment-non-cpe-software-inventory-1": "exports.otherSoftware",
    "get-assessment-non-cpe-software-inventory-2": "exportFiles.otherSoftware",
    "get-assessment-software-vulnerabilities-1": "exports.vulnerabilities",
    "get-assessment-software-vulnerabilities-2": "exportFiles.vulnerabilities",
    "get-assessment-software-vulnerabilities-3": "exports.vulnerabilityChanges",
    "get-assessment-browser-extensions-1": "exports.browserExtensions",
    "get-assessment-browser-extensions-2": "exportFiles.browserExtensions",
    "export-certificate-inventory-assessment-1": "exports.certificates",
    "export-certificate-inventory-assessment-2": "exportFiles.certificates",
    "export-security-baseline-assessment-1": "exports.baselines",
    "export-security-baseline-assessment-2": "exportFiles.baselines",
    "export-firmware-hardware-assessment-1": "exports.firmware",
    "export-firmware-hardware-assessment-2": "exportFiles.firmware",
    "get-browser-extensions-permission-info": "browserExtensions.permissions",
    "get-security-baselines-assessment-profiles": "baselines.profiles",
    "get-security-baselines-assessment-configurations": "baselines.configurations",
    "get-all-scan-definitions": "scans.list",
    "add-a-new-scan-definition-1": "scans.create",
    "add-a-new-scan-definition-2-update": "scans.update",
    "get-all-scan-agents": "scans.agents",
    "Get-agent-details": "scans.agent",
    "Get-scan-history-by-definition": "scans.history",
    "xdr-api-list-incidents": "incidents.list",
    "xdr-api-update-incidents": "incidents.update",
    "graph-security-list-alerts_v2": "graphAlerts.list",
    "graph-security-list-incidents": "graphIncidents.list",
}
# sample -> the operation whose request body it is
REQUESTS = {
    "Get-scan-history-by-definition": "scans.history",
    "add-a-new-scan-definition-1": "scans.create",
    "add-a-new-scan-definition-2-update": "scans.update",
    "add-a-new-scan-definition-3-batchdelete": "scans.batchDelete",
    "add-or-remove-machine-tags": "machines.tag",
    "add-or-remove-multiple-machine-tags": "machines.tagMany",
    "batch-delete-ti-indicators": "indicators.batchDelete",
    "batch-update-alerts": "alerts.batchUpdate",
    "cancel-machine-action": "actions.cancel",
    "collect-investigation-package": "machines.collect",
    "create-alert-by-reference": "alerts.create",
    "graph-security-runhuntingquery": "hunting.run",
    "graph-security-runhuntingquery-timespan": "hunting.run",
    "import-ti-indicators": "indicators.import",
    "initiate-autoir-investigation": "investigations.start",
    "isolate-machine": "machines.isolate",
    "offboard-machine-api": "machines.offboard",
    "post-ti-indicator": "indicators.create",
    "restrict-code-execution": "machines.restrict",
    "run-advanced-query-api": "hunting.runMde",
    "run-av-scan": "machines.scan",
    "run-live-response": "liveResponse.run",
    "set-device-value": "machines.setValue",
    "stop-and-quarantine-file": "machines.quarantine",
    "unisolate-machine": "machines.release",
    "unrestrict-code-execution": "machines.unrestrict",
    "update-alert": "alerts.update",
    "update-machine-method": "machines.update",
}
ERRORS = {
    "common-errors-1": (404, errors.NotFound, "ResourceNotFound"),
    "common-errors-2": (400, errors.BadRequest, "InvalidRequestBody"),
    "error-429-hunting": (429, errors.RateLimited, "429"),
    "xdr-api-error-codes-1": (404, errors.NotFound, "ResourceNotFound"),
    "xdr-api-error-codes-2": (400, errors.BadRequest, "InvalidRequestBody"),
}
# a request that is filed as an answer, and the content of a result file
NO_ANSWERS = {"xdr-api-advanced-hunting-1", "get-live-response-result-2"}
# keys that a model does not keep: what a scan signs in with; of an alert in a list, what only its page shows
LEFT_OUT: dict[str, set[str]] = {
    "scans.list": {"scanAuthenticationParams"},
    "scans.create": {"scanAuthenticationParams"},
    "scans.update": {"scanAuthenticationParams"},
    "graphAlerts.list": set(GraphAlert.__struct_encode_fields__) - set(GraphAlertRow.__struct_encode_fields__),
    "alerts.list": set(Alert.__struct_encode_fields__) - set(AlertRow.__struct_encode_fields__),
    "incidents.list": {"comments"},
    # withdrawn, and never filled
    "machines.list": {"osVersion"},
}
# an update that shows only what changed: its incident has no number
NAMELESS = {"xdr-api-update-incidents"}

_counted: Counter[str] = Counter()


def sample(name: str, kind: str = "response") -> bytes:
    return (Path(FOLDER) / f"{name}.{kind}.json").read_bytes()


async def decoded(op: Operation, body: bytes) -> list[Any]:
    """The rows of a list, or the one entity; the files of an export are one."""
    if op.paging != "one":
        return (await Decoder().page(op, body, "c-9")).rows
    return [entity(op, body, "c-9")]


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def mended(body: bytes) -> bytes | None:
    """A sample without the usual slips of a page: elisions, commas before a bracket, two values for one key."""
    said = body.decode("utf-8-sig")
    said = re.sub(r'("[^"\n]*") "Windows11"', r"\1", said)
    said = re.sub(r"^\s*\.{3}\s*$", "", said, flags=re.MULTILINE)
    said = re.sub(r",(\s*[\]}])", r"\1", said).strip().removeprefix("json").rstrip(",")
    said = said.replace("@odata.context:", '"@odata.context":').replace(": TestPrdApp", ': "TestPrdApp"')
    return said.encode() if is_json(said.encode()) else None


def check(name: str, op: Operation, rows: list[Any]) -> None:
    """Every row was understood, and can be told from the others."""
    assert rows
    assert not [row for row in rows if isinstance(row, BadRow)]
    for row in rows:
        # something was recognised in each, beside the id
        filled = sum(getattr(row, field) not in (None, "", []) for field in row.__struct_fields__)
        assert filled >= min(2, len(row.__struct_fields__))
    if name not in NAMELESS:
        ids = [row.id for row in rows if hasattr(row, "id")]
        assert all(ids)
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_sample_parses_or_gives_one_clear_error(name: str) -> None:
    op, body = operation(SAMPLES[name]), sample(name)
    if is_json(body):
        rows = await decoded(op, body)
        check(name, op, rows)
        _counted["parsed"] += 1
        _counted["rows"] += len(rows)
        return
    # a clear error is for what is no JSON, not a way out
    with pytest.raises(errors.BadAnswer) as caught:
        await decoded(op, body)
    error = caught.value
    assert (error.operation, error.correlation_id) == (op.id, "c-9")
    assert op.id in str(error)
    assert error.todo
    assert len(str(error)) < 400
    _counted["one clear error"] += 1


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_sample_without_the_slips_of_its_page_parses(name: str) -> None:
    op, body = operation(SAMPLES[name]), sample(name)
    whole = None if is_json(body) else mended(body)
    if whole is None:
        return
    check(name, op, await decoded(op, whole))
    _counted["parsed when mended"] += 1


@pytest.mark.parametrize("name", SAMPLES)
async def test_every_key_of_a_sample_is_known(name: str) -> None:
    """What the documentation shows is in the models, or stands in the list of what is left out on purpose."""
    op, body = operation(SAMPLES[name]), sample(name)
    whole = body if is_json(body) else mended(body)
    if whole is None:
        return
    assert op.model is not None
    data = json.loads(whole)
    known = {key.lower() for key in op.model.__struct_encode_fields__}
    rows = data["value"] if op.paging != "one" else [data]
    unknown = {key for row in rows for key in row if not key.startswith("@") and key.lower() not in known}
    assert unknown <= LEFT_OUT.get(op.id, set()), unknown


async def test_evidence_of_graph_says_what_it_is() -> None:
    body = json.dumps(json.loads(sample("graph-security-list-alerts_v2"))["value"][0]).encode()
    alert = entity(operation("graphAlerts.get"), body)
    assert [one.kind for one in alert.evidence] == [
        "deviceEvidence",
        "fileEvidence",
        "processEvidence",
        "registryKeyEvidence",
    ]
    machine = "73e7e2de709dff64ef64b1d0c30e67fab63279db"
    assert alert.machines == {machine: "tempDns"}
    _, file, process, key = alert.evidence
    assert (file.mde_device_id, file.file_details.file_name) == (machine, "MsSense.exe")
    assert process.image_file.sha1 == file.file_details.sha1
    assert (process.parent_process_image_file.file_name, process.user_account.account_name) == (
        "services.exe",
        "SYSTEM",
    )
    assert key.registry_hive == "HKEY_LOCAL_MACHINE"


async def test_an_incident_knows_its_machines() -> None:
    whole = mended(sample("xdr-api-list-incidents"))
    assert whole is not None
    rows = await decoded(operation("incidents.list"), whole)
    machine = {"24c222b0b60fe148eeece49ac83910cc6a7ef491": "user5cx.middleeast.corp.contoso.com"}
    assert [(row.id, row.machines) for row in rows[:2]] == [("924565", {}), ("924521", machine)]
    second = entity(operation("incidents.get"), json.dumps(json.loads(whole)["value"][1]).encode())
    assert second.machines == machine
    (alert,) = second.alerts
    assert (alert.devices[0].risk_score, alert.entities[0].file_name) == ("High", "Detector.UnitTests.dll")


@pytest.mark.parametrize("name", ERRORS)
async def test_a_published_error_is_that_exception(name: str) -> None:
    status, kind, code = ERRORS[name]
    service = Service(httpx.Response(status, content=sample(name)))
    with pytest.raises(kind) as caught:
        await wire(service).client.fetch(operation("machines.get"), path={"id": "x"})
    assert isinstance(caught.value, errors.ApiError)
    assert caught.value.code == code
    assert caught.value.correlation_id
    _counted["published errors"] += 1


@pytest.mark.parametrize("name", REQUESTS)
def test_a_published_request_is_what_the_model_sends(name: str) -> None:
    op, body = operation(REQUESTS[name]), sample(name, "request")
    if not is_json(body):
        _counted["requests that are no JSON"] += 1
        return
    assert op.body is not None
    assert json.loads(msgspec.json.encode(msgspec.json.decode(body, type=op.body))) == json.loads(body)
    _counted["requests"] += 1


def test_no_sample_is_left_out() -> None:
    answers = {file.name.removesuffix(".response.json") for file in Path(FOLDER).glob("*.response.json")}
    requests = {file.name.removesuffix(".request.json") for file in Path(FOLDER).glob("*.request.json")}
    assert answers == {*SAMPLES, *ERRORS, *NO_ANSWERS}
    assert requests == set(REQUESTS)


def test_counts_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        shown = ", ".join(f"{count} {what}" for what, count in sorted(_counted.items()))
        print(f"\nsamples: {len(SAMPLES)} answers, {len(ERRORS)} errors, {len(REQUESTS)} requests: {shown}")  # noqa: T201
    assert sum(_counted.values()) > 0
