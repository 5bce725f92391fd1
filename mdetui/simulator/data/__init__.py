"""What the pretend tenant holds, made in DuckDB's SQL from a seed."""
