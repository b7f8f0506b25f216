"""The M3 company behind the API: masters, orders, arithmetic, and the programs. No HTTP here."""
