"""Apps: webhooks, tenants and visitors."""
