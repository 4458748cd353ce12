"""``make picture``: draws the rooms and their imports into ``docs/architecture.md``.

The picture comes from the imports themselves, so that it cannot be wrong. An arrow that follows
from two others is left out, and so are the arrows to ``api``, which every room imports.
"""

from pathlib import Path

import grimp

PAGE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
BEGINS, ENDS = "<!-- drawn by make picture -->\n", "<!-- end of the drawn part -->\n"
PACKAGES = ("edge_agent", "drivers", "plugins", "sync", "simulator", "tui")
ROOMS = {
    "edge_agent.cli": "cli",
    "edge_agent.app": "app",
    "edge_agent.services": "services",
    "edge_agent.control": "control",
    "edge_agent.discovery": "discovery",
    "edge_agent.decode": "decode",
    "edge_agent.config": "config",
    "edge_agent.testing": "testing",
    "edge_agent.runtime": "runtime",
    "edge_agent.runtime.jobs": "runtime/jobs",
    "edge_agent.runtime.devices": "runtime/devices",
    "edge_agent.runtime.pipeline": "runtime/pipeline",
    "edge_agent.runtime.plugins": "runtime/plugins",
    "edge_agent.runtime.registry": "runtime/registry",
    "edge_agent.runtime.supervisor": "runtime/supervisor",
    "edge_agent.runtime.backoff": "runtime/supervisor",
    "edge_agent.lane": "lane",
    "edge_agent.intake": "intake",
    "edge_agent.store": "store",
    "edge_agent.api": "api",
    **{name: name for name in PACKAGES[1:]},
}
"""Package or module -> the room that it is part of; the longest prefix counts."""
Arrows = set[tuple[str, str]]


def main() -> None:
    """Draw the picture anew."""
    before, rest = PAGE.read_text("utf-8").split(BEGINS)
    _, after = rest.split(ENDS)
    PAGE.write_text(f"{before}{BEGINS}{drawn()}{ENDS}{after}", "utf-8")


def drawn() -> str:
    """The picture, in Mermaid."""
    arrows = _reduced(_arrows())
    lines = [f"    {_id(one)}[{one}] --> {_id(other)}[{other}]" for one, other in sorted(arrows)]
    return "\n".join(["```mermaid", "graph TD", *lines, "```", ""])


def _arrows() -> Arrows:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True)
    arrows: Arrows = set()
    for module in graph.modules:
        room = _room(module)
        for imported in graph.find_modules_directly_imported_by(module):
            other = _room(imported)
            if room and other and room != other and other != "api":
                arrows.add((room, other))
    return arrows


def _room(module: str) -> str:
    parts = module.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((ROOMS[prefix] for prefix in prefixes if prefix in ROOMS), "")


def _reduced(arrows: Arrows) -> Arrows:
    """Without the arrows that a longer way replaces."""
    return {
        (one, other)
        for one, other in arrows
        if not any(
            (one, between) in arrows and other in _reachable(arrows, between)
            for between in {end for begin, end in arrows if begin == one and end != other}
        )
    }


def _reachable(arrows: Arrows, room: str) -> set[str]:
    found, waiting = set[str](), [room]
    while waiting:
        here = waiting.pop()
        for begin, end in arrows:
            if begin == here and end not in found:
                found.add(end)
                waiting.append(end)
    return found


def _id(room: str) -> str:
    return room.replace("/", "_")


if __name__ == "__main__":
    main()
