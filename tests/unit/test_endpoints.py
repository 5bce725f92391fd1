"""The table's own rules: looking up imports little, ids and paths are well formed, families are the service's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from mdetui.api import hosts
from mdetui.api.decode import key_field
from mdetui.api.endpoints import FAMILIES, OPERATIONS, Operation, operation
from mdetui.api.models.base import Keyed, number
from mdetui.config import Profile

ROOT = Path(__file__).resolve().parents[2]


class Person:
    """An identity."""

    def __init__(self, kind: str, *roles: str) -> None:
        self.kind = kind
        self.roles = frozenset(roles)


def test_ids_and_paths() -> None:
    assert len(OPERATIONS) == len(set(OPERATIONS)) == len(list(OPERATIONS.values()))
    for name, op in OPERATIONS.items():
        assert name == op.id
        assert OPERATIONS[name] is op
        assert op.path.startswith(("/api/", "/v1.0/"))
        assert op.application
        assert op.delegated
        values = {"id": "x", "ip": "1.2.3.4", "timestamp": "t", "index": "0"}
        path = hosts.path_of(op, values)
        assert hosts.is_path_of(op, path)
        found = hosts.values_of(op, path)
        assert found == {hole: value for hole, value in values.items() if f"{{{hole}}}" in op.path}


@pytest.mark.parametrize("name", ["", "alerts", "alerts.", "alerts.nope", "nope.list", "machines.list.x", ".list"])
def test_what_is_not_in_the_table(name: str) -> None:
    assert name not in OPERATIONS
    with pytest.raises(KeyError):
        operation(name)


def test_values_come_back_decoded() -> None:
    op = operation("files.get")
    assert hosts.values_of(op, "/api/Files/a%2Fb%20c") == {"id": "a/b c"}
    assert hosts.values_of(op, "/api/files/a/b") is None
    assert hosts.values_of(op, "/api/files/..") is None


@pytest.mark.parametrize("op", [op for op in OPERATIONS.values() if op.model], ids=lambda op: op.id)
def test_a_row_can_be_told_from_the_others(op: Operation) -> None:
    for model in (op.model, op.line):
        if model is None or (op.paging == "one" and model is op.model):
            continue
        keyed = issubclass(model, Keyed)
        assert keyed != ("id" in model.__struct_fields__), model
        fields = set(model.__struct_fields__)
        assert {key_field(model), *getattr(model, "KEY", ()), *getattr(model, "INTERNED", ())} <= fields
        # filled with nothing, as a broken row may be
        assert not model().id  # type: ignore[attr-defined]


def test_a_row_without_an_id_has_one_made() -> None:
    model = operation("exports.configurations").model
    assert model is not None
    row = msgspec.json.decode(b'{"deviceId":"d1","configurationId":"scid-1"}', type=model)
    assert row.id == "d1|scid-1"  # type: ignore[attr-defined]
    assert msgspec.json.decode(b'{"configurationId":"scid-1"}', type=model).id == "|scid-1"  # type: ignore[attr-defined]


def test_missing_permissions_name_the_first() -> None:
    files = operation("exports.certificates")
    assert files.missing(Person("app", "Alert.Read.All")) == "Vulnerability.Read.All"
    assert files.missing(Person("person", "Software.Read")) == ""
    package = operation("actions.packageUri")
    assert package.missing(Person("app", "Machine.CollectForensics")) == "Machine.Read.All"
    assert package.missing(Person("person", "Machine.Read")) == "Machine.CollectForensics"


def test_families_that_name_no_limit_have_none() -> None:
    assert {name for name, family in FAMILIES.items() if family.minute is None} == {"startInvestigation", "graph"}
    assert FAMILIES["default"].name == "default"
    used = {op.family for op in OPERATIONS.values()}
    assert used == set(FAMILIES)


def test_each_audience_has_a_base_in_every_cloud() -> None:
    for cloud in ("global", "gcc", "gcc-high", "dod"):
        one = Profile(name="one", cloud=cloud)
        for audience in {op.audience for op in OPERATIONS.values()}:
            assert one.base_of(audience).startswith("https://")
            assert one.scope_of(audience).endswith("/.default")


def test_a_changed_row_is_not_of_the_table() -> None:
    op = operation("machines.isolate")
    assert OPERATIONS[op.id] is not replace(op, reads=True)


def test_looking_up_an_alert_imports_its_group_and_its_models_only() -> None:
    code = (
        "import sys\n"
        "from mdetui.api.endpoints import operation\n"
        "operation('alerts.list').model\n"
        "print(*sorted(n.removeprefix('mdetui.api.') for n in sys.modules if n.startswith('mdetui.api.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == [
        "endpoints",
        "endpoints.alerts",
        "endpoints.grants",
        "models",
        "models.alert",
        "models.base",
    ]


@pytest.mark.parametrize(
    ("value", "means"),
    [(3, 3.0), ("705012", 705012.0), ("x", None), (None, None), (True, None), ("inf", None), ([], None)],
)
def test_numbers_that_come_as_text(value: object, means: float | None) -> None:
    assert number(value) == means


@pytest.mark.parametrize(
    ("body", "here", "worldwide"),
    [
        (b'{"sha1":"a","organizationPrevalence":14850,"globallyPrevalence":705012}', 14850, 705012),
        (b'{"sha1":"a","orgPrevalence":"7","globalPrevalence":"8"}', 7, 8),
        (b'{"sha1":"a"}', None, None),
    ],
)
def test_prevalence_by_both_names(body: bytes, here: int | None, worldwide: int | None) -> None:
    model = operation("files.stats").model
    assert model is not None
    stats = msgspec.json.decode(body, type=model)
    assert (stats.here, stats.worldwide) == (here, worldwide)  # type: ignore[attr-defined]
