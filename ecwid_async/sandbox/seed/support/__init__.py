"""What the demo data of several sections is built from.

`randomness` (repeatable draws, times, amounts), `vocabulary` (words, names and places), `urls`, `people`,
`product_options` (options and variations), `sales` (what orders and carts have in common).
"""
