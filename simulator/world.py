"""A small shop: a price book with valid GTINs, people, and customers."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

# GS1 keeps prefix 952 for demonstrations: these numbers are on no real product.
_PREFIX = "952"
_STANDARD, _REDUCED = "19", "7"

_SHELVES: tuple[tuple[str, str | None, int, str], ...] = (
    (
        _REDUCED,
        None,
        79,
        "Apples 1 kg|Bananas 1 kg|Pears 1 kg|Oranges 1 kg|Lemons 4 pcs|Grapes 500 g|Kiwi 6 pcs|"
        "Tomatoes 500 g|Cucumber|Carrots 1 kg|Potatoes 2 kg|Onions 1 kg|Garlic 3 pcs|Leek|"
        "Broccoli 500 g|Spinach 250 g|Lettuce|Peppers 3 pcs|Mushrooms 250 g|Avocado",
    ),
    (
        _REDUCED,
        None,
        59,
        "Whole milk 1 l|Skimmed milk 1 l|Oat drink 1 l|Butter 250 g|Margarine 500 g|Cream 200 ml|"
        "Sour cream 200 g|Yoghurt plain 500 g|Yoghurt strawberry 150 g|Quark 500 g|Gouda 400 g|"
        "Emmental 250 g|Feta 200 g|Mozzarella 125 g|Camembert 250 g|Parmesan 200 g|"
        "Cottage cheese 200 g|Eggs 10 pcs|Kefir 500 ml|Pudding chocolate 200 g",
    ),
    (
        _REDUCED,
        None,
        45,
        "Baguette|Rye bread 750 g|Toast 500 g|Rolls 6 pcs|Croissant|Pretzel|Crispbread 250 g|"
        "Wraps 6 pcs|Butter cake|Apple pie|Muffins 4 pcs|Doughnut|Ciabatta|Bagels 4 pcs|Zwieback",
    ),
    (
        _REDUCED,
        None,
        199,
        "Chicken breast 400 g|Minced beef 500 g|Pork chops 600 g|Salami 150 g|Ham 200 g|"
        "Bacon 150 g|Sausages 300 g|Turkey slices 150 g|Salmon fillet 250 g|Fish fingers 450 g|"
        "Tuna tin 185 g|Herring 200 g|Shrimps 200 g|Liver sausage 200 g|Meatballs 500 g",
    ),
    (
        _REDUCED,
        None,
        69,
        "Spaghetti 500 g|Penne 500 g|Rice 1 kg|Tomato sauce 400 g|Pesto 190 g|Olive oil 500 ml|"
        "Sunflower oil 1 l|Vinegar 500 ml|Flour 1 kg|Sugar 1 kg|Salt 500 g|Pepper 50 g|"
        "Paprika 50 g|Mustard 200 ml|Ketchup 500 ml|Mayonnaise 250 ml|Honey 500 g|"
        "Strawberry jam 340 g|Hazelnut spread 400 g|Muesli 750 g|Cornflakes 500 g|"
        "Oat flakes 500 g|Lentils 500 g|Chickpeas 400 g|Kidney beans 400 g|Sweetcorn 300 g|"
        "Peeled tomatoes 400 g|Vegetable stock 120 g|Baking powder 6 pcs|Raisins 250 g",
    ),
    (
        _REDUCED,
        None,
        89,
        "Milk chocolate 100 g|Dark chocolate 100 g|Gummy bears 200 g|Biscuits 300 g|Wafers 250 g|"
        "Potato crisps 175 g|Peanuts 200 g|Pretzel sticks 250 g|Popcorn 100 g|Chewing gum|"
        "Ice cream vanilla 1 l|Ice lollies 6 pcs|Liquorice 200 g|Marzipan 100 g|Nut mix 200 g",
    ),
    (
        _STANDARD,
        None,
        49,
        "Mineral water 1.5 l|Still water 1.5 l|Cola 1 l|Lemonade 1 l|Orange juice 1 l|"
        "Apple juice 1 l|Multivitamin juice 1 l|Iced tea 1.5 l|Energy drink 250 ml|"
        "Coffee beans 1 kg|Ground coffee 500 g|Espresso pods 10 pcs|Black tea 25 pcs|"
        "Green tea 25 pcs|Herbal tea 25 pcs|Cocoa 250 g|Tonic water 1 l|Ginger ale 1 l|"
        "Coconut water 500 ml|Alcohol-free beer 500 ml",
    ),
    (
        _STANDARD,
        "alcohol",
        99,
        "Pilsner 500 ml|Lager 500 ml|Wheat beer 500 ml|Stout 500 ml|Pale ale 330 ml|Cider 500 ml|"
        "Red wine 750 ml|White wine 750 ml|Rosé wine 750 ml|Sparkling wine 750 ml|Port 750 ml|"
        "Sherry 750 ml|Mulled wine 1 l|Radler 500 ml|Shandy 330 ml",
    ),
    (
        _STANDARD,
        "spirits",
        899,
        "Vodka 700 ml|Gin 700 ml|Rum 700 ml|Whisky 700 ml|Brandy 700 ml|Tequila 700 ml|"
        "Herbal liqueur 350 ml|Egg liqueur 500 ml|Grappa 500 ml|Ouzo 700 ml",
    ),
    (
        _STANDARD,
        "tobacco",
        790,
        "Cigarettes blue 20 pcs|Cigarettes red 20 pcs|Cigarettes menthol 20 pcs|Cigarillos 17 pcs|"
        "Rolling tobacco 30 g|Cigar|Snuff 10 g|Heat sticks 20 pcs",
    ),
    (
        _STANDARD,
        None,
        129,
        "Washing powder 1.3 kg|Fabric softener 1 l|Dish soap 500 ml|Dishwasher tabs 40 pcs|"
        "All-purpose cleaner 1 l|Glass cleaner 500 ml|Sponges 5 pcs|Bin liners 20 pcs|"
        "Cling film 30 m|Aluminium foil 30 m|Baking paper 20 m|Kitchen roll 4 pcs|"
        "Toilet paper 8 pcs|Tissues 10 pcs|Batteries AA 4 pcs|Light bulb E27|Candles 10 pcs|"
        "Matches|Lighter|Freezer bags 40 pcs",
    ),
    (
        _STANDARD,
        None,
        95,
        "Shampoo 300 ml|Shower gel 250 ml|Soap 100 g|Toothpaste 75 ml|Toothbrush|Deodorant 150 ml|"
        "Hand cream 75 ml|Sun cream 200 ml|Razor blades 4 pcs|Shaving foam 200 ml|"
        "Cotton pads 80 pcs|Plasters 20 pcs|Nappies 40 pcs|Baby wipes 80 pcs|Body lotion 400 ml",
    ),
    (_STANDARD, "knives", 499, "Kitchen knife|Bread knife|Pocket knife"),
    (_STANDARD, "games", 1999, "Racing game 16+|Adventure game 16+"),
)


_FROM_THE_COUNTER = (("Cooked ham", 1690), ("Mountain cheese", 2290), ("Olives", 1150))
SCALE_LAYOUT = "27IIIIIWWWWWC"
"""A label of the scales: item and grams in a restricted circulation number."""


@dataclass(frozen=True, slots=True)
class Item:
    """One product; the price in cents each or per kilogram, the tax rate in percent."""

    gtin: str
    description: str
    unit_price: int
    tax_rate: str
    restriction: str | None
    sold_by: str = "each"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a badge."""

    badge: str
    employee_id: str
    name: str
    role: str


