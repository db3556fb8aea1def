-- A draft may take over a suggestion, to change it before it is accepted; 0: it does not.
ALTER TABLE draft ADD COLUMN suggestion_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX suggestion_by_person ON suggestion (person_id) WHERE person_id IS NOT NULL;
