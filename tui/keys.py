"""Every key of the terminal UI, and which of them belong to the sale."""

from textual.binding import Binding

KEYS = (
    Binding("f1", "tab('lane')", "Lane", show=False),
    Binding("f2", "tab('plugins')", "Plugins", show=False),
    Binding("f3", "tab('devices')", "Devices", show=False),
    Binding("f4", "tab('sync')", "Sync", show=False),
    Binding("e,E", "enter_code", "Code"),
    Binding("v,V", "void_line", "Void"),
    Binding("s,S", "subtotal", "Subtotal"),
    Binding("a,A", "age_checked", "Age"),
    Binding("l,L", "lift_hold", "Lift"),
    Binding("r,R", "decide_receipt", "Receipt?"),
    Binding("c,C", "pay_cash", "Cash"),
    Binding("k,K", "pay_card", "Card"),
    Binding("x,X", "void_sale", "Void all"),
    Binding("n,N", "no_sale", "No sale"),
    Binding("o,O", "sign_off", "Sign off"),
    Binding("p,P", "print_again('copy')", "Copy"),
    Binding("g,G", "print_again('gift')", "Gift"),
    Binding("space", "toggle_plugin", "On/off"),
    Binding("q,Q", "quit", "Quit"),
)

LANE_ACTIONS = frozenset(
    {
        "enter_code",
        "void_line",
        "subtotal",
        "age_checked",
        "lift_hold",
        "pay_cash",
        "pay_card",
        "void_sale",
        "no_sale",
        "sign_off",
        "print_again",
        "decide_receipt",
    }
)
"""They work on the lane's tab only, so that no stray key pays a sale."""
