"""View models of the screens, computed from the agent's messages. Pure."""

from dataclasses import dataclass
from datetime import datetime

from edge_agent.api.device import FACTS
from edge_agent.api.lane import Phase
from edge_agent.api.values import Severity
from edge_agent.control.messages import (
    DeviceMessage,
    JobMessage,
    LaneMessage,
    OutboxMessage,
    PluginMessage,
)

_PHASES = {
    Phase.SIGNED_OFF: "Nobody is signed on. Scan a badge.",
    Phase.READY: "Ready for the next sale.",
    Phase.SELLING: "Sale open.",
    Phase.SUBTOTALED: "Subtotal taken. Waiting for payment.",
}
_URGENCY = (Severity.REFUSED, Severity.ATTENTION, Severity.INFO)
_STYLES = {Severity.INFO: "", Severity.ATTENTION: "bold yellow", Severity.REFUSED: "bold red"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: a stable key and the text of its cells; ``dim`` where it is void."""

    key: str
    cells: tuple[str, ...]
    dim: bool = False


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One line to the cashier; ``style`` is a Rich style."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class LaneView:
    """The lane screen."""

    title: str
    phase: str
    rows: tuple[Row, ...]
    total: str
    customer: str
    notices: tuple[NoticeLine, ...]


def lane_view(message: LaneMessage) -> LaneView:
    """Lines, total, and what to do: holds, what is to be decided, then prompts by urgency."""
    state = message.state
    basket = state.basket
    operator = state.operator.name if state.operator is not None else "nobody"
    sale = f"  Sale {basket.sale_number}" if basket is not None else ""
    rows = tuple(
        Row(
            key=str(line.line_id),
            cells=(
                str(line.line_id),
                ("VOID " if line.voided else "") + line.description,
                str(line.weight or line.quantity),
                (line.label_price or line.unit_price).amount(),
                line.amount.amount(),
                line.restriction or "",
            ),
            dim=line.voided,
        )
        for line in (basket.lines if basket is not None else ())
    )
    holds = [
        NoticeLine(f"HELD  {hold.message}", "bold white on red")
        for hold in (basket.holds if basket is not None else ())
    ]
    # A hold says what the prompt that came with it says.
    held = {hold.message for hold in (basket.holds if basket is not None else ())}
    undecided = undecided_receipts(message)
    decided_about = {job.source for job in undecided}
    told = [
        prompt
        for prompt in state.prompts
        if prompt.message not in held and prompt.source not in decided_about
    ]
    prompts = [
        NoticeLine(prompt.message, _STYLES[prompt.severity])
        for prompt in sorted(told, key=lambda prompt: _URGENCY.index(prompt.severity))
    ]
    decision = [NoticeLine(_what_to_decide(undecided), "bold yellow")] if undecided else []
    return LaneView(
        title=f"Store {state.store}  Lane {state.lane}  {operator}{sale}",
        phase=_PHASES[message.phase],
        rows=rows,
        total=basket.totals.total.amount() if basket is not None else "0.00",
        customer=f"Customer {basket.customer_id}" if basket and basket.customer_id else "",
        notices=(*holds, *decision, *prompts),
    )


def undecided_receipts(message: LaneMessage) -> tuple[JobMessage, ...]:
    """Receipts that may be on paper, the oldest first."""
    found = [job for job in message.jobs if job.kind == "receipt" and job.status == "uncertain"]
    return tuple(sorted(found, key=lambda job: job.id))


def _what_to_decide(undecided: tuple[JobMessage, ...]) -> str:
    more = f", and {len(undecided) - 1} more" if len(undecided) > 1 else ""
    return f"The receipt of sale {undecided[0].sale_number} may be on paper{more}. Press R."


def plugin_rows(plugins: list[PluginMessage]) -> tuple[Row, ...]:
    """One row per plugin."""
    return tuple(
        Row(
            key=plugin.id,
            cells=(
                "ON" if plugin.enabled and plugin.registered else "off",
                plugin.title,
                plugin.status,
            ),
            dim=plugin.status != "active",
        )
        for plugin in plugins
    )


def device_rows(devices: list[DeviceMessage]) -> tuple[Row, ...]:
    """One row per device."""
    return tuple(
        Row(
            key=device.name,
            cells=(
                device.name,
                ", ".join(device.classes) or device.driver,
                device.state,
                ", ".join(_unusual(device)),
            ),
            dim=device.state != "ready",
        )
        for device in devices
    )


def _unusual(device: DeviceMessage) -> list[str]:
    """Facts of the device that are not as they should be."""
    return [
        f"{fact}: {word}"
        for fact, word in sorted(device.facts.items())
        if fact in FACTS and word != FACTS[fact][0]
    ]


def device_lines(device: DeviceMessage) -> tuple[str, ...]:
    """All that is known of one device."""
    facts = (f"{fact}: {word}" for fact, word in sorted(device.facts.items()))
    return (f"{device.name} ({device.driver}): {device.state}, {device.detail}", "  ".join(facts))


def sync_lines(outbox: OutboxMessage, now: datetime) -> tuple[NoticeLine, ...]:
    """The status of the delivery, in sentences."""
    lines = [
        NoticeLine(f"{outbox.delivered_position} of {outbox.newest_position} events delivered.", "")
    ]
    if not outbox.forwarding:
        lines.append(NoticeLine("No broker is configured: events stay in the outbox.", "yellow"))
    elif outbox.pending == 0:
        lines.append(NoticeLine("Head office has everything.", "green"))
    else:
        waiting = f"{outbox.pending} events wait for the broker"
        if outbox.oldest_pending_at is not None:
            age = now - datetime.fromisoformat(outbox.oldest_pending_at)
            waiting += f", the oldest for {_age(age.total_seconds())}"
        lines.append(NoticeLine(waiting + ". The lane sells on.", "yellow"))
    if outbox.forwarding and outbox.error:
        lines.append(NoticeLine(f"Last error: {outbox.error}", "red"))
    return tuple(lines)


def _age(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
