"""What the control panel of Ecwid passes to the page of an app."""
