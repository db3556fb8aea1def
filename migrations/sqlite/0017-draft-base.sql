-- Of a draft of a change: the entry as it was shown when it began (JSON), so that what somebody else
-- changes meanwhile can be told from what the draft changes (RULE CONTRIBUTE-8). Empty: not kept.
ALTER TABLE draft ADD COLUMN base TEXT NOT NULL DEFAULT '';
