"""Contacts and their postal addresses; a few people and firms stand there twice, typed differently."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from typing import Any

from crosswalk_engine.sandbox.world.draw import Draw
from crosswalk_engine.sandbox.world.people import Firm, Person, draw_person, firm_domain, firms, typed_phone
from crosswalk_engine.sandbox.world.places import COUNTRIES, Address, Place, draw_address, places
from crosswalk_engine.sandbox.world.plan import (
    FIRM_DUPLICATES,
    FIRST_CONSUMER_ID,
    GUEST_CONTACT_ID,
    Plan,
    placed_at,
    plan_order,
)

#: Street words and how people shorten them.
SHORT_WORDS = {
    "Road": "Rd",
    "Street": "St",
    "Avenue": "Ave",
    "Lane": "Ln",
    "straße": "str.",
    "Gardens": "Gdns",
    "Crescent": "Cres",
}

_CURRENCY_IDS = {"GBP": 1, "EUR": 2, "USD": 3}


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact as typed into Brightpearl; `of` names the contact that it repeats and `how`."""

    id: int
    person: Person
    phone: str
    company: str
    address: Address
    firm: Firm | None = None
    of: int = 0
    how: str = ""


@cache
def consumer(seed: int, index: int) -> Contact:
    """The contact that order `index` brought: a new person, or an earlier one typed again."""
    plan = plan_order(seed, index)
    draw = Draw(seed, "contact", index)
    if plan.role == "duplicate":
        return _typed_again(draw, FIRST_CONSUMER_ID + index, consumer(seed, plan.origin))
    person = draw_person(draw, plan.country, index)
    address = draw_address(draw, plan.country)
    return Contact(
        FIRST_CONSUMER_ID + index, person, typed_phone(draw, person.phone, plan.country), "", address
    )


@cache
def trade_contact(seed: int, contact_id: int) -> Contact:
    """A business contact, or its second record."""
    if contact_id in FIRM_DUPLICATES:
        first = trade_contact(seed, FIRM_DUPLICATES[contact_id])
        return _typed_again(Draw(seed, "contact", contact_id), contact_id, first)
    firm = next(firm for firm in firms() if firm.contact == contact_id)
    draw = Draw(seed, "contact", contact_id)
    person = draw_person(draw, firm.country, contact_id, firm_domain(firm))
    address = draw_address(draw, firm.country, firm.town)
    phone = typed_phone(draw, person.phone, firm.country)
    return Contact(contact_id, person, phone, firm.name, address, firm)


@cache
def guest_contact(seed: int) -> Contact:
    """The one contact that stands for all guests of the marketplace."""
    draw = Draw(seed, "contact", "guest")
    person = Person("", "Marketplace", "Guest", "guests@marketplace.example", "", "GB")
    return Contact(GUEST_CONTACT_ID, person, "", "", draw_address(draw, "GB", "Bristol"))


def contact_of(seed: int, plan: Plan) -> Contact:
    """The contact that `plan`'s order belongs to."""
    if plan.role == "firm":
        return trade_contact(seed, plan.contact)
    if plan.role == "guest":
        return guest_contact(seed)
    return consumer(seed, plan.contact - FIRST_CONSUMER_ID)


def contacts_up_to(seed: int, count: int) -> list[Contact]:
    """All contacts that exist once `count` orders are there, in order of id."""
    trade = [trade_contact(seed, firm.contact) for firm in firms()]
    trade += [trade_contact(seed, second) for second in FIRM_DUPLICATES]
    brought = [
        consumer(seed, index)
        for index in range(count)
        if plan_order(seed, index).role in ("new", "duplicate")
    ]
    return [guest_contact(seed), *trade, *brought]


def _typed_again(draw: Draw, contact_id: int, first: Contact) -> Contact:
    """`first` under another id, with one or two of its details typed differently."""
    ways = draw.sample(("spelling", "swapped", "phone", "email"), 2 if draw.chance(0.4) else 1)
    person, phone = first.person, first.phone
    for way in ways:
        if way == "spelling":
            person = replace(person, last=_misspelt(draw, person.last))
        elif way == "swapped":
            person = replace(person, first=person.last, last=person.first)
        elif way == "phone":
            phone = f"+{COUNTRIES[person.country][3]}{person.phone}"
        else:
            person = replace(person, email=_mistyped(draw, person.email))
    address = first.address
    if draw.chance(0.5):
        address = replace(address, line1=shortened(address.line1))
    company = first.company.replace(" Ltd", " Limited") if first.firm else ""
    return Contact(contact_id, person, phone, company, address, first.firm, first.id, "+".join(ways))


