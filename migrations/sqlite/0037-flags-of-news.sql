-- The news item of the entry that a flag is about; 0: the entry itself.
ALTER TABLE flag ADD COLUMN news_id INTEGER NOT NULL DEFAULT 0;
