"""An Ecwid store on this machine, for demos and for tests."""
