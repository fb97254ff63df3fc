"""Small pieces that know nothing of the API."""
