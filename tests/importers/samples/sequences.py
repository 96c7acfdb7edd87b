from pathlib import Path


def make(folder: Path):
    path = folder / "sequences.txt"
    path.write_text("1 1 2 3 4 5\n2 6 7 8 4 é\n3 4 12 13 12\n")
    return path, {}
