"""What a tenant without a licence answers, by fault: the words are those of reports (evidence page of the API).

`licence` strikes whatever path it names, `no-tvm` all of vulnerability management, `no-tvm-addon` what needs the
Vulnerability Management add-on on top (baselines, certificates, browser extensions, firmware, authenticated scans).
"""

from __future__ import annotations

import re

from mdetui.simulator.faults import FaultBoard
from mdetui.simulator.wire import Refused

_ADDON = re.compile(
    r"/api/(?:baseline(?:profiles|configurations)|browserextensions|deviceauthenticatedscan(?:definitions|agents)"
    r"|machines/(?:browserextensions|certificateassessment|baselinecompliance|hardwarefirmware)\w+)(?:/.*)?"
)
_TVM = re.compile(
    r"/api/(?:vulnerabilities|software|recommendations|exposurescore|configurationscore|remediationtasks"
    r"|machines/(?:secureconfigurationsassessment|softwareinventory|softwarevulnerabilit|infogathering)\w+"
    r"|machines/[^/]+/(?:software|vulnerabilities|recommendations|getmissingkbs))(?:/.*)?"
)


def check(faults: FaultBoard, path: str) -> None:
    """Refuse a request by the faults for licences.

    Raises:
        Refused: 401 without the licence, 403 without the add-on.
    """
    addon = _ADDON.fullmatch(path)
    if faults.take("licence", path) or ((addon or _TVM.fullmatch(path)) and faults.take("no-tvm", path)):
        raise Refused(401, "Unauthorized", "Unauthorized request - reason of failure: No Tvm license")
    if addon and faults.take("no-tvm-addon", path):
        raise Refused(403, "DisabledFeature", "The feature is disabled for this tenant")
