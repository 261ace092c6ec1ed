"""The stand's database: one SQLite file on this machine, shared by several tabs and several servers at once.

A drawing for which `keep` has returned a number is on the disk: SQLite logs ahead (WAL) and waits for the disk at each
commit (synchronous = FULL), so a power cut loses nothing that a visitor was thanked for
(https://www.sqlite.org/pragma.html#pragma_synchronous). SQLite also syncs the names of its files in their folder; the
name of the folder itself is synced here. Deleted rows are overwritten (secure_delete).
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_data_path
from sqlalchemy import Engine, ForeignKey, LargeBinary, create_engine, delete, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from digitscope.digits.strokes import Strokes
from digitscope.resources import INSTALLED, PACKAGE

FOLDER_VARIABLE = "DIGITSCOPE_STAND"
"""The environment variable that names the folder of the stand's files."""
USUAL_FOLDER = user_data_path("digitscope", appauthor=False) / "stand" if INSTALLED else PACKAGE.parent / "stand-data"
"""In a checkout `stand-data`; where DigitScope is installed, a folder among the user's data."""
FILE = "stand.sqlite"

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "fullfsync = ON",  # macOS: through the disk's own cache too
    "secure_delete = ON",
    "foreign_keys = ON",
)
"""Run on each new connection."""
WAIT_SECONDS = 20.0
"""How long a writer waits for another one before it raises StoreError."""
DECIMALS = 4
"""Decimals of a stored coordinate, in shares of the canvas's side."""


class StoreError(Exception):
    """The stand's file cannot be read or written; the message is one sentence."""


@dataclass(frozen=True)
class Kept:
    """A drawing that a visitor allowed the stand to keep."""

    number: int
    """The number under which it can be deleted; never used again."""
    at: datetime
    """Local time, to the second."""
    occasion: str
    """"draw", "fool" or "teach": what the visitor was doing."""
    strokes: Strokes
    label: int | None
    """The digit that the visitor meant; None: no digit."""
    said: int | None
    """What the network said; None: it did not read it."""
    probability: float
    """How sure it was, 0 to 1."""
    network: str

    @property
    def right(self) -> bool:
        """Whether the network said what the visitor meant."""
        return self.said == self.label


@dataclass(frozen=True)
class Score:
    """An entry on the leaderboard of a day."""

    number: int
    at: datetime
    challenge: str
    nickname: str
    points: int
    seconds: float
    """How long it took; among equal points the faster entry comes first."""


class _Base(DeclarativeBase):
    pass


class _Drawing(_Base):
    __tablename__ = "drawings"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    day: Mapped[str] = mapped_column(index=True)
    occasion: Mapped[str]
    strokes: Mapped[str]
    label: Mapped[int | None]
    said: Mapped[int | None]
    probability: Mapped[float]
    network: Mapped[str]


class _Score(_Base):
    __tablename__ = "scores"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    day: Mapped[str] = mapped_column(index=True)
    challenge: Mapped[str]
    nickname: Mapped[str]
    points: Mapped[int]
    seconds: Mapped[float]
    drawing: Mapped[int | None] = mapped_column(ForeignKey("drawings.number", ondelete="SET NULL"))


class _Setting(_Base):
    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class _PersonalNetwork(_Base):
    __tablename__ = "hands"  # as in the files of earlier versions
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    weights: Mapped[bytes] = mapped_column(LargeBinary)


def folder() -> Path:
    """Return the folder of the stand's files: the one that DIGITSCOPE_STAND names, else USUAL_FOLDER."""
    return Path(os.environ.get(FOLDER_VARIABLE) or USUAL_FOLDER)


def day_of(moment: datetime) -> str:
    """Return the local day as the file stores it, e.g. "2026-11-24"."""
    return moment.date().isoformat()


