"""A small project that loads and lints without a finding, for tests to break one thing at a time."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

FILES = {
    "project.yaml": """\
format: crosswalk/project@1
name: shop-to-erp
systems:
  shop:
    connector: shop
    entities:
      order: {samples: samples/orders.ndjson, key: id}
      buyer: {samples: [samples/buyers.ndjson], key: id}
  erp:
    connector: erp
    entities:
      sales_order: {samples: samples/erp_orders.ndjson, key: CUOR}
      customer: {}
connections:
  web: {system: shop, auth: {ref: env:SHOP_TOKEN}}
  backend: {system: erp}
""",
    "mappings/order-to-erp.yaml": """\
format: crosswalk/mapping@1
name: order-to-erp
source: {system: shop, entity: order}
target: {system: erp, entity: sales_order}
with:
  buyer: {entity: buyer, key: buyerId}
rules:
  - to: CUOR
    formula: CONCAT('S', id)
    required: true
  - to: CUNO
    formula: IDMAP('customer', buyerId)
  - to: WHLO
    formula: LOOKUP('warehouses', warehouse)
  - to: lines[]
    each: rows AS row
    where: row.sku <> ''
    rules:
      - {to: ITNO, formula: row.sku, max_length: 15}
      - {to: ORQT, formula: row.quantity}
checks:
  - name: something is ordered
    formula: COUNT(rows.sku) > 0
""",
    "mappings/order-to-erp_test.yaml": """\
format: crosswalk/mapping-test@1
mapping: order-to-erp
cases:
  - name: one line
    given:
      record: {id: 7, buyerId: 1, warehouse: "2", rows: {"11": {sku: A-1, quantity: 3}}}
      related: {buyer: {"1": {id: 1, name: Ann}}}
      idmap: {customer: {"1": C1}}
    expect:
      output: {CUOR: S7, CUNO: C1, WHLO: BRS, lines: [{ITNO: A-1, ORQT: 3}]}
  - name: an unknown warehouse
    given:
      record: {id: 8, buyerId: 1, warehouse: "9", rows: {"11": {sku: A-1, quantity: 3}}}
      related: {buyer: {"1": {id: 1, name: Ann}}}
      idmap: {customer: {"1": C1}}
    expect:
      errors: [{path: WHLO, code: CW-LOOKUP-MISSING}]
""",
    "mappings/buyer-to-customer.yaml": """\
format: crosswalk/mapping@1
name: buyer-to-customer
source: {system: shop, entity: buyer}
target: {system: erp, entity: customer}
rules:
  - {to: CUNM, formula: name, required: true}
""",
    "lookups/warehouses.csv": "source,target,note\n2,BRS,Bristol\n3,MUC,\n",
    "flows/orders.yaml": """\
format: crosswalk/flow@1
name: orders
source: {connection: web, entity: order}
target: {connection: backend, entity: sales_order}
trigger: {webhook: {events: [order.created]}, linger: 2s}
accept: warehouse <> ''
steps:
  - ensure: {entity: customer, mapping: buyer-to-customer, related: buyer, key: buyerId}
  - map: order-to-erp
  - validate: [addresses]
  - deliver: {natural_key: CUOR}
  - write_back: {status: 21, note: "order {ORNO}"}
""",
    "policies/addresses.yaml": """\
format: crosswalk/policy@1
kind: addresses
fields: {path: delivery}
on: {REVIEW: hold}
""",
    "samples/orders.ndjson": (
        '{"id":7,"buyerId":1,"warehouse":"2","rows":{"11":{"sku":"A-1","quantity":3}}}\n'
        '{"id":8,"buyerId":2,"warehouse":"3","rows":{"12":{"sku":"A-2","quantity":1}}}\n'
    ),
    "samples/buyers.ndjson": '{"id":1,"name":"Ann"}\n{"id":2,"name":""}\n',
    "samples/erp_orders.ndjson": (
        '{"CUOR":"S7","CUNO":"C1","WHLO":"BRS","lines":[{"ITNO":"A-1","ORQT":"3"}]}\n'
    ),
    "decisions/duplicates.ndjson": (
        '{"format":"crosswalk/decision@1","id":"d1","at":"2026-11-23T09:00:00Z","actor":"ana","kind":"duplicate",'
        '"action":"accept","subject":{"entity":"contact","winner":"1","loser":"2"},"reason":"same e-mail"}\n'
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of the small project."""
    root = tmp_path / "shop-to-erp"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root
