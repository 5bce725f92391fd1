"""mdetui: Microsoft Defender for Endpoint in a terminal."""

__version__ = "0.1.0"
