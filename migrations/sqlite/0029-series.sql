-- When a date comes again: a rule of RFC 5545 that ends; empty: once.
ALTER TABLE entry_date ADD COLUMN rule TEXT NOT NULL DEFAULT '';
