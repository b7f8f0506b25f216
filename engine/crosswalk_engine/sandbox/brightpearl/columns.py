"""The columns of the searches, in the order in which the rows carry them, and where each value comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crosswalk_engine.sandbox.brightpearl.account import Account, Record, Table

Value = Callable[[Record], Any]

ORDER_TYPES = {"SO": 1, "PO": 2, "SC": 3, "PC": 4}
ORDER_TYPE_NAMES = {1: "SALES_ORDER", 2: "PURCHASE_ORDER", 3: "SALES_CREDIT", 4: "PURCHASE_CREDIT"}
PAYMENT_STATUSES = {"UNPAID": 1, "PAID": 2, "PARTIALLY_PAID": 3, "NOT_APPLICABLE": 4}
STOCK_STATUSES = {"SON": 1, "SOP": 2, "SOA": 3, "NON": 4}
STOCK_STATUS_NAMES = {1: "None in stock", 2: "Partly in stock", 3: "All in stock", 4: "Not required"}
SHIPPING_STATUSES = {"NST": 1, "SNS": 2, "SPS": 3, "ASS": 4}
SHIPPING_STATUS_NAMES = {
    1: "No stock to ship",
    2: "Stock not shipped",
    3: "Some stock shipped",
    4: "All stock shipped",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its wire name and type, how a record gives its value, and its lookup map if it has one."""

    name: str
    kind: str
    value: Value
    reference: str | None = None

    def described(self) -> dict[str, Any]:
        """The column as `metaData` lists it."""
        return {
            "name": self.name,
            "sortable": True,
            "filterable": True,
            "reportDataType": self.kind,
            "referenceData": [self.reference] if self.reference else [],
            "isFreeTextSearchable": False,
            "required": False,
        }


@dataclass(frozen=True, slots=True)
class Search:
    """A search: its path below the account, the records it looks at, its columns, its lookup maps."""

    path: str
    table: Callable[[Account], Table]
    columns: tuple[Column, ...]
    references: Callable[[Account], dict[str, dict[int, str]]]


def at(path: str) -> Value:
    """The value at a dotted path; None where something on the way is absent."""
    keys = path.split(".")

    def value(record: Record) -> Any:
        found: Any = record
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    return value


def coded(path: str, codes: dict[str, int]) -> Value:
    """The number that stands for the code at `path`."""
    read = at(path)

    def value(record: Record) -> Any:
        code = read(record)
        return codes.get(code) if isinstance(code, str) else None

    return value


def _tax_date(order: Record) -> Any:
    invoices = order.get("invoices")
    return invoices[0].get("taxDate") if isinstance(invoices, list) and invoices else None


def _channel(field: str) -> Value:
    def value(product: Record) -> Any:
        channels = product.get("salesChannels")
        return channels[0].get(field) if isinstance(channels, list) and channels else None

    return value


def _category(product: Record) -> Any:
    categories = _channel("categories")(product)
    return categories[0].get("categoryCode") if isinstance(categories, list) and categories else None


def _is_customer(contact: Record) -> Any:
    relation = contact.get("relationshipToAccount", {})
    return not relation.get("isSupplier", False) and not relation.get("isStaff", False)


def _order_references(account: Account) -> dict[str, dict[int, str]]:
    statuses = account.lists["order_statuses"]
    return {
        "orderTypeNames": ORDER_TYPE_NAMES,
        "orderStatusNames": {int(s["statusId"]): str(s.get("name", "")) for s in statuses},
        "orderStockStatusNames": STOCK_STATUS_NAMES,
        "orderPaymentStatusNames": {number: code for code, number in PAYMENT_STATUSES.items()},
        "orderShippingStatusNames": SHIPPING_STATUS_NAMES,
    }


