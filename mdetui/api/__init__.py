"""The wire: HTTP, OData, paging, quotas, models. Knows no screen."""
