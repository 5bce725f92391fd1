"""Why a machine is protected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mdetui.api.models.machine import Machine, MachineAddress
from mdetui.config import Profile
from mdetui.response.protected import Here, Protection, is_server, label

PROFILE = Profile(
    "contoso", protected=("dc-*", "*.tier0.contoso.com"), protected_tags=("Tier0",), jump_hosts=("jump-*", "10.0.0.7")
)
HERE = Here(frozenset({"ir-box"}), frozenset({"10.0.0.5"}), frozenset({"10.0.0.6", "2001:db8::6"}))
RULES = Protection(PROFILE, HERE)


def machine(name: str | None = "ws-1.contoso.com", **more: Any) -> Machine:
    return Machine(id="a" * 40, computer_dns_name=name, **more)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("dc-01.contoso.com", "name matches dc-*"),
        ("DC-01", "name matches dc-*"),
        ("web.tier0.contoso.com", "name matches *.tier0.contoso.com"),
        ("ir-box.contoso.com", "is this host"),
        ("JUMP-3.contoso.com", "is a jump host"),
        ("ws-1.contoso.com", None),
        ("xdc-01", None),
        ("", None),
        (None, None),
    ],
)
def test_by_name_is_known_at_once(name: str | None, why: str | None) -> None:
    assert RULES.by_name(name) == why
    assert RULES.reason(machine(name)) == why


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"device_value": "High"}, "device value High"),
        ({"device_value": "high"}, "device value High"),
        ({"device_value": "Normal"}, None),
        ({"machine_tags": ["finance", "tier0"]}, "tag tier0"),
        ({"machine_tags": None}, None),
        ({"last_ip_address": "10.0.0.5"}, "has an address of this host"),
        ({"last_ip_address": "10.0.0.6"}, "your SSH session comes from it"),
        ({"ip_addresses": [MachineAddress(ip_address="2001:DB8:0::6")]}, "your SSH session comes from it"),
        ({"last_ip_address": "10.0.0.7"}, "is a jump host"),
        ({"last_external_ip_address": "10.0.0.6"}, None),
        ({"last_ip_address": ""}, None),
        ({"last_ip_address": "not an address"}, None),
        ({"os_platform": "WindowsServer2019"}, None),
    ],
)
def test_by_facts(more: dict[str, Any], why: str | None) -> None:
    assert RULES.reason(machine(**more)) == why


def test_all_reasons_are_named() -> None:
    found = RULES.reason(machine("dc-01", device_value="High", machine_tags=["Tier0"]))
    assert found == "device value High, name matches dc-*, tag Tier0"


def test_servers_only_by_choice() -> None:
    rules = Protection(replace(PROFILE, protect_servers=True), HERE)
    assert rules.reason(machine(os_platform="WindowsServer2019")) == "server, WindowsServer2019"
    assert rules.reason(machine(os_platform="Ubuntu")) == "server, Ubuntu"
    assert rules.reason(machine(os_platform="Windows11")) is None
    assert not is_server(None)


def test_hostile_tags_are_shown_as_escapes() -> None:
    rules = Protection(replace(PROFILE, protected_tags=("\x1b[2J",)), HERE)
    assert rules.reason(machine(machine_tags=["\x1b[2J"])) == r"tag \x1b[2J"


def test_here_is_read_from_the_ssh_variables() -> None:
    here = Here.read({"SSH_CONNECTION": "::ffff:192.168.1.9 50111 10.1.1.1 22"})
    assert here.clients == {"192.168.1.9"}
    assert "10.1.1.1" in here.addresses
    assert Here.read({"SSH_CLIENT": "192.168.1.8 50111 22"}).clients == {"192.168.1.8"}
    assert Here.read({}).clients == frozenset()
    assert Here.read({"SSH_CONNECTION": "UNKNOWN 65535 UNKNOWN 65535"}).clients == frozenset()
    assert "localhost" not in here.names


def test_the_client_behind_ssh_is_protected_end_to_end() -> None:
    rules = Protection(PROFILE, Here.read({"SSH_CONNECTION": "10.20.30.40 50111 10.1.1.1 22"}))
    assert rules.reason(machine(last_ip_address="10.20.30.40")) == "your SSH session comes from it"


def test_label_is_the_first_part_of_the_name() -> None:
    assert [label(name) for name in ("FIN-WS.contoso.com", "fin-ws", "", None)] == ["fin-ws", "fin-ws", "", ""]
