"""Declarative views: for each resource its columns, filters, pivots and preview. Data, hardly any code.

A view module may be imported before the first paint, so none imports `api` or `feeds` at module level: operations,
actions and pivots are named by string id, and a test resolves every id.
"""
