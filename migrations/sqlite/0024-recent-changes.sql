-- What people changed, the latest first, without walking over what imports brought (domain/history/recent.c).
CREATE INDEX revision_by_people ON revision (id, entry_id)
    WHERE status = 1 AND (author < 'import:' OR author >= 'import;');
