"""Friendly words become OData, and what is not understood is said."""

from __future__ import annotations

import pytest

from mdetui.errors import PlanError
from mdetui.views.query import QUEUES, parse


@pytest.mark.parametrize(
    ("view", "line", "filter_text", "local"),
    [
        ("alerts", "", "", ""),
        ("alerts", "sev:high status:new", "severity eq 'High' and status eq 'New'", ""),
        ("alerts", "sev:med+", "(severity eq 'Medium' or severity eq 'High')", ""),
        ("alerts", "status:open /power shell", "status ne 'Resolved'", "power shell"),
        ("alerts", "owner:me", "assignedTo eq 'j.ito@contoso.example'", ""),
        ("alerts", "owner:none", "assignedTo eq null", ""),
        ("alerts", "inc:1042", "incidentId eq 1042", ""),
        ("machines", "tag:\"O'Neill's\"", "machineTags/any(tag: tag eq 'O''Neill''s')", ""),
        ("machines", 'name:"a:b" /c:/x', "startswith(computerDnsName,'a:b')", "c:/x"),
    ],
)
def test_words(view: str, line: str, filter_text: str, local: str) -> None:
    query = parse(view, line, "j.ito@contoso.example")
    assert (query.filter, query.local) == (filter_text, local)


@pytest.mark.parametrize("line", ["powershell", "sev:urgent", "inc:x", "colour:red", "status:done"])
def test_what_is_not_understood_is_said(line: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse("alerts", line)
    assert caught.value.todo


def test_mine_needs_a_name() -> None:
    with pytest.raises(PlanError, match="Who you are"):
        parse("alerts", "owner:me")


def test_the_queues_on_the_number_keys_are_understood() -> None:
    for view, queues in QUEUES.items():
        for _, words, *_ in queues:
            parse(view, words, "me@contoso.example")
