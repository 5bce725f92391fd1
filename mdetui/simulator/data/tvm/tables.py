"""The tables of vulnerability management: which machine has which version of what, and what follows from it.

`products`, `versions`, `flaws` and `fixes` are the catalogue. `installed` has a row for each product of each machine; it
is in the order of the machines, so that those of one machine, or of a few, are found without reading the rest. Whoever
has an older version than the one that fixes a weakness is exposed to it: nothing else is stored about that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mdetui.simulator.data import names
from mdetui.simulator.data.store import Store

if TYPE_CHECKING:
    from mdetui.simulator.data.tvm.products import Product

_PRODUCTS = (
    '[{"p":"INTEGER","id":"VARCHAR","vendor":"VARCHAR","name":"VARCHAR","label":"VARCHAR","families":"INTEGER[]",'
    '"share":"INTEGER","systems":"VARCHAR[]","category":"VARCHAR","newest":"INTEGER","old":"INTEGER",'
    '"ended":"VARCHAR","active":"BOOLEAN","windows":"BOOLEAN"}]'
)
_VERSIONS = '[{"p":"INTEGER","v":"INTEGER","text":"VARCHAR","released":"DATE","kb":"VARCHAR"}]'
_BUILDS = '[{"build":"INTEGER","v":"INTEGER","revision":"INTEGER"}]'
_FLAWS = (
    '[{"f":"INTEGER","id":"VARCHAR","text":"VARCHAR","severity":"VARCHAR","score":"DOUBLE","vector":"VARCHAR",'
    '"published":"DATE","updated":"DATE","patched":"DATE","exploit":"INTEGER","types":"VARCHAR[]","epss":"DOUBLE",'
    '"shared":"BOOLEAN","threats":"VARCHAR[]","tags":"VARCHAR[]"}]'
)
_FIXES = '[{"f":"INTEGER","p":"INTEGER","v":"INTEGER"}]'
_SETTINGS = (
    '[{"c":"INTEGER","scid":"VARCHAR","name":"VARCHAR","category":"VARCHAR","sub":"VARCHAR","impact":"INTEGER",'
    '"families":"INTEGER[]","share":"INTEGER","related":"VARCHAR","user_impact":"BOOLEAN"}]'
)

# a fifth of the machines is well kept and at most one version behind
_INSTALLED = """
WITH drawn AS (
  SELECT m.n, m.version AS system_version, m.build, d.p, d.name, d.newest, d.windows, draw(':sw:' || d.name || ':', m.n) AS h,
    draw(':kept:', m.n) % 5 = 0 AS kept
  FROM machines m JOIN products d ON list_contains(d.families, m.family)
    AND (len(d.systems) = 0 OR list_contains(d.systems, m.os) OR list_contains(d.systems, m.os || ':' || m.version))
  WHERE draw(':sw:' || d.name || ':', m.n) % 100 < d.share
), placed AS (
  SELECT *, CASE WHEN name = 'windows_10' AND system_version = '1809' THEN 0 ELSE
    greatest(newest - CASE WHEN kept THEN ((h >> 8) % 4 = 0)::INTEGER
      ELSE pick('0|0|1|1|1|2|2|3|4|5|7', h >> 10)::INTEGER END, CASE WHEN name = 'windows_10' THEN 1 ELSE 0 END) END AS v
  FROM drawn
)
SELECT x.n, x.p, x.v, CASE WHEN x.windows THEN
    CASE WHEN x.build = 9600 THEN '6.3.' ELSE '10.0.' END || x.build || '.' || b.revision ELSE t.text END AS version
FROM placed x JOIN versions t ON t.p = x.p AND t.v = x.v LEFT JOIN builds b ON b.build = x.build AND b.v = x.v
ORDER BY x.n, x.p
"""

# machines exposed to each weakness: by counting versions, and machine by machine only where products share it
_EXPOSED = """
SELECT f, sum(machines)::BIGINT AS machines FROM (
  SELECT x.f, s.machines FROM fixes x JOIN flaws w ON w.f = x.f AND NOT w.shared
    JOIN (SELECT p, v, count(*) AS machines FROM installed GROUP BY ALL) s ON s.p = x.p AND s.v < x.v
  UNION ALL
  SELECT x.f, count(DISTINCT i.n) FROM fixes x JOIN flaws w ON w.f = x.f AND w.shared
    JOIN installed i ON i.p = x.p AND i.v < x.v GROUP BY x.f)
GROUP BY f
"""

# `before`: whoever has an older version is exposed to something
_SOFTWARE = """
SELECT d.*, s.machines AS installed, s.exposed, x.before, coalesce(k.weaknesses, 0) AS weaknesses,
  coalesce(k.exploit, 0) > 0 AS public, coalesce(k.threats, []) AS threats,
  round(coalesce(k.weight, 0) * s.exposed / (SELECT count(*) FROM machines), 8) AS impact
