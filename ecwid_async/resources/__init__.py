"""The endpoints, a class per API section: typed signatures in, calls and pages out."""
