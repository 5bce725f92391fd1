"""What the program takes for a refresh, wherever it is said: file, environment, tables of views, schema."""

# seconds between two refreshes at least: each is one call of a quota that colleagues share
SHORTEST_REFRESH = 5
LONGEST_REFRESH = 3_600
REFRESH_TODO = f"Use 0 to turn it off, or {SHORTEST_REFRESH} to {LONGEST_REFRESH}."


def refreshes(seconds: int) -> bool:
    """Whether a list may be refreshed so often; 0 is never."""
    return seconds == 0 or SHORTEST_REFRESH <= seconds <= LONGEST_REFRESH