FROM products d
JOIN (SELECT i.p, count(*) AS machines, count(*) FILTER (i.v < b.before) AS exposed FROM installed i
  LEFT JOIN (SELECT p, max(v) AS before FROM fixes GROUP BY p) b ON b.p = i.p GROUP BY i.p) s ON s.p = d.p
LEFT JOIN (SELECT p, max(v) AS before FROM fixes GROUP BY p) x ON x.p = d.p
LEFT JOIN (SELECT y.p, count(*) AS weaknesses, max(w.exploit) AS exploit, sum(coalesce(w.score, 5)) / 100 AS weight,
    flatten(list(w.threats)) AS threats
  FROM (SELECT DISTINCT y.p, y.f FROM fixes y JOIN installed i ON i.p = y.p AND i.v < y.v) y
  JOIN flaws w ON w.f = y.f GROUP BY y.p) k ON k.p = d.p
"""

# machines that lack a setting
_LACKING = """
SELECT m.n, c.c FROM machines m JOIN settings c ON list_contains(c.families, m.family)
WHERE draw(':set:' || c.scid || ':', m.n) % 100 < c.share ORDER BY m.n, c.c
"""

# weaknesses of all machines before each one, for pages of all of them
_BEFORE = """
SELECT n, sum(rows) OVER (ORDER BY n) - rows AS before, rows FROM (
  SELECT i.n, sum(k.rows)::BIGINT AS rows FROM installed i
  JOIN (SELECT s.p, s.v, count(*) AS rows FROM (SELECT DISTINCT p, v FROM installed) s
    JOIN fixes x ON x.p = s.p AND s.v < x.v GROUP BY ALL) k ON k.p = i.p AND k.v = i.v GROUP BY i.n)
ORDER BY n
"""


def catalogue(store: Store) -> None:
    """The tables of what there is, without any machine."""
    if store.has("fixes"):
        return
    # who never asks for vulnerabilities does not pay for the catalogue
    from mdetui.simulator.data.tvm import flaws
    from mdetui.simulator.data.tvm.products import PRODUCTS, REVISIONS

    weak, fixes = flaws.rows()
    builds = [
        {"build": build, "v": place, "revision": revision}
        for build, revisions in REVISIONS.items()
        for place, revision in enumerate(revisions)
    ]
    load(store, "products", _PRODUCTS, [_product(place, one) for place, one in enumerate(PRODUCTS)])
    load(store, "versions", _VERSIONS, [row for place, one in enumerate(PRODUCTS) for row in _versions(place, one)])
    load(store, "builds", _BUILDS, builds)
    load(store, "flaws", _FLAWS, weak)
    load(store, "fixes", _FIXES, fixes)


def installed(store: Store) -> None:
    """`installed`, and the numbers that follow: `exposed`, `software`."""
    catalogue(store)
    store.build("installed", _INSTALLED, {})
    store.build("exposed", _EXPOSED, {})
    store.build("software", _SOFTWARE, {})


def before(store: Store) -> None:
    """`weak_before`: where the rows of each machine begin among those of all."""
    installed(store)
    store.build("weak_before", _BEFORE, {})


def settings(store: Store) -> None:
    """`settings` and `lacking`."""
    if store.has("lacking"):
        return
    from mdetui.simulator.data.tvm.settings import SETTINGS

    rows = [
        {"c": place, **one._asdict(), "scid": f"scid-{one.scid}", "families": families_of(one.families)}
        for place, one in enumerate(SETTINGS)
    ]
    load(store, "settings", _SETTINGS, rows)
    store.build("lacking", _LACKING, {})


def load(store: Store, name: str, shape: str, rows: list[dict[str, Any]]) -> None:
    """A table of the program's own rows.

    Args:
        store: Where.
        name: Of the table.
        shape: Names and types of its columns, as DuckDB's `from_json` takes them.
        rows: By column name.
    """
    sql = f"SELECT unnest(from_json($rows, '{shape}'), recursive := true)"
    store.build(name, sql, {"rows": json.dumps(rows)})


def families_of(text: str) -> list[int]:
    """Numbers of families of machines."""
    return [names.FAMILIES.index(one) for one in text.split()]


def _product(place: int, one: Product) -> dict[str, Any]:
    kind, _, rest = one.ends.partition(" ")
    old, _, day = rest.rpartition(" ")
    return {
        "p": place,
        "id": one.id,
        "vendor": one.vendor,
        "name": one.name,
        "label": one.label,
        "families": families_of(one.families),
        "share": one.share,
        "systems": one.systems.split(),
        "category": one.category,
        "newest": len(one.numbers) - 1,
        # how many of its versions support has ended for
        "old": 99 if kind == "software" else int(old or 0),
        "ended": day or None,
        "active": one.active,
        "windows": one.name.startswith("windows_"),
    }


def _versions(place: int, one: Product) -> list[dict[str, Any]]:
    kbs = one.kbs.split()
    first = len(one.numbers) - len(kbs)
    return [
        {
            "p": place,
            "v": number,
            "text": text,
            "released": str(one.released(number)),
            "kb": kbs[number - first] if number >= first else None,
        }
        for number, text in enumerate(one.numbers)
    ]
