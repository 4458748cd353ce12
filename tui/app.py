"""The terminal UI: four tabs over one control socket."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError
from textual import on, work
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Header, Label, TabbedContent, TabPane

from edge_agent.api.age import DocumentClass, NoScanReason, Verdict
from edge_agent.api.commands import (
    LONGEST_REASON,
    CheckAge,
    EnterBirthDate,
    EnterCode,
    FinalizeSubtotal,
    LaneCommand,
    NoSale,
    Pay,
    ReleaseHold,
    SignOff,
    VoidBasket,
    VoidLine,
)
from edge_agent.api.errors import ControlError
from edge_agent.api.events import Tender
from edge_agent.api.lane import Basket
from edge_agent.api.text import visible
from edge_agent.api.validation import explain
from edge_agent.api.values import Money
from edge_agent.control.client import ControlClient
from edge_agent.control.messages import JobMessage, LaneMessage, PluginChange
from tui.dialogs import AgeAnswer, Ask, AskAge, Confirm, DecideReceipt
from tui.key_bar import KeyBar
from tui.keys import KEYS, LANE_ACTIONS
from tui.lane_pane import LanePane
from tui.machine_panes import DevicesPane, SyncPane
from tui.plugins_pane import PluginsPane
from tui.tables import RowTable
from tui.view_models import lane_view, sync_lines, undecided_receipts

_LEAD_NEEDED = "lead_needed"
_REFRESH_S = 1.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LaneApp(App[None]):
    """Shows the lane as it is and asks the agent for changes; never changes anything itself."""

    TITLE = "Lane"
    CSS_PATH = "lane.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [*KEYS]

    def __init__(self, socket: Path, now: Callable[[], datetime] = _utc_now) -> None:
        super().__init__()
        self._client = ControlClient(socket)
        self._now = now
        self._lane: LaneMessage | None = None
        self._stale = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Header()
        yield Label("", id="trouble", markup=False)
        with TabbedContent(initial="lane"):
            with TabPane("F1 Lane", id="lane"):
                yield LanePane()
            with TabPane("F2 Plugins", id="plugins"):
                yield PluginsPane()
            with TabPane("F3 Devices", id="devices"):
                yield DevicesPane()
            with TabPane("F4 Sync", id="sync"):
                yield SyncPane()
        yield KeyBar(compact=True)

    def on_ready(self) -> None:
        """Begins to follow the agent."""
        self.action_tab("lane")
        self._follow_events()
        self._refresh_for_ever()

    async def on_unmount(self) -> None:
        """Hangs up."""
        await self._client.__aexit__(None, None, None)

    @work(exclusive=True, group="events")
    async def _follow_events(self) -> None:
        while True:
            try:
                async for _ in self._client.events():
                    self._stale.set()
            except ControlError:
                await asyncio.sleep(_REFRESH_S)

    @work(exclusive=True, group="refresh")
    async def _refresh_for_ever(self) -> None:
        while self.is_running:
            await self.refresh_now()
            self._stale.clear()
            try:
                async with asyncio.timeout(_REFRESH_S):
                    await self._stale.wait()
            except TimeoutError:
                continue

    async def refresh_now(self) -> None:
        """Shows the agent as it is; says so where it does not answer."""
        if self._taken_down:
            return
        trouble = self._home.query_one("#trouble", Label)
        try:
            lane = await self._client.lane()
            plugins = await self._client.plugins()
            devices = await self._client.devices()
            outbox = await self._client.outbox()
        except ControlError as error:
            trouble.update(visible(str(error)))
            trouble.display = True
            return
        if not self._taken_down:
            self._lane = lane
            trouble.display = False
            self.refresh_bindings()
            self._home.query_one(LanePane).show(lane_view(lane))
            self._home.query_one(DevicesPane).show(devices)
            self._home.query_one(SyncPane).show(sync_lines(outbox, self._now()))
            await self._home.query_one(PluginsPane).show(plugins)

    @property
    def _home(self) -> Screen[object]:
        """The screen behind the dialogs."""
        return self.screen_stack[0]

    @property
    def _taken_down(self) -> bool:
        """True where the screen went away while the agent answered: nobody is looking any more."""
        return not self.is_running or not self.screen_stack or not self._home.query(SyncPane)

    def action_tab(self, name: str) -> None:
        """Shows a tab and puts the cursor into its table."""
        self._home.query_one(TabbedContent).active = name
        for table in self._home.query_one(f"#{name}", TabPane).query(RowTable):
            table.focus()

    @on(TabbedContent.TabActivated)
    def _show_keys_of_tab(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the sale work on the lane's tab only, so that no stray key pays a sale."""
        tab = next((tabs.active for tabs in self._home.query(TabbedContent)), "lane")
        if action == "decide_receipt":
            return tab == "lane" and self._undecided() is not None
        if action in LANE_ACTIONS:
            return tab == "lane"
        if action == "toggle_plugin":
            # In a field of the form, a space is a space.
            return tab == "plugins" and isinstance(self.focused, RowTable)
        return True

    async def action_subtotal(self) -> None:
        """Finalizes the sale."""
        await self._command(FinalizeSubtotal)

    async def action_pay_card(self) -> None:
        """Records a card payment of the total."""
        await self._command(lambda: Pay(tender=Tender.CARD))

    @work
    async def action_void_sale(self) -> None:
        """Gives the sale up, after a yes where there is something to lose."""
        while (basket := self._basket()) is not None:
            question = f"Void the whole sale of {basket.totals.total}?"
            if not await self.push_screen_wait(Confirm(question)):
                return
            # Somebody may have scanned meanwhile: nobody said yes to that.
            if self._basket() == basket:
                break
        await self._command(VoidBasket)

    def _basket(self) -> Basket | None:
        return self._lane.state.basket if self._lane is not None else None

    async def action_sign_off(self) -> None:
        """Ends the session."""
        await self._command(SignOff)

    async def action_void_line(self) -> None:
        """Takes back the line under the cursor."""
        line = self._home.query_one(LanePane).selected_line
        if line is None:
            self._say("There is no line to void.", severity="warning")
        else:
            await self._command(lambda: VoidLine(line_id=line))

    @work
    async def action_age_checked(self) -> None:
        """Asks how the age was checked, and says so."""
        basket = self._lane.state.basket if self._lane is not None else None
        ages = [hold.minimum_age for hold in (basket.holds if basket else ()) if hold.minimum_age]
        if not ages:
            self._say("Nothing here asks for an age check.", severity="warning")
            return
        age = max(ages)
        answer = await self.push_screen_wait(AskAge(age))
        match answer:
            case None:
                return
            case AgeAnswer(verdict=Verdict() as verdict, reason=reason):
                await self._command(
                    lambda: CheckAge(minimum_age=age, verdict=verdict, reason=reason)
                )
            case AgeAnswer(reason=reason):
                await self._enter_birth_date(reason)

    async def _enter_birth_date(self, reason: NoScanReason) -> None:
        given = await self.push_screen_wait(Ask("Birth date on the document (YYYY-MM-DD)"))
        if given is None:
            return
        try:
            birth_date = date.fromisoformat(given)
        except ValueError:
            self._say("That is no date such as 2001-12-31.", severity="error")
            return
        still_valid = await self.push_screen_wait(Confirm("Is the document still valid?"))
        await self._command(
            lambda: EnterBirthDate(
                birth_date=birth_date,
                reason=reason,
                document_class=DocumentClass.OTHER,
                expired=not still_valid,
            )
        )

    @work
    async def action_enter_code(self) -> None:
        """Keys in a code that will not scan."""
        code = await self.push_screen_wait(Ask("Code of the item or customer card"))
        if code is not None:
            await self._command(lambda: EnterCode(code=code))

    @work
    async def action_pay_cash(self) -> None:
        """Takes cash."""
        if self._lane is None:
            return
        basket = self._lane.state.basket
        if basket is None or not basket.subtotaled or basket.holds:
            # The lane says at once why it takes no cash now, before an amount is typed. Offering
            # nothing, the sale cannot be paid by this even if it became payable meanwhile.
            await self._command(lambda: Pay(tender=Tender.CASH, tendered=0))
            return
        currency = self._lane.state.currency
        due = basket.totals.total
        given = await self.push_screen_wait(Ask(f"To pay: {due}\nCash given ({currency})"))
        if given is None:
            return
        try:
            tendered = Money.parse(given, currency).minor
        except ValueError as error:
            self._say(str(error), severity="error")
            return
        await self._command(lambda: Pay(tender=Tender.CASH, tendered=tendered))

    @work
    async def action_lift_hold(self) -> None:
        """A shift lead lifts the first hold."""
        basket = self._lane.state.basket if self._lane is not None else None
        if basket is None or not basket.holds:
            self._say("Nothing is held.", severity="warning")
            return
        hold = basket.holds[0]
        badge = await self.push_screen_wait(
            Ask(f"{hold.message}\nBadge of the shift lead", secret=True)
        )
        if badge is None:
            return
        reason = await self.push_screen_wait(Ask("Reason", longest=LONGEST_REASON))
        if reason is not None:
            await self._command(
                lambda: ReleaseHold(hold_id=hold.hold_id, badge=badge, reason=reason)
            )

    @work
    async def action_no_sale(self) -> None:
        """Opens the drawer without a sale."""
        reason = await self.push_screen_wait(
            Ask("Why is the drawer opened?", longest=LONGEST_REASON)
        )
        if reason is None:
            return
        refused = await self._refusal(lambda: self._client.command(NoSale(reason=reason)))
        if refused is not None and refused.code == _LEAD_NEEDED:
            badge = await self.push_screen_wait(Ask(f"{refused}\nBadge", secret=True))
            if badge is None:
                return
            with_badge = NoSale(reason=reason, badge=badge)
            refused = await self._refusal(lambda: self._client.command(with_badge))
        await self._answered(refused)

    async def action_print_again(self, edition: Literal["copy", "gift"]) -> None:
        """Prints the last receipt once more."""
        if await self._do(lambda: self._client.print_again(edition)):
            what = "copy" if edition == "copy" else "gift receipt"
            self._say(f"The {what} goes to the printer.")

    @work
    async def action_decide_receipt(self) -> None:
        """Asks about each receipt that may be on paper, the oldest first."""
        while (receipt := self._undecided()) is not None:
            decision = await self.push_screen_wait(DecideReceipt(receipt))
            if decision is None or not await self._resolve(receipt.id, decision):
                return

    async def _resolve(self, job_id: int, decision: Literal["repeat", "dismiss"]) -> bool:
        return await self._do(lambda: self._client.resolve_job(job_id, decision))

    def _undecided(self) -> JobMessage | None:
        return next(iter(undecided_receipts(self._lane)), None) if self._lane is not None else None

    async def action_toggle_plugin(self) -> None:
        """Turns the selected plugin on or off."""
        plugin = self._home.query_one(PluginsPane).selected
        if plugin is None:
            return
        wanted = PluginChange(enabled=not plugin.enabled)
        if await self._do(lambda: self._client.change_plugin(plugin.id, wanted)):
            now = "on" if wanted.enabled else "off"
            self._say(f"{plugin.title} is {now} from the next event on.")

    @on(PluginsPane.Saved)
    async def _save_settings(self, event: PluginsPane.Saved) -> None:
        pane = self._home.query_one(PluginsPane)
        try:
            plugin = await self._client.change_plugin(
                event.plugin_id, PluginChange(settings=dict(event.values))
            )
        except ControlError as error:
            pane.refused(error.fields)
            self._say(str(error), severity="error")
            return
        await pane.saved(plugin)
        self._say(f"{plugin.title}: settings saved, in force from the next event on.")

    async def _command(self, command: Callable[[], LaneCommand]) -> None:
        """Builds a command of what was keyed in, and gives it to the lane."""
        try:
            made = command()
        except ValidationError as error:
            self._say("; ".join(explain(error)), severity="error")
            return
        await self._do(lambda: self._client.command(made))

    def _say(
        self,
        message: str,
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
    ) -> None:
        """Shows a message as it is: what people or plugins named may look like markup."""
        self.notify(visible(message), severity=severity, timeout=timeout, markup=False)

    async def _do(self, ask: Callable[[], Awaitable[object]]) -> bool:
        """Asks the agent; a refusal is shown in its own words."""
        return await self._answered(await self._refusal(ask))

    async def _refusal(self, ask: Callable[[], Awaitable[object]]) -> ControlError | None:
        try:
            await ask()
        except ControlError as error:
            return error
        return None

    async def _answered(self, refused: ControlError | None) -> bool:
        self.clear_notifications()
        if refused is not None:
            self._say(str(refused), severity="error", timeout=6)
            return False
        await self.refresh_now()
        return True
