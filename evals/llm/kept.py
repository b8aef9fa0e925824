"""Replies that need no request: those in the cache, and those under way for someone else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from evals.errors import UserError
from evals.llm.address import shown_url
from evals.llm.cache import Cache, Entry
from evals.llm.errors import ModelError
from evals.llm.line import Line
from evals.llm.service import Service
from evals.llm.wire import Said


class Kept:
    """The cache of a session, if it has one, and the asks under way."""

    def __init__(self, cache: Cache | None) -> None:
        self._cache = cache
        self._under_way: dict[str, asyncio.Future[Said]] = {}
        self._unwritten: list[Entry] = []
        self._written: asyncio.Future[None] | None = None

    def close(self) -> None:
        """Close the cache."""
        if self._cache is not None:
            self._cache.close()

    async def get(self, line: Line, key: str, make: Callable[[], Awaitable[Said]]) -> tuple[Said, bool]:
        """What was said under this key, and whether it cost nothing now: kept before, or made for another ask.

        Raises:
            ModelError: as `make`.
        """
        while (running := self._under_way.get(key)) is not None:
            try:
                said = await asyncio.shield(running)
            except ModelError as error:
                # A copy: one exception raised in two tasks would carry both their traces.
                raise ModelError(error.kind, str(error), fatal=error.fatal) from None
            except asyncio.CancelledError:
                if not running.cancelled() or _being_cancelled():
                    raise
                continue  # the other ask was given up; this one goes on alone
            line.tally.cached += 1
            return said, True
        if (said := self.find(key)) is not None:
            line.tally.cached += 1
            return said, True
        return await self._make(line, key, make), False

    async def get_all(
        self, line: Line, keys: Sequence[str], make: Callable[[Sequence[int]], Awaitable[Sequence[Said]]]
    ) -> list[Said]:
        """As `get`, for many at once: `make` gets the places of those that have to be asked for, in one batch.

        Raises:
            ModelError: as `make`.
        """
        places: list[int] = []
        batch: asyncio.Future[Sequence[Said]] | None = None
        sent = False

        async def send() -> Sequence[Said]:
            nonlocal sent
            sent = True
            return await make(places)

        async def one(place: int) -> Said:
            nonlocal batch
            if sent:  # it waited for someone who gave up
                return (await make([place]))[0]
            number = len(places)
            places.append(place)
            # Runs after all others that start now have put their places in.
            batch = batch or asyncio.ensure_future(send())
            return (await batch)[number]

        got = [self.get(line, key, lambda place=place: one(place)) for place, key in enumerate(keys)]
        return [said for said, _ in await asyncio.gather(*got)]

    async def _make(self, line: Line, key: str, make: Callable[[], Awaitable[Said]]) -> Said:
        promise: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._under_way[key] = promise
        try:
            said = await make()
            await self.keep(line, key, said)
        except Exception as error:
            promise.set_exception(error)
            promise.exception()  # nobody may be waiting, and that is no mistake
            raise
        except asyncio.CancelledError:
            promise.cancel()
            raise
        finally:
            del self._under_way[key]
        promise.set_result(said)
        return said

    def find(self, key: str) -> Said | None:
        """What the cache holds under this key."""
        row = self._cache.get(key) if self._cache is not None else None
        return None if row is None else _said(row)

    async def keep(self, line: Line, key: str, said: Said) -> None:
        """Put a reply into the cache; it is on disk when this returns.

        Replies that come in the same moment are written together: at 256 requests a second, one write each would
        take time away from the requests.
        """
        if self._cache is None:
            return
        target = line.target
        url, model = (target.url, "") if isinstance(target, Service) else (target.base_url, target.model)
        cost = line.cost(said.tokens_in, said.tokens_out)
        self._unwritten.append(Entry(key=key, base_url=shown_url(url), model=model, cost=cost, reply=_row(said)))
        if self._written is None:
            loop = asyncio.get_running_loop()
            self._written = loop.create_future()
            loop.call_soon(self._write, self._cache, self._written)
        # Shielded: an ask that is given up now has been paid for, and others wait for the same write.
        await asyncio.shield(self._written)

    def _write(self, cache: Cache, written: asyncio.Future[None]) -> None:
        entries, self._unwritten, self._written = self._unwritten, [], None
        try:
            cache.put(entries)
        except UserError as error:
            written.set_exception(error)
        else:
            written.set_result(None)

    def forget(self, keys: Iterable[str]) -> None:
        """Drop replies that turned out unusable."""
        if self._cache is not None:
            self._cache.forget(keys)


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _row(said: Said) -> Mapping[str, Any]:
    return {field.name: getattr(said, field.name) for field in fields(Said)}


def _said(row: Mapping[str, Any]) -> Said:
    return Said(**{**row, "vectors": tuple(tuple(vector) for vector in row["vectors"])})