ORDER_SEARCH = Search(
    "/order-service/order-search",
    lambda account: account.orders,
    (
        Column("orderId", "IDSET", at("id")),
        Column("orderTypeId", "IDSET", coded("orderTypeCode", ORDER_TYPES), "orderTypeNames"),
        Column("contactId", "INTEGER", at("parties.customer.contactId")),
        Column("orderStatusId", "INTEGER", at("orderStatus.orderStatusId"), "orderStatusNames"),
        Column(
            "orderStockStatusId", "INTEGER", coded("stockStatusCode", STOCK_STATUSES), "orderStockStatusNames"
        ),
        Column("createdOn", "PERIOD", at("createdOn")),
        Column("createdById", "INTEGER", at("createdById")),
        Column("customerRef", "STRING", at("reference")),
        Column(
            "orderPaymentStatusId",
            "INTEGER",
            coded("orderPaymentStatus", PAYMENT_STATUSES),
            "orderPaymentStatusNames",
        ),
        Column("updatedOn", "PERIOD", at("updatedOn")),
        Column("parentOrderId", "IDSET", at("parentOrderId")),
        Column(
            "orderShippingStatusId",
            "INTEGER",
            coded("shippingStatusCode", SHIPPING_STATUSES),
            "orderShippingStatusNames",
        ),
        Column("externalRef", "STRING", at("externalRef")),
        Column("installedIntegrationInstanceId", "INTEGER", at("installedIntegrationInstanceId")),
        Column("warehouseId", "IDSET", at("warehouseId")),
        Column("staffOwnerContactId", "INTEGER", at("assignment.current.staffOwnerContactId")),
        Column("taxDate", "PERIOD", _tax_date),
        Column("departmentId", "INTEGER", at("assignment.current.teamId")),
        Column("deliveryDate", "PERIOD", at("delivery.deliveryDate")),
    ),
    _order_references,
)

PRODUCT_SEARCH = Search(
    "/product-service/product-search",
    lambda account: account.products,
    (
        Column("productId", "IDSET", at("id")),
        Column("productName", "SEARCH_STRING", _channel("productName")),
        Column("SKU", "STRING", at("identity.sku")),
        Column("barcode", "STRING", at("identity.barcode")),
        Column("EAN", "STRING", at("identity.ean")),
        Column("UPC", "STRING", at("identity.upc")),
        Column("ISBN", "STRING", at("identity.isbn")),
        Column("MPN", "STRING", at("identity.mpn")),
        Column("stockTracked", "BOOLEAN", at("stock.stockTracked")),
        Column("salesChannelName", "STRING", _channel("salesChannelName")),
        Column("createdOn", "PERIOD", at("createdOn")),
        Column("updatedOn", "PERIOD", at("updatedOn")),
        Column("brightpearlCategoryCode", "STRING", _category),
        Column("productGroupId", "INTEGER", at("productGroupId")),
        Column("brandId", "INTEGER", at("brandId")),
        Column("productTypeId", "INTEGER", at("productTypeId")),
        Column("productStatus", "STRING", at("status")),
        Column("primarySupplierId", "INTEGER", at("primarySupplierId")),
    ),
    lambda account: {},
)

CONTACT_SEARCH = Search(
    "/contact-service/contact-search",
    lambda account: account.contacts,
    (
        Column("contactId", "IDSET", at("contactId")),
        Column("primaryEmail", "STRING", at("communication.emails.PRI.email")),
        Column("secondaryEmail", "STRING", at("communication.emails.SEC.email")),
        Column("tertiaryEmail", "STRING", at("communication.emails.TER.email")),
        Column("firstName", "STRING", at("firstName")),
        Column("lastName", "STRING", at("lastName")),
        Column("isSupplier", "BOOLEAN", at("relationshipToAccount.isSupplier")),
        Column("companyName", "SEARCH_STRING", at("organisation.name")),
        Column("isStaff", "BOOLEAN", at("relationshipToAccount.isStaff")),
        Column("isCustomer", "BOOLEAN", _is_customer),
        Column("createdOn", "PERIOD", at("createdOn")),
        Column("updatedOn", "PERIOD", at("updatedOn")),
        Column("lastContactedOn", "PERIOD", at("lastContactedOn")),
        Column("lastOrderedOn", "PERIOD", at("lastOrderedOn")),
        Column("nominalCode", "STRING", at("financialDetails.nominalCode")),
        Column("isPrimary", "BOOLEAN", at("isPrimaryContact")),
        Column("pri", "STRING", at("communication.telephones.PRI")),
        Column("sec", "STRING", at("communication.telephones.SEC")),
        Column("mob", "STRING", at("communication.telephones.MOB")),
        Column("exactCompanyName", "STRING", at("organisation.name")),
        Column("title", "STRING", at("salutation")),
    ),
    lambda account: {},
)

SEARCHES = (ORDER_SEARCH, PRODUCT_SEARCH, CONTACT_SEARCH)
