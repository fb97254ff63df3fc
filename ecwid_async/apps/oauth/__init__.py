"""The installation of an app in stores, and the tokens that it gets."""
