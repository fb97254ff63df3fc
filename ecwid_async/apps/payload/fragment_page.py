"""The page that sends the fragment of its address to the app, since browsers keep fragments from servers."""

from typing import Final

__all__ = ["render_fragment_page"]

# The payload leaves the address before anything else happens, so that nothing that is loaded later can see it.
_SCRIPT: Final = """
const show = text => { document.getElementById("message").textContent = text; };
const fragment = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (!fragment) {
  show("Open this page from the control panel of the store.");
} else {
  fetch(location.pathname, {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({fragment}),
  }).then(response => response.ok ? response.json() : Promise.reject(response.status))
    .then(answer => location.replace(answer.page))
    .catch(() => show("The page can't be opened. Reload the control panel and try once more."));
}
"""


def render_fragment_page(nonce: str) -> bytes:
    """The page. Only scripts with this nonce may run."""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Loading</title></head>'
        f'<body><p id="message" role="status">Loading…</p><script nonce="{nonce}">{_SCRIPT}</script></body></html>'
    )
    return text.encode()
