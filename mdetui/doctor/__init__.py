"""What of a profile works and what does not: configuration, trust, proxies, TLS, clocks, sign-in, permissions, reads.

Looks only: nothing is written, nobody is asked to sign in. The command line and a screen show what it finds.
"""

from mdetui.doctor.check import MARKS, TITLE, Check, Status, lines_of, summary, worst
from mdetui.doctor.examine import examine

__all__ = ["MARKS", "TITLE", "Check", "Status", "examine", "lines_of", "summary", "worst"]
