-- What somebody says of a link: what changed and what was learnt where something was taken up.
ALTER TABLE entry_link ADD COLUMN note TEXT NOT NULL DEFAULT '';
