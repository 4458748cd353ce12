"""Calls remote systems for plugins, with a burst of retries."""

import asyncio

import httpx
from tenacity import (
    AsyncRetrying,
    RetryError,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from edge_agent.api.plugin import CallHttp

ATTEMPTS_PER_BURST = 3
LONGEST_WAIT_S = 2.0
LARGEST_ANSWER = 262_144


class Unreachable(Exception):
    """No usable answer within one burst; trying again later makes sense."""


class HttpCaller:
    """One connection pool for all plugins."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(follow_redirects=False)

    async def call(self, call: CallHttp) -> tuple[int, str]:
        """Status and text of the answer.

        Raises:
            Unreachable: no connection, a time-out, or a 5xx or 429 from the remote system.
        """
        retrying = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS_PER_BURST),
            wait=wait_random_exponential(multiplier=0.1, max=LONGEST_WAIT_S),
            retry=retry_if_exception_type(Unreachable),
        )
        try:
            return await retrying(self._once, call)
        except RetryError as error:
            last = error.last_attempt.exception()
            raise Unreachable(str(last)) from last

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _once(self, call: CallHttp) -> tuple[int, str]:
        try:
            async with (
                # httpx times each read; a server that sends a byte now and then would hold a call.
                asyncio.timeout(call.timeout_s),
                self._client.stream(
                    call.method, call.url, headers=call.headers, timeout=call.timeout_s
                ) as response,
            ):
                if response.status_code >= 500 or response.status_code == 429:
                    raise Unreachable(f"{call.url} answered {response.status_code}")
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST_ANSWER:
                        return response.status_code, ""
                return response.status_code, body.decode(errors="replace")
        except Unreachable:
            raise
        # Besides its own errors httpx lets through what the URL or a header provoke below it
        # (OverflowError for a port, UnicodeEncodeError): no such call may take the others along.
        except Exception as error:
            raise Unreachable(f"{call.url}: {type(error).__name__} {error}") from error
