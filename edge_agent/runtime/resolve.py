"""Looks up what the lane needs to know to answer a scan or a command."""

from typing import Protocol

from edge_agent.api import commands
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Employee, PriceBookItem, Refused, Scan
from edge_agent.intake.interpret import ScanRules, interpret
from edge_agent.intake.meaning import BadgeCode, CustomerCode, ItemCode, Meaning, Unusable
from edge_agent.lane import inputs


class Lookup(Protocol):
    """Where prices and people are looked up."""

    def item(self, gtin: str) -> PriceBookItem | None: ...

    def employee(self, badge: str) -> Employee | None: ...


def resolve_meaning(
    meaning: Meaning, lookup: Lookup, quantity: int = 1
) -> inputs.LaneInput | Refused:
    """What a scan asks of the lane."""
    match meaning:
        case ItemCode(gtin=gtin):
            return inputs.AddItem(gtin=gtin, item=lookup.item(gtin), quantity=quantity)
        case BadgeCode(badge=badge):
            return inputs.SignEmployeeOn(employee=lookup.employee(badge))
        case CustomerCode(customer_id=customer_id):
            return inputs.AttachCustomer(customer_id=customer_id)
        case Unusable(code=code, message=message):
            return Refused(code=code, message=message)


def resolve_command(
    command: commands.LaneCommand, lookup: Lookup, rules: ScanRules
) -> inputs.LaneInput | Refused:
    """What a command asks of the lane."""
    match command:
        case commands.EnterCode(code=code, quantity=quantity):
            meaning = interpret(Scan(data=Sensitive(code.encode())), rules)
            return resolve_meaning(meaning, lookup, quantity)
        case commands.SignOn(badge=badge):
            return inputs.SignEmployeeOn(employee=lookup.employee(badge))
        case commands.SignOff(reason=reason):
            return inputs.SignEmployeeOff(reason=reason)
        case commands.StartBasket():
            return inputs.StartSale()
        case commands.IdentifyCustomer(customer_id=customer_id):
            return inputs.AttachCustomer(customer_id=customer_id)
        case commands.VoidLine(line_id=line_id):
            return inputs.VoidItem(line_id=line_id)
        case commands.VoidBasket():
            return inputs.VoidSale()
        case commands.FinalizeSubtotal():
            return inputs.Finalize()
        case commands.Pay(tender=tender, tendered=tendered):
            return inputs.TakeTender(tender=tender, tendered=tendered)
        case commands.CheckAge(minimum_age=minimum_age, verdict=verdict, method=method):
            return inputs.RecordAgeCheck(minimum_age=minimum_age, verdict=verdict, method=method)
        case commands.ReleaseHold(hold_id=hold_id, badge=badge, reason=reason):
            return inputs.LiftHoldByLead(
                hold_id=hold_id, approver=lookup.employee(badge), reason=reason
            )
    return Refused(
        code="unknown_command", message=f"The lane does not know the command {command.name}."
    )
