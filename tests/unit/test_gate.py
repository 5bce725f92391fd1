"""The write lock and the question every request is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdetui.api.endpoints import OPERATIONS, operation
from mdetui.api.gate import Permit, WriteLock, check
from mdetui.errors import NoOperation, ReadOnly
from tests.clocks import HeldClock

WRITES = [op for op in OPERATIONS.values() if not op.reads]
READS = [op for op in OPERATIONS.values() if op.reads]


def test_a_lock_is_closed_at_first_and_closes_by_itself() -> None:
    clock = HeldClock()
    lock = WriteLock("contoso", clock)
    assert not lock.is_open
    with pytest.raises(ReadOnly):
        lock.permit("job")
    lock.open_for(30, analyst="ito", cap=100)
    assert (lock.is_open, lock.remaining, lock.cap, lock.analyst) == (True, 1800, 100, "ito")
    clock.advance(1799)
    assert lock.permit("job").analyst == "ito"
    clock.advance(1)
    assert not lock.is_open
    assert lock.cap == WriteLock.DEFAULT_CAP
    with pytest.raises(ReadOnly):
        lock.permit("job")


def test_it_can_be_closed() -> None:
    lock = WriteLock("contoso", HeldClock())
    lock.open_for(30, analyst="ito")
    lock.close()
    assert lock.remaining == 0


def test_a_permit_outlives_the_lock() -> None:
    clock = HeldClock()
    lock = WriteLock("contoso", clock)
    lock.open_for(1, analyst="ito")
    permit = lock.permit("job")
    clock.advance(3600)
    check(operation("machines.isolate"), permit, "contoso")


@pytest.mark.parametrize("op", WRITES, ids=lambda op: op.id)
def test_every_write_needs_a_permit_of_this_tenant(op: object) -> None:
    lock = WriteLock("contoso", HeldClock())
    lock.open_for(1, analyst="ito")
    permit = lock.permit("job")
    check(op, permit, "contoso")  # type: ignore[arg-type]
    for bad in (None, Permit("job", "contoso", "ito"), replace(permit, _seal=None)):
        with pytest.raises(ReadOnly):
            check(op, bad, "contoso")  # type: ignore[arg-type]
    with pytest.raises(ReadOnly, match="fabrikam"):
        check(op, permit, "fabrikam")  # type: ignore[arg-type]


@pytest.mark.parametrize("op", READS, ids=lambda op: op.id)
def test_reads_need_none(op: object) -> None:
    check(op, None, "contoso")  # type: ignore[arg-type]


def test_an_operation_that_is_not_of_the_table_is_refused() -> None:
    isolate = operation("machines.isolate")
    for forged in (None, "machines.isolate", replace(isolate, reads=True), replace(isolate, id="x.y")):
        with pytest.raises(NoOperation):
            check(forged, None)  # type: ignore[arg-type]


def test_the_seal_does_not_show() -> None:
    lock = WriteLock("contoso", HeldClock())
    lock.open_for(1, analyst="ito")
    assert repr(lock.permit("j")) == "Permit(job='j', profile='contoso', analyst='ito')"
