"""Work that goes from facts to knowledge: ingest, check, train, evaluate, promote."""
