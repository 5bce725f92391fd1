"""Why a machine is protected: it drops out of a bulk and gets a sheet of its own on which its name is typed.

The API has no field that says "domain controller", so every reason is named as what it is: a name, a tag, a value.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from mdetui import text
from mdetui.response.catalogue import LINUX

if TYPE_CHECKING:
    from mdetui.api.models.machine import Machine
    from mdetui.config import Profile

# addresses of documentation networks: connecting a datagram socket sends nothing, it only picks a local address
_PROBES = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


@dataclass(frozen=True, slots=True)
class Here:
    """This host, and where the person sits.

    Attributes:
        names: Names of this host, lower case.
        addresses: Addresses of this host.
        clients: Addresses the SSH session comes from.
    """

    names: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Here:
        """Ask the operating system; never asks DNS, which can hang."""
        env = os.environ if environ is None else environ
        node = os.uname().nodename.lower()
        # SSH_CONNECTION: client address, client port, server address, server port; SSH_CLIENT: the first two and a port
        connection = env.get("SSH_CONNECTION", "").split()
        client = env.get("SSH_CLIENT", "").split()
        clients = {_address(part[0]) for part in (connection, client) if part}
        addresses = {_address(connection[2])} if len(connection) == 4 else set()
        addresses |= {_local(family, probe) for family, probe in _PROBES}
        return cls(
            frozenset({node, label(node)} - {"", "localhost"}), frozenset(addresses - {""}), frozenset(clients - {""})
        )


class Protection:
    """The rules of one profile on this host.

    Args:
        profile: Its `protected`, `protected_tags`, `protect_servers` and `jump_hosts`.
        here: This host; read from the operating system when not given.
    """

    def __init__(self, profile: Profile, here: Here | None = None) -> None:
        self._globs = tuple((pattern, pattern.casefold()) for pattern in profile.protected)
        self._tags = {tag.casefold() for tag in profile.protected_tags}
        self._servers = profile.protect_servers
        self._here = Here.read() if here is None else here
        hosts = [host.strip().casefold() for host in profile.jump_hosts if host.strip()]
        self._jump_addresses = {address for host in hosts if (address := _address(host))}
        self._jump_names = [host for host in hosts if not _address(host)]

    def by_name(self, name: str | None) -> str | None:
        """Why a name alone protects, for list rows, or None: known locally and at once."""
        reasons = self._names(name)
        return ", ".join(reasons) or None

    def reason(self, machine: Machine) -> str | None:
        """Why this machine is protected, or None; safe text such as `device value High, name matches dc-*`."""
        reasons = self._names(machine.computer_dns_name)
        if (machine.device_value or "").casefold() == "high":
            reasons.insert(0, "device value High")
        for tag in machine.machine_tags or []:
            if tag.casefold() in self._tags:
                reasons.append(f"tag {text.line(tag, 60)}")
        if self._servers and is_server(machine.os_platform):
            reasons.append(f"server, {text.line(machine.os_platform, 40)}")
        # the external address is a whole office behind one NAT: it would protect everybody
        known = {_address(machine.last_ip_address)} | {
            _address(address.ip_address) for address in machine.ip_addresses or []
        }
        for addresses, why in (
            (self._here.addresses, "has an address of this host"),
            (self._here.clients, "your SSH session comes from it"),
            (self._jump_addresses, "is a jump host"),
        ):
            if addresses & (known - {""}) and why not in reasons:
                reasons.append(why)
        return ", ".join(reasons) or None

    def _names(self, name: str | None) -> list[str]:
        if not name:
            return []
        full, short = name.casefold(), label(name)
        reasons = [
            f"name matches {pattern}"
            for pattern, folded in self._globs
            if fnmatchcase(full, folded) or fnmatchcase(short, folded)
        ]
        if full in self._here.names or short in self._here.names:
            reasons.append("is this host")
        if any(fnmatchcase(full, host) or fnmatchcase(short, host) for host in self._jump_names):
            reasons.append("is a jump host")
        return reasons


def label(name: str | None) -> str:
    """First label of a DNS name, case folded: what people call the machine."""
    return (name or "").casefold().split(".", 1)[0]


def is_server(platform: str | None) -> bool:
    """Whether an `osPlatform` is a server's; Defender for Linux is made for servers, so Linux counts."""
    return (platform or "").casefold().startswith(("windowsserver", *LINUX))


def _address(value: str | None) -> str:
    """Canonical text of an IP address, "" for everything else and for loopback."""
    try:
        address = ip_address((value or "").split("%", 1)[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return "" if address.is_loopback or address.is_unspecified else str(address)


def _local(family: socket.AddressFamily, probe: str) -> str:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((probe, 9))
            return _address(sock.getsockname()[0])
    except OSError:
        # no route of this family: no address of it either
        return ""
