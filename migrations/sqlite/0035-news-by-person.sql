-- What one account wrote, for the download of its data.
CREATE INDEX news_version_by_person ON news_version (person_id);
