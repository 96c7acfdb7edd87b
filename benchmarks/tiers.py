"""The premium rows that never reached training, and the free shuffled ones that never reached evaluation.

    python benchmarks/tiers.py [--listeners 800] [--html FOLDER]

Plays of a simulated world of 60 days. The schema is inferred from the first 30, one file a day. Of the rest the first
24 days are what a model is to be trained on, the last 6 what it is to be judged by, each written by an export. The
broken exports lose rows without a word: that of training those of paying listeners, that of evaluation those of
listeners who do not pay and shuffle. Both files are then looked at as `segue check FILE` does, evaluation also against
training; and, as the control, the same exports when they lose nothing. Prints what was found, as Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl

from segue.checks.schema import infer, save_schema
from segue.checks.schema.file import schema_path
from segue.checks.statistics import gather
from segue.jobs.check import Report, check_file
from segue.jobs.demo import import_world
from segue.jobs.tables import PLAYED_BY, frames
from segue.store.workspace import Workspace
from segue.web.pages.sent import render

DAYS, GOOD, TRAINED = 60, 30, 54
SAMPLE = ("listener", "item", "kind", "at", "ms_played", "shuffle", "reason_end", "device", "country", "client", "tier")
LOST = {
    "training": pl.col("tier") == "premium",
    "evaluation": (pl.col("tier") == "free") & pl.col("shuffle"),
}  # fmt: skip


def exported(workspace: Workspace) -> list[pl.DataFrame]:
    """The plays of each day."""
    plays = pl.concat(frames(workspace, "default", "events")).filter(pl.col("type") == "play").select(SAMPLE)
    day = plays.with_columns(_day=pl.col("at").dt.date()).partition_by("_day", include_key=False, maintain_order=True)
    return day[-DAYS:]


def story(workspace: Workspace, folder: Path, *, broken: bool) -> dict[str, Report]:
    """Of each export what the checks say, by its name. The workspace holds a world, or holds it afterwards."""
    days = exported(workspace)
    good = [gather([day], "samples", slices=PLAYED_BY) for day in days[:GOOD]]
    save_schema(schema_path(workspace.path, "samples"), infer(good, name="samples", listener="listener"))
    parts = {"training": days[GOOD:TRAINED], "evaluation": days[TRAINED:]}
    paths: dict[str, Path] = {}
    for name, part in parts.items():
        rows = pl.concat(part)
        paths[name] = folder / f"{name}.parquet"
        (rows.filter(~LOST[name]) if broken else rows).write_parquet(paths[name])
    training = check_file(workspace, paths["training"], environment="training", schema="samples")
    evaluation = check_file(
        workspace, paths["evaluation"], paths["training"], environment="evaluation", schema="samples"
    )
    return {"training": training, "evaluation": evaluation}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--listeners", type=int, default=800)
    parser.add_argument("--html", type=Path, help="write the pages into this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, Workspace.create(Path(place) / "w") as workspace:
        import_world(workspace, "default", listeners=arguments.listeners, days=DAYS, seed=0)
        print("| export | rows | level | finding | what |\n|---|---:|---|---|---|")
        for broken in (True, False):
            for name, report in story(workspace, Path(place), broken=broken).items():
                rows = report.looked[0].look.statistics.rows
                found = [f for f in report.findings if f.level != "note"]
                state = "broken" if broken else "whole"
                for finding in found:
                    print(f"| {name}, {state} | {rows:,} | {finding.level} | `{finding.name}` | {finding.message} |")
                if not found:
                    print(f"| {name}, {state} | {rows:,} | | nothing | |")
                if broken and arguments.html:
                    arguments.html.mkdir(parents=True, exist_ok=True)
                    (arguments.html / f"{name}.html").write_text(render(report.payload()))


if __name__ == "__main__":
    main()