def shortened(line: str) -> str:
    """`line` with its street word abbreviated."""
    for word, short in SHORT_WORDS.items():
        if line.endswith(word) or word == "straße":
            line = line.replace(word, short)
    return line


def _misspelt(draw: Draw, name: str) -> str:
    if len(name) < 4:
        return name + name[-1]
    place = draw.whole(1, len(name) - 3)
    swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    doubled = name[:place] + name[place] + name[place:]
    dropped = name[:place] + name[place + 1 :]
    return draw.pick([doubled, dropped] if swapped == name else [swapped, doubled, dropped])


def _mistyped(draw: Draw, email: str) -> str:
    local, _, domain = email.partition("@")
    place = draw.whole(1, len(local) - 2)
    return f"{local[:place]}{local[place + 1 :]}@{domain}"


def contact_record(seed: int, contact: Contact) -> dict[str, Any]:
    """`contact` as GET contact-service/contact shows it."""
    draw = Draw(seed, "contact record", contact.id)
    made = placed_at(seed, max(0, contact.id - FIRST_CONSUMER_ID)).isoformat(timespec="milliseconds")
    person, firm = contact.person, contact.firm
    communication: dict[str, Any] = {
        "emails": {"PRI": {"email": person.email}},
        "telephones": {"PRI": contact.phone} if contact.phone else {},
        "messagingVoips": {},
        "websites": {"PRI": f"https://www.{firm_domain(firm)}"} if firm and draw.chance(0.6) else {},
    }
    if contact.phone and draw.chance(0.2):
        communication["telephones"]["MOB"] = contact.phone
    organisation: dict[str, Any] = {"organisationId": contact.id}
    if contact.company:
        organisation |= {"name": contact.company, "jobTitle": draw.pick(["Buyer", "Owner", "Office manager"])}
    elif draw.chance(0.3):
        organisation["name"] = ""
    assignment: dict[str, Any] = {"leadSourceId": 11} if not firm and draw.chance(0.5) else {}
    if firm:
        assignment["accountReference"] = f"T{contact.id}"
    record: dict[str, Any] = {
        "contactId": contact.id,
        "isPrimaryContact": True,
        "salutation": person.salutation,
        "firstName": person.first[:32],
        "lastName": person.last[:32],
        "postAddressIds": {"DEF": contact.id * 10, "BIL": contact.id * 10, "DEL": contact.id * 10},
        "communication": communication,
        "contactStatus": {"current": {"contactStatusId": 1}},
        "relationshipToAccount": {"isSupplier": False, "isStaff": False},
        "marketingDetails": {"isReceiveEmailNewsletter": draw.chance(0.4)},
        "financialDetails": _financial(contact),
        "assignment": {"current": assignment},
        "organisation": organisation,
        "tradeStatus": "UNKNOWN",
        "createdByid": 4,
        "createdOn": made,
    }
    if draw.chance(0.7):
        record["updatedOn"] = made
    record |= {"contactTags": "9" if firm else "", "aliases": {}, "companyId": 0}
    return record


def _financial(contact: Contact) -> dict[str, Any]:
    firm = contact.firm
    currency = firm.currency if firm else {"GB": "GBP", "US": "USD"}.get(contact.person.country, "EUR")
    lists = {"GBP": 3, "EUR": 6} if firm else {"GBP": 2, "EUR": 4, "USD": 5}
    return {
        "priceListId": lists[currency],
        "nominalCode": "0",
        "creditLimit": firm.terms * 250 if firm else 0,
        "creditTermDays": firm.terms if firm else 0,
        "currencyId": _CURRENCY_IDS[currency],
        "discountPercentage": 0.0,
        "creditTermTypeId": 1,
    }


def postal_record(contact: Contact) -> dict[str, Any]:
    """The contact's postal address as GET contact-service/postal-address shows it (three-letter country)."""
    address = contact.address
    country = address.place.country
    return {
        "addressId": contact.id * 10,
        "contactId": contact.id,
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "addressLine3": address.place.town,
        "addressLine4": address.line4,
        "postalCode": address.place.postcode,
        "countryIsoCode": COUNTRIES[country][1],
        "countryIsoCode2": country,
        "countryId": COUNTRIES[country][2],
    }


def other_place(draw: Draw, country: str, town: str) -> str:
    """A postcode that belongs to another region of `country` than `town` does."""
    own = {_area(place) for place in places(country, town)}
    return draw.pick([place.postcode for place in places(country) if _area(place) not in own])


def _area(place: Place) -> str:
    """The state in the US; elsewhere the letters before the first digit of the postcode."""
    return place.region if place.country == "US" else "".join(takewhile(str.isalpha, place.postcode))
