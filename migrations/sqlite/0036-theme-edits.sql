-- What was changed here of the themes, over what the taxonomy files say (src/domain/theme/README.md):
-- storing a file never touches these rows. is_own: made here. A NULL label or place: the file's.
-- is_moved: `broader` holds, NULL for the top. position: among those beside it.
-- merged_into: what it is now, together with all that is below it; taken back by NULL.
CREATE TABLE theme_edit (
    slug TEXT PRIMARY KEY REFERENCES concept (slug),
    is_own INTEGER NOT NULL DEFAULT 0,
    label_fr TEXT,
    label_en TEXT,
    is_moved INTEGER NOT NULL DEFAULT 0,
    broader TEXT REFERENCES concept (slug),
    position INTEGER,
    is_hidden INTEGER NOT NULL DEFAULT 0,
    merged_into TEXT REFERENCES concept (slug)
) STRICT, WITHOUT ROWID;
