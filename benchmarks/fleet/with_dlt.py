"""The same work with dlt: its source for REST APIs, as its documentation says, with a pipeline for each store.

State and cursor belong to a pipeline, so that many stores are as many pipelines, one after another. Each store takes
four requests, one for each list, also when nothing has changed.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.fleet.passes import MEMORY
from benchmarks.fleet.stores import SECTIONS, store_ids
from benchmarks.fleet.usage import Usage

__all__ = ["measure_dlt"]

_UPDATED: Final = {"products": "updateTimestamp", "orders": "updateTimestamp"}


def measure_dlt(base_url: str, stores: int, *, passes: int = 2) -> list[Usage]:
    """Load so many stores into one file of DuckDB, again and again. Return the usage of each pass."""
    # It would send figures of its use to its makers.
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    import dlt

    usages = []
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        destination = dlt.destinations.duckdb(str(Path(folder) / "shops.duckdb"))
        for _ in range(passes):
            before = Usage.now()
            for store_id in store_ids(stores):
                pipeline = dlt.pipeline(
                    pipeline_name=f"store_{store_id}",
                    pipelines_dir=folder,
                    destination=destination,
                    dataset_name=f"store_{store_id}",
                )
                pipeline.run(_source(base_url, store_id, SECTIONS))
            usages.append(Usage.now() - before)
    return usages


def _source(base_url: str, store_id: int, sections: Sequence[str]) -> Any:
    from dlt.sources.rest_api import rest_api_source

    resources: list[Any] = []
    for section in sections:
        endpoint: dict[str, Any] = {"path": section, "data_selector": "items"}
        if section in _UPDATED:
            endpoint["incremental"] = {"cursor_path": _UPDATED[section], "initial_value": 0}
            endpoint["params"] = {"updatedFrom": "{incremental.start_value}"}
        resources.append({"name": section, "endpoint": endpoint})
    return rest_api_source(
        {
            "client": {
                "base_url": f"{base_url}/{store_id}/",
                "auth": {"type": "bearer", "token": f"secret_demo_{store_id}"},
                "paginator": {
                    "type": "offset",
                    "limit": 100,
                    "offset_param": "offset",
                    "limit_param": "limit",
                    "total_path": "total",
                },
            },
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
            "resources": resources,
        }
    )
