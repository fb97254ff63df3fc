"""Apps: what their parts cost. All times are CPU time, unless they say otherwise."""

from benchmarks.apps.acknowledge import measure_acknowledgement
from benchmarks.apps.kills import measure_kills
from benchmarks.apps.tenants import measure_tenants
from benchmarks.apps.verify import measure_verification
from benchmarks.apps.visitors import measure_visitors
from benchmarks.harness.report import Table, ValueGoal, parse_arguments, print_report


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    quick: bool = options.quick
    tables: list[Table] = []
    goals: list[ValueGoal] = []

    def add(measured: tuple[Table, list[ValueGoal]]) -> None:
        table, of_table = measured
        tables.append(table)
        goals.extend(of_table)

    add(measure_verification(quick=quick))
    for measured in measure_acknowledgement(quick=quick):
        add(measured)
    add(measure_kills(quick=quick))
    for measured in (*measure_tenants(quick=quick), *measure_visitors(quick=quick)):
        add(measured)
    print_report("apps", tables, goals, as_json=options.json)


if __name__ == "__main__":
    main()
