"""Commands of the command line that open no screen: one a file, each with `main(rest, config) -> exit code`."""