CASHIER = Person("EMP1001", "1001", "Anna", "cashier")
LEAD = Person("EMP9001", "9001", "Maria", "lead")
PEOPLE = (CASHIER, Person("EMP1002", "1002", "Jonas", "cashier"), LEAD)


def check_digit(digits: str) -> int:
    """The GS1 check digit of the digits before it (General Specifications, 7.9.1)."""
    total = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return -total % 10


def items() -> tuple[Item, ...]:
    """The whole assortment, the same every time."""
    assortment: list[Item] = []
    for tax_rate, restriction, base_price, names in _SHELVES:
        for place, name in enumerate(names.split("|")):
            digits = f"{_PREFIX}{len(assortment) + 1:09d}"
            price = base_price + (place * 137) % (base_price * 2 + 50)
            assortment.append(
                Item(f"{digits}{check_digit(digits)}", name, price, tax_rate, restriction)
            )
    for number, (name, price) in enumerate(_FROM_THE_COUNTER, start=1):
        assortment.append(Item(_scale_number(number, 0), name, price, _REDUCED, None, "kg"))
    return tuple(assortment)


def code_of(item: Item, grams: int) -> str:
    """The code that is scanned of an item: its GTIN, or its label from the scales."""
    return item.gtin if item.sold_by == "each" else _scale_number(int(item.gtin[2:7]), grams)


def _scale_number(number: int, grams: int) -> str:
    digits = f"27{number:05d}{grams:05d}"
    return f"{digits}{check_digit(digits)}"


def by_name(assortment: Sequence[Item], name: str) -> Item:
    """The item whose description begins with ``name``."""
    return next(item for item in assortment if item.description.startswith(name))


def suggestions(assortment: Sequence[Item]) -> dict[str, str]:
    """Pairs for the recommender: GTIN-14 -> GTIN-14 and name."""
    pairs = (("Spaghetti", "Tomato sauce"), ("Whole milk", "Cornflakes"), ("Pilsner", "Peanuts"))
    offers = ((by_name(assortment, first), by_name(assortment, second)) for first, second in pairs)
    return {
        item.gtin.zfill(14): f"{other.gtin.zfill(14)} {other.description}" for item, other in offers
    }


def customers() -> dict[str, dict[str, object]]:
    """Customers of the customer system: card id -> customer."""
    tiers = ("bronze", "silver", "gold")
    return {
        f"{5000 + number}": {"tier": tiers[number % 3], "points": 120 * number}
        for number in range(1, 31)
    }


def price_book_csv(assortment: Sequence[Item]) -> str:
    """As ``edge-agent price-book import`` takes it."""
    rows = StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(("gtin", "description", "unit_price", "tax_rate", "restriction", "sold_by"))
    for item in assortment:
        price = f"{item.unit_price // 100}.{item.unit_price % 100:02d}"
        restriction = item.restriction or ""
        writer.writerow(
            (item.gtin, item.description, price, item.tax_rate, restriction, item.sold_by)
        )
    return rows.getvalue()


def people_csv() -> str:
    """As ``edge-agent people import`` takes it."""
    rows = StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(("badge", "employee_id", "name", "role"))
    for person in PEOPLE:
        writer.writerow((person.badge, person.employee_id, person.name, person.role))
    return rows.getvalue()
