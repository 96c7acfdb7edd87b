from pathlib import Path


def make(folder: Path):
    path = folder / "scrobbles.csv"
    rows = [f'Björk,"Homogenic, again",Jóga {n},{n + 1:02d} Nov 2024 10:{n:02d}\n' for n in range(12)]
    path.write_text("".join(rows))
    return path, {}
