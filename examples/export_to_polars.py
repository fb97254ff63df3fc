"""Sales by month and best sellers, as polars tables and a picture.

    pip install '.[arrow]' polars matplotlib
    python export_to_polars.py   # prints both tables, and writes sales.png

Environment: ECWID_STORE_ID, ECWID_TOKEN. Editors and notebooks can run it cell by cell: a cell begins at `# %%`.
"""

# %% Read the paid orders, and the settings of the store
import asyncio
from concurrent.futures import ThreadPoolExecutor

import matplotlib.pyplot as plt
import polars as pl

from ecwid_async import Ecwid

FIELDS = "items(createDate,total,refundedAmount,items(name,sku,quantity,price))"


async def read_orders() -> tuple[pl.DataFrame, str, str]:
    """Return all paid orders, the currency, and the time zone of the store."""
    async with Ecwid() as ecwid:
        store = ecwid.store()
        formats = (await store.profile.get()).formats_and_units
        paid = store.orders.search(payment_status=["PAID", "PARTIALLY_REFUNDED"], response_fields=FIELDS)
        async with paid.scan() as scan:
            orders = await scan.to_polars(decimals="float64")  # to plot them; by default, amounts are exact
    return orders, (formats and formats.currency) or "", (formats and formats.timezone) or "UTC"


# In a thread of its own, because a notebook runs an event loop already. In a notebook, `await read_orders()` works too.
with ThreadPoolExecutor(1) as pool:
    orders, currency, timezone = pool.submit(asyncio.run, read_orders()).result()

# %% Sales by month of the store's time zone, less refunds
months = (
    orders.group_by(pl.col("createDate").dt.convert_time_zone(timezone).dt.truncate("1mo").dt.date().alias("month"))
    .agg(
        orders=pl.len(),
        sales=(pl.col("total") - pl.col("refundedAmount").fill_null(0)).sum(),
    )
    .sort("month")
)
print(months)

# %% Best sellers
products = (
    orders.explode("items")
    .unnest("items")
    .group_by(pl.coalesce("sku", "name").fill_null("").alias("sku"))  # not every item of an order has one
    .agg(pl.col("name").last(), pl.col("quantity").sum(), sales=(pl.col("price") * pl.col("quantity")).sum())
    .sort("sales", descending=True)
    .head(10)
)
print(products)

# %% The picture
plt.rcParams["text.parse_math"] = False  # a $ is no formula
figure, (left, right) = plt.subplots(1, 2, figsize=(14, 5), width_ratios=[3, 2], layout="constrained")
left.bar(months["month"], months["sales"], width=25)
left.set_title(f"Sales by month, {currency}")
right.barh(range(len(products)), products["sales"], tick_label=products["sku"])
right.invert_yaxis()
right.set_title(f"Best sellers, {currency}")
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
figure.savefig("sales.png", dpi=150)
