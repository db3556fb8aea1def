-- Photos and documents of a news item, of each of its versions: those of the version that stands are
-- shown. kind: the numbers of enum entry_media_kind. url: as entries name what lies in media/.
CREATE TABLE news_media (
    news_id INTEGER NOT NULL REFERENCES news (id),
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    alt TEXT NOT NULL,
    licence TEXT NOT NULL,
    credit TEXT NOT NULL,
    PRIMARY KEY (news_id, version, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX news_media_by_url ON news_media (url);
