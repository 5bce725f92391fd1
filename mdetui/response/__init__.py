"""Everything that changes the world, without any screen: the command line and the screens share the same guards.

Read in this order: `catalogue` (what can be done), `targets` and `protected` (to what), `preflight` and `verdicts` (what
the service says first), `plan` and `tiers` (what will be sent and what must be typed for it), `sheet` (the confirmation
as a state machine), `ledger` (the record on this host), `runner` and `follow` (sending, and watching to the end),
`trace` and `recovery` (what became of a write whose answer is missing), `desk` (the front door).
"""
