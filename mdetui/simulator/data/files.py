"""What the tenant knows of a file: as files.md has it, made from its path."""

from __future__ import annotations

from typing import Any

_SYSTEM = ("C:\\Windows\\", "C:\\Program Files\\", "/usr/", "/bin")
FIRST_SEEN = "2019-03-23T23:54:06.0135204Z"


def is_system(path: str) -> bool:
    """Whether a file of that path came with the system or a product: it lies on every machine of its kind."""
    return path.startswith(_SYSTEM)


def global_count(path: str) -> int:
    """On how many machines of the world it was seen."""
    return 1_204_331 if is_system(path) else 29


def file_of(folder: str, name: str, sha1: str, sha256: str, observed: str) -> dict[str, Any]:
    """The entity; `observed` is the time it was seen last, anywhere."""
    system = is_system(folder)
    return {
        "sha1": sha1,
        "sha256": sha256,
        "md5": sha256[:32],
        "globalPrevalence": global_count(folder),
        "globalFirstObserved": FIRST_SEEN,
        "globalLastObserved": observed,
        "size": 40_960 + int(sha1[:4], 16),
        "fileType": None,
        "isPeFile": (name or "").lower().endswith(".exe"),
        "filePublisher": "Microsoft Corporation" if system else None,
        "fileProductName": "Microsoft Windows Operating System" if system else None,
        "signer": "Microsoft Windows" if system else None,
        "issuer": "Microsoft Windows Production PCA 2011" if system else None,
        "signerHash": sha256[24:] if system else None,
        "isValidCertificate": True if system else None,
        "determinationType": "Clean" if system else "Unknown",
        "determinationValue": None,
    }
