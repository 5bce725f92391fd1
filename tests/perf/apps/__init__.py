"""Small programs that are measured on a pty: `python -m tests.perf.apps.NAME`."""
