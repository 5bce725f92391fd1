"""Declarative views: for each resource its columns, filters, pivots and preview. Data, hardly any code.

Operations, actions and pivots are named by string id, and a test resolves every id.
"""
