"""What one would write in an afternoon: FastAPI, pydantic and SQLAlchemy over SQLite, each event once by its id.

Run by `delivery.py` with the Python of another environment that has fastapi, sqlalchemy and uvicorn.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "events"
    id: Mapped[str] = mapped_column(String(512), primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    listener: Mapped[str] = mapped_column(String(512), index=True)
    item: Mapped[str] = mapped_column(String(512))
    at: Mapped[int] = mapped_column(BigInteger)
    ms_played: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))
    context: Mapped[str] = mapped_column(String(512))


class Play(BaseModel):
    type: str
    id: str = Field(min_length=1, max_length=512)
    listener: str = Field(min_length=1, max_length=512)
    item: str = Field(min_length=1, max_length=512)
    at: int = Field(ge=0, le=4_102_444_800_000)
    ms_played: int = Field(ge=0, le=604_800_000)
    device: str = ""
    country: str = ""
    context: str = ""


engine = create_engine(f"sqlite:///{sys.argv[1]}")


@event.listens_for(engine, "connect")
def _set(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


Base.metadata.create_all(engine)
app = FastAPI()


@app.post("/v1/events", status_code=202)
def take(events: list[Play]) -> dict[str, int]:
    with Session(engine) as session:
        known = set(session.scalars(select(Row.id).where(Row.id.in_([e.id for e in events]))))
        new = {e.id: e for e in events if e.id not in known}
        session.add_all(Row(**e.model_dump()) for e in new.values())
        session.commit()
    return {"accepted": len(new), "duplicates": len(events) - len(new)}


if __name__ == "__main__":
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    print(f"http://localhost:{sock.getsockname()[1]}/", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[sock])