class Store:
    """The database file at `path`, created if there is none. Threads and processes may share it.

    Every method raises StoreError when the file cannot be used.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = Path(path) if path is not None else folder() / FILE
        try:
            _make(self.path.parent)
        except OSError as error:
            raise StoreError(f"{self.path.parent} cannot be made: {error.strerror or error}.") from error
        self.engine = _engine(self.path)
        with self._session(writes=True) as session:
            _Base.metadata.create_all(session.connection())

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _session(self, writes: bool = False) -> Iterator[Session]:
        try:
            with Session(self.engine.execution_options(writes=writes), expire_on_commit=False) as session:
                yield session
                session.commit()
        except (SQLAlchemyError, sqlite3.Error) as error:
            reason = str(getattr(error, "orig", None) or error)
            raise StoreError(f"The stand's file {self.path} cannot be used: {reason}.") from error

    # Drawings

    def keep(
        self,
        strokes: Strokes,
        label: int | None,
        said: int | None,
        probability: float,
        *,
        occasion: str = "draw",
        network: str = "",
        at: datetime | None = None,
    ) -> int:
        """Store a drawing and return its number; by then it is on the disk."""
        moment = (at or datetime.now()).replace(microsecond=0)
        row = _Drawing(
            at=moment,
            day=day_of(moment),
            occasion=occasion,
            strokes=_written(strokes),
            label=label,
            said=said,
            probability=float(probability),
            network=network,
        )
        with self._session(writes=True) as session:
            session.add(row)
            session.flush()
            return row.number

    def drawings(self, day: str | None = None, occasion: str | None = None, newest: int | None = None) -> list[Kept]:
        """Return stored drawings, newest first: of one day, of one occasion, at most `newest` of them."""
        query = select(_Drawing).order_by(_Drawing.number.desc()).limit(newest)
        if day is not None:
            query = query.where(_Drawing.day == day)
        if occasion is not None:
            query = query.where(_Drawing.occasion == occasion)
        with self._session() as session:
            rows = session.scalars(query).all()
        return [
            Kept(r.number, r.at, r.occasion, _read(r.strokes), r.label, r.said, r.probability, r.network) for r in rows
        ]

    def answers(self, day: str, occasion: str = "draw") -> list[tuple[int | None, int | None]]:
        """Return (meant, said) of each drawing of a day."""
        query = select(_Drawing.label, _Drawing.said).where(_Drawing.day == day, _Drawing.occasion == occasion)
        with self._session() as session:
            return [(label, said) for label, said in session.execute(query)]

    def delete(self, number: int) -> bool:
        """Delete a drawing, from the file's free space too; return False if there is none of this number."""
        with self._session(writes=True) as session:
            found = session.execute(delete(_Drawing).where(_Drawing.number == number).returning(_Drawing.number)).all()
        if found:
            self._tidy()
        return bool(found)

    def _tidy(self) -> None:
        """Move the write-ahead log into the file and empty it, so that it holds nothing that was deleted."""
        with self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # The leaderboard

    def add_score(
        self,
        challenge: str,
        nickname: str,
        points: int,
        seconds: float,
        *,
        drawing: int | None = None,
        at: datetime | None = None,
    ) -> int:
        """Store a challenge's result and return its number."""
        moment = (at or datetime.now()).replace(microsecond=0)
        row = _Score(
            at=moment,
            day=day_of(moment),
            challenge=challenge,
            nickname=nickname,
            points=points,
            seconds=seconds,
            drawing=drawing,
        )
        with self._session(writes=True) as session:
            session.add(row)
            session.flush()
            return row.number

    def best(self, day: str, challenge: str, most: int = 5) -> list[Score]:
        """Return the top entries of a day: most points first, then the fastest, then the earliest."""
        query = (
            select(_Score)
            .where(_Score.day == day, _Score.challenge == challenge)
            .order_by(_Score.points.desc(), _Score.seconds, _Score.number)
            .limit(most)
        )
        with self._session() as session:
            rows = session.scalars(query).all()
        return [Score(r.number, r.at, r.challenge, r.nickname, r.points, r.seconds) for r in rows]

    def delete_score(self, number: int) -> bool:
        """Delete a leaderboard entry; return False if there is none of this number."""
        with self._session(writes=True) as session:
            found = session.execute(delete(_Score).where(_Score.number == number).returning(_Score.number)).all()
        if found:
            self._tidy()
        return bool(found)

    # Settings, the PIN's hash (`stand.pin`) among them

    def setting(self, name: str, otherwise: Any = None) -> Any:
        """Return a setting's plain JSON value, or `otherwise` where it is not set."""
        with self._session() as session:
            row = session.get(_Setting, name)
        return otherwise if row is None else json.loads(row.value)

    def set(self, name: str, value: Any) -> None:
        """Store a setting; None deletes it."""
        with self.changing() as settings:
            settings[name] = value

    @contextmanager
    def changing(self) -> Iterator[dict[str, Any]]:
        """Yield all settings, to be read and changed while nobody else can change any."""
        with self._session(writes=True) as session:
            settings = {row.name: json.loads(row.value) for row in session.scalars(select(_Setting))}
            before = dict(settings)
            yield settings
            for name, value in settings.items():
                if value is None:
                    session.execute(delete(_Setting).where(_Setting.name == name))
                elif value != before.get(name):
                    session.merge(_Setting(name=name, value=json.dumps(value)))

    # Personal networks

    def keep_network(self, weights: bytes, at: datetime | None = None) -> int:
        """Store a personal network's weights file and return its number."""
        row = _PersonalNetwork(at=(at or datetime.now()).replace(microsecond=0), weights=weights)
        with self._session(writes=True) as session:
            session.add(row)
            session.flush()
            return row.number

    def networks(self) -> list[tuple[int, datetime]]:
        """Return (number, when) of each stored personal network, newest first."""
        table = _PersonalNetwork
        with self._session() as session:
            rows = session.execute(select(table.number, table.at).order_by(table.number.desc()))
            return [(number, at) for number, at in rows]

    def network(self, number: int) -> bytes | None:
        """Return a stored personal network's weights file, or None if there is none of this number."""
        with self._session() as session:
            row = session.get(_PersonalNetwork, number)
        return None if row is None else row.weights

    # Backup

    def backup(self, to: str | os.PathLike[str]) -> None:
        """Copy the file as it is now to `to`, while others go on writing (SQLite's online backup).

        The copy gets its name only when it is complete.
        """
        target = Path(to)
        unfinished = target.with_name(f"{target.name}.part")
        try:
            _make(target.parent)
            unfinished.unlink(missing_ok=True)
            with self.engine.connect() as connection:
                source = connection.connection.driver_connection
                assert source is not None
                copy = sqlite3.connect(unfinished)
                try:
                    source.backup(copy)
                    # A single file, without a write-ahead log beside it.
                    copy.execute("PRAGMA journal_mode = DELETE")
                finally:
                    copy.close()
            with unfinished.open("rb+") as file:
                os.fsync(file.fileno())
            unfinished.replace(target)
            _sync(target.parent)
        except (OSError, sqlite3.Error, SQLAlchemyError) as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise StoreError(f"{target} cannot be written: {getattr(error, 'strerror', None) or error}.") from error


def _make(folder: Path) -> None:
    """Create a folder and its parents and sync their names: a power cut could lose an unsynced one with its content."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk (fsync)."""
    if os.name == "nt":  # Windows cannot open folders, and syncs names itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, record: Any) -> None:
        # The driver must not begin transactions itself: `begin` below chooses their kind.
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A writer takes the lock at once: a transaction that began as a reader could not wait for another writer.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _written(strokes: Strokes) -> str:
    """Return the drawing as JSON: paths of [x, y] in shares of the canvas's side."""
    size = strokes.size or 1.0
    return json.dumps([np.round(path / size, DECIMALS).tolist() for path in strokes.paths], separators=(",", ":"))


def _read(written: str) -> Strokes:
    return Strokes(tuple(np.array(path, float).reshape(-1, 2) for path in json.loads(written)), 1.0)
