-- What a notice of illegal content says besides (RULE MOD-8): who, until it is answered, and where exactly.
ALTER TABLE flag ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE flag ADD COLUMN place TEXT NOT NULL DEFAULT '';
