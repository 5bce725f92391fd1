"""Alerts: made in one statement a batch, and their JSON.

Rows lie in an order that has nothing to do with time, as the service returns them. Incidents come first: alert n belongs
to an incident drawn from n, the incident gives machine, scenario and time, so that alerts of one machine and hour hang
together and the same title comes back on the same machine. Alerts whose time has not come yet are there already and
become visible when the clock passes them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from mdetui.simulator.data import names
from mdetui.simulator.data.catalogue import KINDS, SCENARIOS, STORY
from mdetui.simulator.data.store import Store, words
from mdetui.simulator.ticks import DOTNET, SECOND

# alerts made ahead at a time
AHEAD = 400
# no new alert so soon after the start
_QUIET = 15 * SECOND
_CHANCES = 24
# alerts made by reference are numbered from here: alert, kind and incident alike
_CREATED = 1_900_000_000
# rows between the alerts of the story: it must not stand at the top of an unordered list
_APART = 9

_ROWS = """
WITH numbered AS (
  SELECT i AS n, draw(':a:', i) AS h, draw(':b:', i) AS g, {incident} AS incident FROM range({first}, {last}) r(i)
), cases AS (
  SELECT *, draw(':i:', incident) AS c, incident = 0 AS told FROM numbered
), placed AS (
  SELECT *, (CASE WHEN told THEN CASE WHEN nth($story_on_dc, 1 + n // {apart}) = '1' THEN 1 ELSE $story_machine END
      ELSE (floor($machines * pow(unit(c), 1.6))::BIGINT * 104729 + 13) END % $machines)::INTEGER AS machine,
    CASE WHEN told THEN nth($story_ages, 1 + n // {apart})::DOUBLE * 60 + c % 50 ELSE {age} END AS age
  FROM cases
), kinds AS (
  SELECT *, CASE WHEN told THEN nth($story_kinds, 1 + n // {apart}) ELSE nth(
      nth($scenario_kinds, nth($chances, 1 + family_of(machine) * {chances} + (c >> 33) % {chances})::BIGINT)
        .replace(';', '|'), 1 + (g >> 12) % nth($scenario_sizes,
          nth($chances, 1 + family_of(machine) * {chances} + (c >> 33) % {chances})::BIGINT)::BIGINT) END::INTEGER AS kind,
    uneven($start - (age * 1e7)::BIGINT - g % 10000000, g) AS created
  FROM placed
), states AS (
  SELECT *, CASE WHEN told OR age < 0 THEN 'New'
    WHEN age < 43200 THEN pick('New|New|New|New|New|New|New|InProgress|InProgress|Resolved', g >> 20)
    WHEN age < 259200 THEN pick('New|New|New|New|New|InProgress|InProgress|Resolved|Resolved|Resolved', g >> 20)
    ELSE pick('New|InProgress|Resolved|Resolved|Resolved|Resolved|Resolved|Resolved|Resolved|Resolved', g >> 20)
    END AS status
  FROM kinds
), times AS (
  SELECT *, created - 30000000 - (g >> 9) % 3000000000 AS first_event,
    CASE WHEN status = 'Resolved' THEN least($start - 10000000, created + 6000000000 + h % (1 + (age * 8e6)::BIGINT)) END
      AS resolved
  FROM states
)
SELECT n, 'da' || (created + {dotnet}) || '_' || ((h >> 7) % 4294967296 - 2147483648) AS id, kind, machine,
  100000 + incident AS incident,
  CASE WHEN (c >> 40) % 3 = 0 THEN 700000 + incident END AS investigation,
  CASE WHEN (c >> 40) % 3 = 0 THEN pick('Running|PendingApproval|SuccessfullyRemediated|Benign|PartiallyInvestigated|Queued',
    c >> 44) ELSE pick('UnsupportedAlertType|Queued|UnsupportedOs|UnsupportedAlertType', c >> 44) END AS investigation_state,
  status, nth($severities, kind) AS severity, nth($categories, kind) AS category, nth($sources, kind) AS source,
  CASE status WHEN 'New' THEN CASE WHEN NOT told AND (g >> 24) % 12 = 0 THEN pick($analysts, g >> 28) END
    WHEN 'InProgress' THEN pick($analysts, g >> 28)
    ELSE CASE WHEN (g >> 24) % 5 = 0 THEN 'Automation' ELSE pick($analysts, g >> 28) END END AS assigned,
  CASE WHEN status = 'Resolved' AND (g >> 32) % 8 > 0 THEN pick(
    'TruePositive|TruePositive|FalsePositive|InformationalExpectedActivity', g >> 36) END AS classification,
  CASE WHEN status = 'Resolved' AND (g >> 32) % 8 > 0 THEN pick(
    'Malware|CompromisedUser|Clean|SecurityTesting', g >> 36) END AS determination,
  created, first_event, first_event + (g >> 18) % 20000000 AS last_event, resolved,
  uneven(coalesce(resolved, created + 15000000), h >> 3) AS updated,
  (h >> 50) % 9 > 0 AS has_user, g AS mix
FROM times
"""

# what a page needs besides the row itself: its machine and the constants of its kind
JOINED = "a LEFT JOIN machines m ON m.n = a.machine LEFT JOIN kinds k ON k.n = a.kind"
JSON = """to_json({
  'id': a.id, 'incidentId': a.incident, 'investigationId': a.investigation, 'assignedTo': a.assigned,
  'severity': a.severity, 'status': a.status, 'classification': a.classification, 'determination': a.determination,
  'investigationState': a.investigation_state, 'detectionSource': a.source, 'detectorId': k.detector,
  'category': a.category, 'threatFamilyName': k.family, 'title': k.title, 'description': k.text,
  'alertCreationTime': wire_time(a.created), 'firstEventTime': wire_time(a.first_event),
  'lastEventTime': wire_time(a.last_event), 'lastUpdateTime': wire_time(a.updated),
  'resolvedTime': wire_time(a.resolved), 'machineId': m.id, 'computerDnsName': m.name,
  'rbacGroupName': m.group_name, 'aadTenantId': $tenant, 'threatName': k.threat, 'mitreTechniques': k.techniques,
  'relatedUser': CASE WHEN a.has_user THEN {'userName': m.account, 'domainName': 'CONTOSO'} END,
  'loggedOnUsers': CASE WHEN a.has_user THEN [{'accountName': m.account, 'domainName': 'CONTOSO'}] ELSE [] END,
  'comments': coalesce((SELECT list({'comment': text, 'createdBy': author, 'createdTime': wire_time(written)}
     ORDER BY written, place) FROM alert_comments WHERE alert = a.n), []),
  'evidence': []})::VARCHAR"""


class Alerts:
    """The table `alerts`, and the alerts that are still to come.

    Args:
        store: The tenant's database; the macros of `machines.define` must be there.
        alerts: How many there are at the start.
        machines: How many machines there are.
        days: Age of the oldest.
        arrivals: Mean seconds between new ones; 0 means none.
    """

    def __init__(self, store: Store, *, alerts: int, machines: int, days: int, arrivals: float) -> None:
        self._store = store
        self._next = alerts
        self._gap = arrivals
        self._created = 0
        self._lock = threading.Lock()
        # the first batch is made when the first alert of it is nearly due, not while somebody waits for the first rows
        self._horizon = store.start + _QUIET
        self._machines = machines
        store.build("kinds", _KIND_ROWS, _kind_values())
        store.define(
            "CREATE TABLE IF NOT EXISTS alert_comments (alert BIGINT, text VARCHAR, author VARCHAR, written BIGINT, place BIGINT)"
        )
        spread = f"1 + floor(unit(draw(':c:', i)) * {max(1, alerts * 2 // 5)})::BIGINT"
        if alerts > _APART * len(STORY) and machines > 1:
            spread = f"CASE WHEN i % {_APART} = 5 AND i < {_APART * len(STORY)} THEN 0 ELSE {spread} END"
        age = f"greatest({days} * 86400.0 * pow(unit(c >> 30), 1.35) - h % 5400, 75 + h % 3300)"
        store.build("alerts", self._sql(spread, age, 0, alerts), self._values())

    @property
    def made(self) -> int:
        """How many rows the recipe made so far, those whose time has not come included; they are numbered from 0."""
        return self._next

    def create(self, fields: Mapping[str, Any], now: int) -> int:
        """Make an alert of an event somebody points at, and return its number; see `find_open` first.

        Args:
            fields: `title`, `text`, `severity`, `category`, `machine` (number), `event` (ticks).
            now: Ticks.
        """
        with self._lock:
            self._created += 1
            number = _CREATED + self._created
        self._store.write(
            "INSERT INTO kinds BY NAME SELECT $n AS n, $title AS title, $text AS text, []::VARCHAR[] AS techniques, "
            "md5($title)::UUID::VARCHAR AS detector",
            {"n": number, "title": fields["title"], "text": fields["text"]},
        )
        self._store.write(
            "INSERT INTO alerts BY NAME SELECT $n AS n, $id AS id, $n::INTEGER AS kind, $machine AS machine, $n AS incident, "
            "'Queued' AS investigation_state, 'New' AS status, $severity AS severity, $category AS category, "
            "'CustomerTI' AS source, $now AS created, $event AS first_event, $event AS last_event, $now AS updated, "
            "false AS has_user, $n AS mix",
            {
                "n": number,
                "id": f"da{now + DOTNET}_{number % 4_294_967_296 - 2_147_483_648}",
                "machine": fields["machine"],
                "severity": fields["severity"],
                "category": fields["category"],
                "event": fields["event"],
                "now": now,
            },
        )
        return number

    def find_open(self, machine: int, title: str, now: int) -> int | None:
        """Number of an open alert of that machine and title: a new one would be merged into it."""
        found = self._store.rows(
            "SELECT a.n FROM alerts a JOIN kinds k ON k.n = a.kind WHERE a.machine = $machine AND k.title = $title "
            "AND a.status <> 'Resolved' AND a.created <= $now ORDER BY a.created DESC LIMIT 1",
            {"machine": machine, "title": title, "now": now},
        )
        return found[0][0] if found else None

    def arrive(self, now: int) -> None:
        """See that the alerts due by now are there.

        Args:
            now: Ticks.
        """
        while self._gap and now >= self._horizon:
            first, last = self._next, self._next + AHEAD
            begun = (self._horizon - self._store.start) / SECOND
            # three in a row are one incident
            age = f"-({begun} + (n - {first} + 0.1 + 0.8 * unit(g)) * {self._gap})"
            self._store.write(f"INSERT INTO alerts {self._sql('1000000 + i // 3', age, first, last)}", self._values())
            self._next = last
            self._horizon += int(AHEAD * self._gap * SECOND)

    def _sql(self, incident: str, age: str, first: int, last: int) -> str:
        return (
            _ROWS.replace("{incident}", incident).replace("{age}", age).replace("{first}", str(first))
            .replace("{last}", str(last)).replace("{chances}", str(_CHANCES)).replace("{dotnet}", str(DOTNET)).replace("{apart}", str(_APART))
        )  # fmt: skip

    def _values(self) -> dict[str, Any]:
        places = [place for place, slot in enumerate(names.SLOTS) if slot.prefix == "fin-ws" and place > 1]
        # fin-ws-014 where the tenant is big enough to have one
        machine = next(
            (places[0], names.CYCLE + place)[names.CYCLE + place < self._machines]
            for place in places
            if names.RANKS[place] == names.COUNTS[place] - 1
        )
        titles = [kind.title for kind in KINDS]
        numbers = [[1 + KINDS.index(kind) for kind in scenario.kinds] for scenario in SCENARIOS]
        return {
            "start": self._store.start,
            "machines": self._machines,
            "story_machine": machine,
            "story_kinds": words(1 + titles.index(title) for _, title, _ in STORY),
            "story_ages": words(minutes for minutes, _, _ in STORY),
            "story_on_dc": words(on_dc for _, _, on_dc in STORY),
            "chances": words(_chances()),
            "scenario_kinds": words(";".join(map(str, kinds)) for kinds in numbers),
            "scenario_sizes": words(len(kinds) for kinds in numbers),
            "severities": words(kind.severity for kind in KINDS),
            "categories": words(kind.category for kind in KINDS),
            "sources": words(kind.source for kind in KINDS),
            "analysts": words(names.ANALYSTS),
        }


def _chances() -> list[int]:
    """For each family `_CHANCES` numbers of scenarios, each as often as its weight says."""
    out: list[int] = []
    for family in names.FAMILIES:
        fitting = [
            (place, scenario) for place, scenario in enumerate(SCENARIOS, 1) if family in scenario.families.split()
        ]
        weighted = [place for place, scenario in fitting for _ in range(scenario.weight)]
        out += [weighted[slot * len(weighted) // _CHANCES] for slot in range(_CHANCES)]
    return out


_KIND_ROWS = """
SELECT place AS n, nth($titles, place) AS title, nullif(nth($families, place), '') AS family,
  nullif(nth($threats, place), '') AS threat, nth($texts, place) AS text,
  CASE WHEN nth($techniques, place) = '' THEN [] ELSE string_split(nth($techniques, place), ' ') END AS techniques,
  md5(nth($titles, place))::UUID::VARCHAR AS detector
FROM range(1, $count + 1) r(place)
"""


def _kind_values() -> dict[str, Any]:
    return {
        "count": len(KINDS),
        "titles": words(kind.title for kind in KINDS),
        "families": words(kind.family for kind in KINDS),
        "threats": words(kind.threat for kind in KINDS),
        "texts": words(kind.text for kind in KINDS),
        "techniques": words(kind.techniques for kind in KINDS),
    }
