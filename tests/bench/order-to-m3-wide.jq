def digits: explode | map(select(. >= 48 and . <= 57)) | implode | .[-10:];
def padded($n): tostring | if length < $n then ("0" * ($n - length)) + . else .[:$n] end;
def fixed($n): ([1, 10, 100, 1000, 10000, 100000, 1000000][$n] * . | round) as $units
  | ($units | fabs | tostring) as $all | ($all | length) as $length
  | (if $length <= $n then "0000000"[:$n + 1 - $length] + $all else $all end) as $text
  | (if $units < 0 then "-" else "" end) + $text[:-$n] + "." + $text[-$n:];
def day: .[0:4] + .[5:7] + .[8:10];
. as $doc
| (.parties.delivery.countryIsoCode | trim | ascii_upcase) as $iso
| (.parties.customer.countryIsoCode | trim | ascii_upcase) as $home
| (if (.delivery.deliveryDate // "") != "" then .delivery.deliveryDate else .placedOn end) as $due
| $contacts[.parties.customer.contactId | tostring] as $contact
| (($contact.organisation.name // "") != "") as $firm
| $tables.warehouses[.warehouseId | tostring] as $house
| (.orderRows | to_entries | map(.value + {key: .key}) | sort_by(.orderRowSequence | tonumber)) as $rows
| ($rows | map(select(.productId != 1000))) as $sold
| .parties.delivery as $to
| {
  CONO: "100",
  CUNO: (if $firm then "C\(.parties.customer.contactId)"
    else $tables.channel_customers["\(.assignment.current.channelId)|\($iso)|\(.currency.orderCurrencyCode)"] end),
  ORTP: (if $firm then "B2B" else "WEB" end),
  FACI: "BRS",
  WHLO: $house,
  CUOR: "BP\(.id)",
  OREF: (.reference | trim | .[:30]),
  NREF: ([.externalRef, .invoices[0].invoiceReference] | map(select(. != null)) | join("/") | .[:30]),
  YREF: (.parties.customer.addressFullName | trim | .[:30]),
  ORDT: (.placedOn | day),
  CUDT: (.createdOn | day),
  RLDT: ($due | day),
  RLHM: ($due | .[11:13] + .[14:16]),
  CUCD: .currency.orderCurrencyCode,
  CRTP: (if .currency.orderCurrencyCode == .currency.accountingCurrencyCode then 1 else 2 end),
  ARAT: (.currency.exchangeRate | tonumber | fixed(6)),
  MODL: $tables.delivery_methods[.delivery.shippingMethodId | tostring],
  TEDL: $tables.delivery_terms[.assignment.current.channelId | tostring],
  TEPY: $tables.payment_terms[($contact.financialDetails.creditTermDays // 0) | tostring],
  PYCD: ({PAID: "PRE", PARTIALLY_PAID: "PRT", UNPAID: "INV"}[.orderPaymentStatus] // "NON"),
  PLTB: ("PL" + (.priceListId | padded(4))),
  SMCD: (if .assignment.current.staffOwnerContactId > 0
    then "S" + (.assignment.current.staffOwnerContactId | padded(6)) else null end),
  AGNT: (.assignment.current.leadSourceId | if . == 11 or . == 12 or . == 13 then "L\(.)" else null end),
  LNCD: (if $home == "DE" or $home == "AT" then "DE" elif $home == "FR" then "FR" else "GB" end),
  TINC: {INC: 1, EXC: 0}[.priceModeCode],
  OPRI: (.totalValue.baseTotal | tonumber | if . >= 1000 then 1 elif . >= 250 then 3 else 5 end),
  NTAM: (.totalValue.net | tonumber | fixed(2)),
  VTAM: (.totalValue.taxAmount | tonumber | fixed(2)),
  TOAM: ((.totalValue.net | tonumber) + (.totalValue.taxAmount | tonumber) | fixed(2)),
  OTQT: ($sold | map(.quantity.magnitude | tonumber) | add // 0 | fixed(4)),
  OTDP: ($rows | map(.discountPercentage | tonumber) | max | fixed(2)),
  NLIN: ($sold | length),
  address: {
    ADRT: "1",
    CUNM: ((if ($to.companyName // "") != "" then $to.companyName else $to.addressFullName end) | trim | .[:36]),
    CUA1: ($to.addressLine1 | trim),
    CUA2: (if ($to.addressLine2 // "") != "" then $to.addressLine2 | trim else null end),
    CUA3: (if ($to.companyName // "") != "" then $to.addressFullName | trim | .[:36] else null end),
    CUA4: ([$to.addressLine3, $to.addressLine4] | map(select((. // "") != "") | trim) | join(", ") | .[:36]),
    PONO: ($to.postalCode | trim | ascii_upcase),
    TOWN: ($to.addressLine3 | trim),
    ECAR: (if $iso == "US" then $tables.us_states[$to.addressLine4 | trim | ascii_upcase] else null end),
    CSCD: $iso,
    PHNO: (if ($to.telephone // "") != "" then $to.telephone | digits else null end),
    PHN2: ((if ($to.mobileTelephone // "") != "" then $to.mobileTelephone else .parties.billing.telephone end)
      | if (. // "") != "" then digits else null end),
    MAIL: (if ($to.email // "") != "" then $to.email | trim | ascii_downcase else null end),
    VRNO: ($contact.financialDetails.taxNumber | if (. // "") != "" then ascii_upcase | gsub(" "; "") else null end)
  },
  lines: ($sold | map({
    ITNO: ((.productSku // "") | trim | ascii_upcase),
    ITDS: (.productName | trim | .[:30]),
    ORQT: (.quantity.magnitude | tonumber | fixed(4)),
    ALUN: "PCE",
    SAPR: ((.rowValue.rowNet.value | tonumber) / (.quantity.magnitude | tonumber) | fixed(6)),
    LNAM: (.rowValue.rowNet.value | tonumber | fixed(2)),
    VTAM: ((.rowValue.rowNet.value | tonumber) * (.rowValue.taxRate | tonumber) / 100 | fixed(2)),
    VTCD: ({T20: 1, T5: 2}[.rowValue.taxCode] // 0),
    DIP1: (.discountPercentage | tonumber | fixed(2)),
    UCOS: (.itemCost.value | tonumber | fixed(4)),
    LTYP: (if .composition.bundleParent then "1" elif .composition.bundleChild then "2" else "0" end),
    WHLO: $house,
    DWDT: ($due | day),
    CUPO: .orderRowSequence,
    POPN: "\($doc.id)-\(.key)",
    CFIN: .nominalCode
  })),
  charges: ($rows | map(select(.productId == 1000 and (.rowValue.rowNet.value | tonumber) != 0) | {
    CRID: $tables.charge_codes["\(.nominalCode)|\(.rowValue.taxCode)"],
    CRAM: (.rowValue.rowNet.value | tonumber | fixed(2)),
    CRD0: (.productName | trim | .[:30])
  })),
  texts: ($rows | map(select(.productId == 1000 and (.rowValue.rowNet.value | tonumber) == 0) | {
    TYPE: "1", TYTR: "1", PARM: (.productName | trim | .[:240])
  }))
}
