"""Names of machines, people and groups: constants the SQL of the tenant picks from."""

from __future__ import annotations

from typing import NamedTuple

FAMILIES = ("dc", "client", "server", "linux", "mac", "phone")


class Slot(NamedTuple):
    """A kind of machine; every cycle of `SLOTS` machines has one of each.

    Attributes:
        prefix: Start of the name.
        family: One of `FAMILIES`.
        suffix: DNS suffix, `""` for machines that report a short name.
        group: Device group, `""` for ungrouped ones.
        upper: Whether the name is reported in capitals.
    """

    prefix: str
    family: str
    suffix: str = ""
    group: str = ""
    upper: bool = False


def _many(count: int, slot: Slot) -> list[Slot]:
    return [slot] * count


_CORP = ".corp.contoso.com"
SLOTS: list[Slot] = [
    *_many(7, Slot("fin-ws", "client", group="Workstations")),
    *_many(4, Slot("hr-ws", "client", group="Workstations")),
    *_many(6, Slot("eng-ws", "client", group="Workstations")),
    *_many(4, Slot("ops-ws", "client", _CORP, "Workstations")),
    *_many(6, Slot("sal-lt", "client", group="Laptops")),
    *_many(3, Slot("mkt-lt", "client", group="Laptops")),
    *_many(2, Slot("leg-lt", "client", group="Laptops")),
    *_many(3, Slot("lon-lt", "client", group="Laptops", upper=True)),
    *_many(1, Slot("exec-lt", "client", group="VIP")),
    *_many(1, Slot("kiosk", "client")),
    *_many(1, Slot("vdi-pool-a-win11-ent-multisession-host", "client", ".vdi.emea.corp.contoso.com", "VDI")),
    *_many(2, Slot("eng-mac", "mac", group="Mac")),
    *_many(1, Slot("mkt-mac", "mac", ".local", "Mac")),
    *_many(1, Slot("srv-file", "server", _CORP, "Servers")),
    *_many(2, Slot("srv-app", "server", _CORP, "Servers")),
    *_many(1, Slot("sql-prd", "server", _CORP, "Servers")),
    *_many(1, Slot("web-dmz", "server", group="DMZ")),
    *_many(1, Slot("jump", "server", group="Servers")),
    *_many(1, Slot("lnx-web", "linux", group="Linux")),
    *_many(1, Slot("k8s-node", "linux", ".k8s.contoso.com", "Linux")),
    *_many(1, Slot("iphone", "phone")),
]
# machines that follow each other in the tenant should not be of one kind; 29 has no factor in common with the length
SLOTS = [SLOTS[place * 29 % len(SLOTS)] for place in range(len(SLOTS))]
CYCLE = len(SLOTS)
GROUPS = sorted({slot.group for slot in SLOTS} - {""} | {"Domain controllers"})

# number of this slot among the slots of its prefix, and how many there are: names count without gaps over the cycles
RANKS = [sum(other.prefix == slot.prefix for other in SLOTS[:place]) for place, slot in enumerate(SLOTS)]
COUNTS = [sum(other.prefix == slot.prefix for other in SLOTS) for slot in SLOTS]


class System(NamedTuple):
    """An operating system as a machine reports it; `build` is None where the service sends null."""

    platform: str
    version: str
    build: int | None
    architecture: str
    agent: str


# by family: equal chances
SYSTEMS: dict[str, list[System]] = {
    "dc": [
        System("WindowsServer2022", "21H2", 20348, "64-bit", "10.8760.20348.3566"),
        System("WindowsServer2019", "1809", 17763, "64-bit", "10.8750.17763.7240"),
        System("WindowsServer2016", "1607", 14393, "64-bit", "10.8735.14393.7876"),
    ],
    "client": [
        System("Windows11", "24H2", 26100, "64-bit", "10.8790.26100.4061"),
        System("Windows11", "23H2", 22631, "64-bit", "10.8790.22631.5335"),
        System("Windows11", "23H2", 22631, "64-bit", "10.8781.22631.5126"),
        System("Windows10", "22H2", 19045, "64-bit", "10.8760.19045.5854"),
        System("Windows10", "22H2", 19045, "32-bit", "10.8592.19045.4412"),
        System("Windows10", "1809", 17763, "64-bit", "10.5850.17763.1577"),
    ],
    "server": [
        System("WindowsServer2022", "21H2", 20348, "64-bit", "10.8760.20348.3566"),
        System("WindowsServer2019", "1809", 17763, "64-bit", "10.8750.17763.7240"),
        System("WindowsServer2025", "24H2", 26100, "64-bit", "10.8790.26100.4061"),
        System("WindowsServer2012R2", "6.3", 9600, "64-bit", "10.8560.9600.22176"),
    ],
    "linux": [
        System("Linux", "22.4", 6, "64-bit", "30.124082.4.0"),
        System("Linux", "20.04", None, "64-bit", "30.123092.12.0"),
        System("Linux", "9.4", None, "64-bit", "30.124072.1.0"),
        System("Linux", "Other", None, "64-bit", "30.122072.3.0"),
    ],
    "mac": [
        System("macOS", "15.4", None, "64-bit", "101.25032.11"),
        System("macOS", "14.7", None, "64-bit", "101.24122.5"),
    ],
    "phone": [System("iOS", "18.4", None, "64-bit", "1.1.60300101")],
}
ALL_SYSTEMS = [system for family in FAMILIES for system in SYSTEMS[family]]
SYSTEM_FIRST = [sum(len(SYSTEMS[name]) for name in FAMILIES[:place]) for place in range(len(FAMILIES))]
SYSTEM_COUNT = [len(SYSTEMS[name]) for name in FAMILIES]

# one text each, as the SQL takes lists (store.words)
FIRST_NAMES = (
    "aaron|alma|amir|anna|ben|bianca|carlos|chen|clara|dario|diego|elena|emma|erik|fatima|felix|frida|george|grace|"
    "hanna|hugo|ines|isaac|ivan|jana|joao|jonas|julia|kenji|klara|lars|laura|leon|lina|luca|maja|marco|maria|mateo|mei|"
    "mila|nadia|nils|noor|olga|omar|oscar|paula|pedro|petra|priya|rafael|rosa|ruth|samir|sara|sofia|stefan|tariq|tessa|"
    "tomas|uma|vera|victor|wei|yara|yusuf|zoe"
)
LAST_NAMES = (
    "abe|adler|alves|amin|bauer|becker|berg|bianchi|bose|braun|castro|chen|cohen|costa|dahl|diaz|dubois|eriksen|farah|"
    "ferrari|fischer|garcia|gupta|haddad|hansen|hayashi|ito|jansen|kaya|keller|khan|kim|klein|kowalski|kumar|lang|"
    "larsen|lopez|lund|marino|martin|meyer|moreau|mueller|nair|novak|okafor|olsen|ortiz|patel|pereira|petrov|ramos|"
    "rossi|saito|santos|schmidt|sharma|silva|singh|sousa|tanaka|torres|vogel|wagner|weber|wolf|yilmaz|zhang"
)

ANALYSTS = [
    "a.weber@contoso.com",
    "j.ito@contoso.com",
    "m.okafor@contoso.com",
    "priya.nair@contoso.com",
    "soc-automation@contoso.com",
]

TAGS = ["crown-jewel", "pci", "pilot-ring", "legacy", "exec", "internet-facing", "no-isolate", "build-agent"]
