"""Commands of live response sessions, and the files they end in.

The commands of a session share its time; which one is at work is worked out from the clock, as the action's own status
is. One that fails leaves those after it as they are: Created.
"""

from __future__ import annotations

import io
import json
from typing import Any

TABLE = "CREATE TABLE action_commands (action VARCHAR, place INTEGER, command VARCHAR, fails BOOLEAN)"

# of an action `a` of the relation of actions, at `$now`
COMMANDS = """coalesce((
  SELECT list({'index': place, 'startTime': CASE WHEN state <> 'Created' THEN wire_time(begins) END,
      'endTime': CASE WHEN state IN ('Completed', 'Failed') THEN wire_time(ends) END, 'commandStatus': state,
      'errors': CASE WHEN state = 'Failed' THEN ['The command ended with an error: the system cannot find the file specified.']
        ELSE [] END, 'command': command::JSON} ORDER BY place)
  FROM (
    SELECT place, command, begins, begins + length AS ends,
      CASE WHEN a.starts IS NULL OR skipped OR begins > least($now, coalesce(a.cancelled, $now)) THEN 'Created'
        WHEN begins + length > $now THEN CASE WHEN a.cancelled <= $now THEN 'Created' ELSE 'InProgress' END
        WHEN fails THEN 'Failed' ELSE 'Completed' END AS state
    FROM (
      SELECT place, command, fails, (a.ends - a.starts) // count(*) OVER () AS length,
        a.starts + (a.ends - a.starts) // count(*) OVER () * place AS begins,
        coalesce(bool_or(fails) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false) AS skipped
      FROM action_commands WHERE action = a.id))), [])"""


def command(kind: str, **params: str) -> str:
    """JSON of a command."""
    return json.dumps({"type": kind, "params": [{"key": key, "value": value} for key, value in params.items()]})


PAST = (
    command("RunScript", ScriptName="collect-triage.ps1", Args="-Days 3"),
    command("GetFile", Path="C:\\Windows\\Temp\\triage.zip"),
)


def result_of(command: dict[str, Any], machine: str) -> bytes | None:
    """The file a finished command leaves; None for one that leaves none.

    A script's output is JSON as the service writes it: with a byte order mark, and line ends that are not escaped.
    """
    params = {one["key"]: one["value"] for one in command["params"]}
    if command["type"] == "RunScript":
        lines = [
            "Transcript started, output file is C:\\ProgramData\\Microsoft\\PSScript_Transcript.txt",
            f"{params['ScriptName']} {params.get('Args', '')} on {machine}",
            "3 processes, 1 of them unsigned",
            "\0",
        ]
        output = "\n".join(json.dumps(line)[1:-1] for line in lines)
        name = json.dumps(params["ScriptName"])
        text = f'{{"script_name":{name},"exit_code":0,"script_output":"{output}","script_errors":""}}'
        return b"\xef\xbb\xbf" + text.encode()
    if command["type"] == "GetFile":
        return zipped(
            {params["Path"].replace("\\", "/").rpartition("/")[2] or "file": f"bytes of {params['Path']}\n" * 40}
        )
    return None


def package(machine: dict[str, Any]) -> bytes:
    """An investigation package."""
    return zipped(
        {
            "Autoruns/HKLM_Run.txt": "SecurityHealth C:\\Windows\\system32\\SecurityHealthSystray.exe\n",
            "Installed programs/programs.csv": "DisplayName,Publisher\nMicrosoft Edge,Microsoft Corporation\n",
            "Network Connections/ActiveNetConnections.txt": f"TCP {machine['ip'] or '0.0.0.0'}:49712 198.51.100.7:443\n",
            "Processes/Processes.CSV": "Name,PID\nlsass.exe,712\n",
            "Forensics Collection Summary.txt": f"{machine['name']}\n{machine['id']}\n",
        }
    )


def zipped(files: dict[str, str]) -> bytes:
    """A zip file; the same texts give the same bytes."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()
