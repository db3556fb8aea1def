-- Where an answer to a letter goes, when not to the site: to who wrote it.
ALTER TABLE mail_message ADD COLUMN reply TEXT NOT NULL DEFAULT '';
