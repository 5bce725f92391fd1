"""Request bodies: JSON objects whose keys are case sensitive (documentation, and 400s of those who got it wrong)."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from starlette.requests import Request

from mdetui.simulator.wire import Refused


async def read_body(request: Request, allowed: Collection[str]) -> dict[str, Any]:
    """The body.

    Raises:
        Refused: 400 InvalidRequestBody when it is no object or has a key that is not `allowed`.
    """
    try:
        body = json.loads(await request.body())
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused(400, "InvalidRequestBody", "Request body is incorrect") from error
    if not isinstance(body, dict):
        raise Refused(400, "InvalidRequestBody", "Request body is incorrect")
    unknown = [key for key in body if key not in allowed]
    if unknown:
        raise Refused(400, "InvalidRequestBody", f"Request body is incorrect: '{unknown[0]}' is not known")
    return body


def text_of(body: dict[str, Any], key: str, *, required: bool = False, choices: Collection[str] = ()) -> str | None:
    """A text of a body.

    Raises:
        Refused: 400 when it is missing though required, no text, or none of the choices.
    """
    value = body.get(key)
    if value is None or value == "":
        if required:
            raise Refused(400, "MissingRequiredParameter", f"The parameter '{key}' is required")
        return None
    if not isinstance(value, str):
        raise Refused(400, "InvalidRequestBody", f"Request body is incorrect: '{key}' must be a string")
    if choices and value not in choices:
        raise Refused(400, "InvalidInput", f"'{value}' is not valid for {key}. Allowed: {', '.join(choices)}")
    return value
