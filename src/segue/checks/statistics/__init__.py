"""Statistics of tables: one pass, mergeable, sliced."""

from segue.checks.statistics.buckets import Buckets
from segue.checks.statistics.columns import ColumnStatistics, Numbers
from segue.checks.statistics.files import Source, gather_file, open_table
from segue.checks.statistics.gather import gather
from segue.checks.statistics.tables import TableStatistics, merged, merged_all, slice_name
from segue.checks.statistics.times import Times
from segue.checks.statistics.together import Together
from segue.checks.statistics.tops import Tops
from segue.checks.statistics.uniques import Uniques

__all__ = [
    "Buckets",
    "ColumnStatistics",
    "Numbers",
    "Source",
    "TableStatistics",
    "Times",
    "Together",
    "Tops",
    "Uniques",
    "gather",
    "gather_file",
    "merged",
    "merged_all",
    "open_table",
    "slice_name",
]
