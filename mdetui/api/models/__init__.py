"""One file per entity of the service."""
