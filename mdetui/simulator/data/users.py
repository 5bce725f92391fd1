"""Users of a machine, made when asked for."""

from __future__ import annotations

import hashlib
from typing import Any

from mdetui.simulator import ticks
from mdetui.simulator.data.evidence import account
from mdetui.simulator.data.store import Store


def users_of(store: Store, machine: int, machines: int) -> list[dict[str, Any]]:
    """Rows of `/api/machines/{id}/logonusers`: whose machine it is, then up to three who passed by."""
    count = 1 + int(hashlib.sha256(f"{store.seed}:users:{machine}".encode()).hexdigest()[:2], 16) % 4
    numbers = [machine, *((machine * 31 + 7 * step) % machines for step in range(1, count))]
    found = store.rows(
        "SELECT account, any_value(n), min(first_seen), max(last_seen), any_value(family) FROM machines "
        "WHERE n IN (SELECT unnest($numbers)) GROUP BY account",
        {"numbers": numbers},
    )
    own = store.rows("SELECT first_seen, last_seen, id, account FROM machines WHERE n = $n", {"n": machine})[0]
    rows = [
        _user(row[0], own, _count(store, row[0], machines), home=row[0] == own[3], admin=row[4] == 0) for row in found
    ]
    return sorted(rows, key=lambda row: (row["logonTypes"] != "Interactive", row["accountName"]))


def alerts_of_account(account: str) -> tuple[str, dict[str, Any]]:
    """SQL that is true for alerts that name an account, and its parameters."""
    sql = "has_user AND machine IN (SELECT n FROM machines WHERE account = $account)"
    return sql, {"account": account.lower()}


def machines_of_account(store: Store, account: str, machines: int) -> tuple[str, dict[str, Any]]:
    """SQL that is true for machines `m` of whose `users_of` an account is one, and its parameters."""
    own = "(SELECT n FROM machines WHERE account = $account)"
    visits = (
        "EXISTS (SELECT 1 FROM range(1, 1 + ('0x' || substr(sha256($seed || ':users:' || m.n), 1, 2))::INTEGER % 4) r(step) "
        f"WHERE (m.n * 31 + 7 * step) % $machines IN {own})"
    )
    values = {"account": account.lower(), "seed": str(store.seed), "machines": machines}
    return f"(m.account = $account OR {visits})", values


def user_of(store: Store, machine: int, machines: int) -> dict[str, Any]:
    """The one whose machine it is, as `/api/alerts/{id}/user` tells."""
    own = store.rows("SELECT first_seen, last_seen, id, account FROM machines WHERE n = $n", {"n": machine})[0]
    return _user(own[3], own, _count(store, own[3], machines), home=True, admin=False)


def _count(store: Store, account: str, machines: int) -> int:
    """On how many machines an account signed in."""
    sql, values = machines_of_account(store, account, machines)
    count: int = store.rows(f"SELECT count(*) FROM machines m WHERE {sql}", values)[0][0]
    return count


def _user(name: str, own: Any, used: int, *, home: bool, admin: bool) -> dict[str, Any]:
    first, last, machine_id, _ = own
    ids = account(name)
    return {
        "id": f"contoso\\{name}",
        "accountName": name,
        "accountDomain": "contoso",
        "accountSid": ids["userSid"],
        "firstSeen": ticks.text(first // ticks.SECOND * ticks.SECOND),
        "lastSeen": ticks.text(last // ticks.SECOND * ticks.SECOND - (0 if home else 5 * 86_400 * ticks.SECOND)),
        "mostPrevalentMachineId": machine_id,
        "leastPrevalentMachineId": machine_id,
        "logonTypes": "Interactive" if home else "Network,RemoteInteractive",
        "logOnMachinesCount": used,
        "isDomainAdmin": admin or name.startswith("adm.") or name == "administrator",
        "isOnlyNetworkUser": not home,
    }
