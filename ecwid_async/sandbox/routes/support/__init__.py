"""Code that endpoints share. No file in this package declares an endpoint.

Lists and items: `columns`, `filters`, `lists`, `items`, `text`.
Catalog: `category_tree`, `image_uploads`, `product_facets`, `product_media_storage`, `product_storage`.
Sales: `addresses`, `customer_stats`, `customer_storage`, `order_calculation`, `order_storage`.
Reports: `report_definitions`, `report_groups`, `report_metrics`, `report_period`, `time_buckets`.
"""
