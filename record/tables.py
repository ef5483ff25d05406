"""Recordings as tables for other people's tools: one CSV or Parquet file a topic."""

import base64
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count, islice
from pathlib import Path
from typing import Any

from sutura.extras import extra
from sutura.record.columns import HEAD, Plain, Row, columns_of, rows_of
from sutura.record.errors import CannotRecord
from sutura.record.reader import Recording

_BATCH = 10_000
_HEAD_TYPES: Mapping[str, type] = dict.fromkeys(HEAD, int) | {"time": float, "writer": str}
Write = Callable[[Path, dict[str, type], Iterable[Row]], None]


def file_names(topics: Iterable[str], suffix: str) -> dict[str, str]:
    """The file of each topic: `PSM1/servo_jp` is kept in `PSM1.servo_jp.csv`, and another that would be in
    `PSM1.servo_jp-2.csv`."""
    names: dict[str, str] = {}
    for topic in topics:
        plain = re.sub(r"[^\w.-]", ".", topic)
        tries = (f"{plain}-{number}.{suffix}" if number > 1 else f"{plain}.{suffix}" for number in count(1))
        names[topic] = next(name for name in tries if name not in names.values())
    return names


def write_csv(path: Path, columns: dict[str, type], rows: Iterable[Row]) -> None:
    """One topic as CSV with a head; what a message lacks stays empty, bytes are base64. Raises CannotRecord."""
    try:
        with path.open("w", newline="") as file:
            out = csv.writer(file)
            out.writerow([*HEAD, *map(_free, columns)])
            out.writerows([*row[:-1], *(_cell(row.values.get(name)) for name in columns)] for row in rows)
    except OSError as error:
        raise CannotRecord(path, error.strerror or str(error)) from error


def write_parquet(path: Path, columns: dict[str, type], rows: Iterable[Row]) -> None:
    """One topic as Parquet with typed columns. Raises CannotRecord, MissingExtra."""
    with extra("parquet", "writing Parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq
    kinds: dict[type, Any] = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), bytes: pa.binary()}
    types = {**_HEAD_TYPES, **{_free(name): kind for name, kind in columns.items()}}
    schema = pa.schema([(name, kinds.get(kind, pa.string())) for name, kind in types.items()])
    left = iter(rows)
    try:
        with pq.ParquetWriter(path, schema) as writer:
            while batch := list(islice(left, _BATCH)):
                across = zip(_across(batch, columns), schema, strict=True)
                arrays = [pa.array(values, field.type) for values, field in across]
                writer.write_table(pa.table(arrays, schema=schema))
    except OSError as error:
        raise CannotRecord(path, error.strerror or str(error)) from error


WRITERS: Mapping[str, Write] = {"csv": write_csv, "parquet": write_parquet}


def export_tables(recording: Recording, topics: Iterable[str], form: str, folder: Path) -> dict[str, Path]:
    """Write each topic to a file of its own in a folder, which is made; the files by topic.

    form: a key of WRITERS. Raises CannotRecord, MissingExtra.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRecord(folder, error.strerror or str(error)) from error
    files = {topic: folder / name for topic, name in file_names(topics, form).items()}
    for topic in files:
        WRITERS[form](files[topic], columns_of(rows_of(recording, topic)), rows_of(recording, topic))
    return files


def _across(rows: list[Row], columns: Mapping[str, type]) -> Iterator[list[Plain]]:
    """The rows column by column, every value of its column's type."""
    yield from map(list, zip(*(row[:-1] for row in rows), strict=True))
    for name, kind in columns.items():
        yield [_as(kind, row.values.get(name)) for row in rows]


def _as(kind: type, value: Plain) -> Plain:
    if value is None or type(value) is kind:
        return value
    return float(value) if kind is float else str(value)


def _cell(value: Plain) -> Plain:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _free(name: str) -> str:
    """A field may be called as a column of the envelope is."""
    return f"field.{name}" if name in HEAD else name
