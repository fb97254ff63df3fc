"""Code that the demo data of several sections share.

`randomness` (repeatable draws, times, amounts), `vocabulary` (words, names and places), `urls`, `people`,
`product_options` (options and variations), `sales` (the common part of orders and carts).
"""
