"""Reads every table of a run directory in pandas, polars and duckdb and compares them.

    python read_tables.py DIR

All three must agree on every number to the last bit, on every text and missing value, and with the
row counts and column types of the manifest. Exits 1 on a mismatch. Needs pandas, polars, duckdb.
"""

import json
import pathlib
import struct
import sys

import duckdb
import pandas
import polars

PANDAS = {"int": "Int64", "float": "float64", "text": "string"}
POLARS = {"int": polars.Int64, "float": polars.Float64, "text": polars.String}
# Before 3, pandas is an ulp off by default.
EXACT = {} if int(pandas.__version__.split(".")[0]) >= 3 else {"float_precision": "round_trip"}
DUCKDB = {"int": "BIGINT", "float": "DOUBLE", "text": "VARCHAR"}


def exact(value):
    """A value that is equal only to the same bits; a missing value is None."""
    if value is None or value is pandas.NA or value != value:
        return None
    return struct.pack("<d", value) if isinstance(value, float) else value


def by_pandas(path, columns):
    frame = pandas.read_csv(
        path,
        dtype={c["name"]: PANDAS[c["type"]] for c in columns},
        **EXACT,
        keep_default_na=False,
        na_values=[""],
    )
    return list(frame.columns), [[exact(v) for v in frame[c].tolist()] for c in frame.columns]


def by_polars(path, columns):
    frame = polars.read_csv(path, schema_overrides={c["name"]: POLARS[c["type"]] for c in columns})
    return frame.columns, [[exact(v) for v in frame[c].to_list()] for c in frame.columns]


def by_duckdb(path, columns):
    types = {c["name"]: DUCKDB[c["type"]] for c in columns}
    relation = duckdb.sql(
        f"SELECT * FROM read_csv('{path}', header = true, columns = {types}, compression = 'zstd',"
        " delim = ',', quote = '\"', escape = '\"', nullstr = '', parallel = false)"
    )
    rows = relation.fetchall()
    return relation.columns, [[exact(r[i]) for r in rows] for i in range(len(columns))]


def main(directory):
    directory = pathlib.Path(directory)
    manifest = json.loads((directory / "manifest.json").read_text())
    problems = []
    for name, table in sorted(manifest["tables"].items()):
        path = str(directory / table["file"])
        names = [column["name"] for column in table["columns"]]
        results = {
            reader.__name__[3:]: reader(path, table["columns"])
            for reader in (by_pandas, by_polars, by_duckdb)
        }
        for reader, (found, columns) in results.items():
            if found != names:
                problems.append(f"{name}: {reader} has the columns {found}, not {names}")
            if any(len(column) != table["rows"] for column in columns):
                problems.append(f"{name}: {reader} has {len(columns[0])} rows, not {table['rows']}")
        reference = results["pandas"][1]
        for reader, (_, columns) in results.items():
            for column, ours, theirs in zip(names, reference, columns):
                for row, (a, b) in enumerate(zip(ours, theirs), start=1):
                    if a != b:
                        problems.append(f"{name}:{row}:{column}: pandas {a!r}, {reader} {b!r}")
                        break
        print(f"{name}: {table['rows']} rows, {len(names)} columns")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
