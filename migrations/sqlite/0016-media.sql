-- Pictures that lie in the folder media/ (RULE MEDIA-1, RULE MEDIA-2). url: as entries name them.
-- unnamed_ms: since when nothing does, 0 while something may.
CREATE TABLE media (
    name TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    unnamed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX media_unnamed ON media (unnamed_ms) WHERE unnamed_ms > 0;

-- The media of entries that lie here; those of others have no row in it.
CREATE INDEX entry_media_here ON entry_media (url) WHERE url >= '/media/' AND url < '/media0';
