"""Facts: the event log, the catalogue, snapshots, splits, forgetting."""
