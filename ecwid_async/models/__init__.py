"""What the API answers and takes: attrs classes, a file per API section."""
