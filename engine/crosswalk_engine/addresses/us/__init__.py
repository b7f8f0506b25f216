"""Addresses in the United States: street lines by usaddress, places by a ZIP ↔ city ↔ state gazetteer."""
