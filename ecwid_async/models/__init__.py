"""The data of the API: attrs classes, a file per section of the API."""
