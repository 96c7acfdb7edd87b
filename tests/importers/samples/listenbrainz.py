import json
from pathlib import Path

MBID = "a74b1b7f-71a5-4011-9441-d0b5e4122711"


def listen(n: int, **info):
    said = {"artist_name": "Sigur Rós", "track_name": f"Track {n}", "release_name": "()", "additional_info": info}
    return {"listened_at": 1_600_000_000 + 300 * n, "recording_msid": f"msid-{n}", "track_metadata": said}


def make(folder: Path):
    (folder / "listens" / "2020").mkdir(parents=True)
    rows = [listen(n, duration_ms=200_000 + n, recording_mbid=MBID if n == 3 else None) for n in range(12)]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "listens" / "2020" / "9.jsonl").write_text(lines)
    feedback = {"recording_mbid": MBID, "recording_msid": None, "score": 1, "created": 1_600_001_000}
    (folder / "feedback.jsonl").write_text(json.dumps(feedback) + "\n")
    (folder / "user.json").write_text('{"username": "secret"}')
    return folder, {}
