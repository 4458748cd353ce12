"""The words of a receipt, and how dates and amounts are written, in each language."""

from collections.abc import Mapping

from edge_agent.api.values import Frozen


class Words(Frozen):
    """One language. ``age`` has a place for the years, ``date`` is a ``strftime`` pattern."""

    sale: str
    store: str
    lane: str
    served_by: str
    total: str
    cash: str
    card: str
    change: str
    tax: str
    net: str
    gross: str
    age: str
    customer: str
    journal: str
    copy_mark: str
    gift_mark: str
    thanks: str
    date: str
    decimal_comma: bool = True


LANGUAGES: Mapping[str, Words] = {
    "en": Words(
        sale="Sale",
        store="Store",
        lane="Lane",
        served_by="Served by",
        total="TOTAL",
        cash="Cash",
        card="Card",
        change="Change",
        tax="Tax",
        net="Net",
        gross="Gross",
        age="Age checked: {years} or older",
        customer="Customer card",
        journal="Journal",
        copy_mark="COPY",
        gift_mark="GIFT RECEIPT",
        thanks="Thank you for your visit",
        date="%Y-%m-%d %H:%M",
        decimal_comma=False,
    ),
    "de": Words(
        sale="Bon",
        store="Markt",
        lane="Kasse",
        served_by="Es bediente Sie",
        total="SUMME",
        cash="Bar",
        card="Karte",
        change="Rückgeld",
        tax="MwSt",
        net="Netto",
        gross="Brutto",
        age="Alter geprüft: mindestens {years}",
        customer="Kundenkarte",
        journal="Journal",
        copy_mark="KOPIE",
        gift_mark="GESCHENKBON",
        thanks="Vielen Dank für Ihren Einkauf",
        date="%d.%m.%Y %H:%M",
    ),
    "fr": Words(
        sale="Ticket",
        store="Magasin",
        lane="Caisse",
        served_by="Servi par",
        total="TOTAL",
        cash="Espèces",
        card="Carte",
        change="Rendu",
        tax="TVA",
        net="HT",
        gross="TTC",
        age="Âge vérifié : {years} ans ou plus",
        customer="Carte client",
        journal="Journal",
        copy_mark="DUPLICATA",
        gift_mark="TICKET CADEAU",
        thanks="Merci de votre visite",
        date="%d/%m/%Y %H:%M",
    ),
    "es": Words(
        sale="Ticket",
        store="Tienda",
        lane="Caja",
        served_by="Le atendió",
        total="TOTAL",
        cash="Efectivo",
        card="Tarjeta",
        change="Cambio",
        tax="IVA",
        net="Base",
        gross="Total",
        age="Edad comprobada: {years} o más",
        customer="Tarjeta cliente",
        journal="Diario",
        copy_mark="COPIA",
        gift_mark="TICKET REGALO",
        thanks="Gracias por su visita",
        date="%d/%m/%Y %H:%M",
    ),
    "it": Words(
        sale="Scontrino",
        store="Negozio",
        lane="Cassa",
        served_by="Servito da",
        total="TOTALE",
        cash="Contanti",
        card="Carta",
        change="Resto",
        tax="IVA",
        net="Netto",
        gross="Lordo",
        age="Età verificata: {years} o più",
        customer="Carta cliente",
        journal="Giornale",
        copy_mark="COPIA",
        gift_mark="SCONTRINO REGALO",
        thanks="Grazie della visita",
        date="%d/%m/%Y %H:%M",
    ),
    "nl": Words(
        sale="Bon",
        store="Winkel",
        lane="Kassa",
        served_by="Geholpen door",
        total="TOTAAL",
        cash="Contant",
        card="Pin",
        change="Wisselgeld",
        tax="Btw",
        net="Netto",
        gross="Bruto",
        age="Leeftijd gecontroleerd: {years} of ouder",
        customer="Klantenkaart",
        journal="Journaal",
        copy_mark="KOPIE",
        gift_mark="CADEAUBON ZONDER PRIJS",
        thanks="Bedankt voor uw bezoek",
        date="%d-%m-%Y %H:%M",
    ),
    "pl": Words(
        sale="Paragon",
        store="Sklep",
        lane="Kasa",
        served_by="Obsługa",
        total="SUMA",
        cash="Gotówka",
        card="Karta",
        change="Reszta",
        tax="VAT",
        net="Netto",
        gross="Brutto",
        age="Sprawdzono wiek: co najmniej {years}",
        customer="Karta klienta",
        journal="Dziennik",
        copy_mark="KOPIA",
        gift_mark="PARAGON PREZENTOWY",
        thanks="Dziękujemy za zakupy",
        date="%d.%m.%Y %H:%M",
    ),
    "el": Words(
        sale="Απόδειξη",
        store="Κατάστημα",
        lane="Ταμείο",
        served_by="Εξυπηρέτηση",
        total="ΣΥΝΟΛΟ",
        cash="Μετρητά",
        card="Κάρτα",
        change="Ρέστα",
        tax="ΦΠΑ",
        net="Καθαρά",
        gross="Μικτά",
        age="Έλεγχος ηλικίας: {years} και άνω",
        customer="Κάρτα πελάτη",
        journal="Ημερολόγιο",
        copy_mark="ΑΝΤΙΓΡΑΦΟ",
        gift_mark="ΔΩΡΟ",
        thanks="Ευχαριστούμε για την επίσκεψη",
        date="%d/%m/%Y %H:%M",
    ),
}
