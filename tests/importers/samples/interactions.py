from pathlib import Path


def make(folder: Path):
    path = folder / "plays.csv"
    rows = [f'u{n % 3},i{n},15{n:08d},"Título, {n}",Artist {n % 2},{n}\n' for n in range(20)]
    path.write_text("user,item,ts,title,artist,extra\n" + "".join(rows))
    options = {
        "listener": "user",
        "item": "item",
        "time": "ts",
        "title": "title",
        "artist": "artist",
        "keep": ("extra",),
    }
    return path, options
