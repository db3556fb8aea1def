-- What a suggestion said before it went over to the entry that stays; empty: it went over as it was.
ALTER TABLE duplicate_moved ADD COLUMN content TEXT NOT NULL DEFAULT '';
