"""How many calls survive an endpoint that fails one request in ten: kefu's client and the OpenAI SDK, in one run.

The endpoint (tests/llm/endpoint.py, a process of its own) answers every tenth
request, at random, by one of fifteen faults: 429, 5xx, a hang, a stall, a
reset, a cut, foreign or undecodable body, an empty reply … A call is 20 turns
and counts as finished when every turn got the words of the model. Both clients
may try a request four more times and wait 2 s for an answer.

    python benchmarks/llm_faults.py [--calls 100] [--rate 0.1]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

TURNS = 20
AT_ONCE = 50
PATIENCE = 2.0
ROOT = Path(__file__).resolve().parent.parent
SAYS = "我现在不太方便，要不您换个时间再打过来？"

Ask = Callable[[], Awaitable[str]]


async def measure(ask: Ask, calls: int) -> dict[str, object]:
    """Hold the calls, ``AT_ONCE`` at a time, and count how they end."""
    places = asyncio.Semaphore(AT_ONCE)
    failures: Counter[str] = Counter()

    async def call() -> bool:
        async with places:
            for _turn in range(TURNS):
                try:
                    if not await ask():
                        failures["said nothing"] += 1
                        return False
                except Exception as failed:  # noqa: BLE001 -- whatever a peer raises ends its call
                    failures[type(failed).__name__] += 1
                    return False
        return True

    started = time.perf_counter()
    finished = await asyncio.gather(*(call() for _ in range(calls)))
    seconds = time.perf_counter() - started
    return {"finished": sum(finished), "calls": calls, "seconds": seconds, "failures": dict(failures)}


async def with_kefu(url: str, calls: int) -> dict[str, object]:
    from kefu.llm.chat import Message
    from kefu.llm.endpoint import Endpoint, Timeouts
    from kefu.llm.openai import OpenAIChat

    patience = timedelta(seconds=PATIENCE)
    timeouts = Timeouts(first_token=patience, stall=patience, total=patience)
    async with OpenAIChat(Endpoint(name="bench", base_url=url, model="small", timeouts=timeouts)) as chat:

        async def ask() -> str:
            return (await chat.reply((Message.user(SAYS),))).text

        return await measure(ask, calls)


async def with_openai(url: str, calls: int) -> dict[str, object]:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=4, timeout=PATIENCE) as client:

        async def ask() -> str:
            made = await client.chat.completions.create(model="small", messages=[{"role": "user", "content": SAYS}])
            return made.choices[0].message.content or ""

        return await measure(ask, calls)


def in_its_own_process(name: str, url: str, calls: int) -> None:
    command = [sys.executable, __file__, "--run", name, "--url", url, "--calls", str(calls)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name:<8} failed: {done.stderr.strip().splitlines()[-1]}")
        return
    found = json.loads(done.stdout.splitlines()[-1])
    share = found["finished"] / found["calls"]
    why = ", ".join(f"{number} {reason}" for reason, number in found["failures"].items())
    print(f"{name:<8} {share:>8.1%} of {found['calls']} calls finished in {found['seconds']:.0f} s   {why}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--run", choices=["kefu", "openai"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.run:
        sys.path.insert(0, str(ROOT / "src"))
        held = with_kefu if chosen.run == "kefu" else with_openai
        print(json.dumps(asyncio.run(held(chosen.url, chosen.calls))))
        return
    server = [sys.executable, str(ROOT / "tests/llm/endpoint.py"), "--delay", "0.02", "--fault-rate", str(chosen.rate)]
    print(f"one request in {1 / chosen.rate:.0f} faulty, {TURNS} turns to a call")
    for name in ("kefu", "openai"):
        if importlib.util.find_spec("aiohttp" if name == "kefu" else "openai") is None:
            print(f"{name:<8} left out: not installed")
            continue
        with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as running:
            try:
                assert running.stdout is not None
                in_its_own_process(name, running.stdout.readline().strip(), chosen.calls)
            finally:
                running.terminate()


if __name__ == "__main__":
    main()
