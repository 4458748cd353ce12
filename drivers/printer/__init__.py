"""Receipt printers that speak ESC/POS, and the drawers wired to them."""
