"""What a list shows: pages become ordered, de-duplicated, searchable rows. Plain Python; no widget, no event loop."""
