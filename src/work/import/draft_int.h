/* An entry under way: shared by build.c (the whole) and fields.c (one value at a time). */
#ifndef AGORA_WORK_IMPORT_DRAFT_INT_H
#define AGORA_WORK_IMPORT_DRAFT_INT_H

#include "work/import/import_int.h"

struct draft {
    const struct builder *builder;
    const struct record *record;
    struct arena *arena;
    struct entry *entry;
    struct place_parts place;
    slice hours[7];
    slice address_parts;
    bool is_abroad;
    slice period_start, period_end;
    bool start_month_first, end_month_first;
    slice key; /* identifier of the source */
    bool has_kind;
    struct buf details; /* Markdown lines of what has no field */
};

/* Puts one value (cleaned, not empty) where its role says; what does not fit there becomes a
 * line of the description. `items` are those of a list, else NULL. */
void draft_take(struct draft *draft, const struct column *column, enum role role, slice value,
                const slice *items, uint32_t item_count);
/* One date more; false when the entry has as many as it may. */
bool draft_date_add(struct draft *draft, const struct entry_date *date);
/* times.c: takers of dates; false for what is none, which becomes a line of the description. */
bool draft_updated_take(struct draft *draft, const struct column *column, slice value);
bool draft_created_take(struct draft *draft, const struct column *column, slice value);
bool draft_period_take(struct draft *draft, const struct column *column, slice value);
bool draft_founded_take(struct draft *draft, const struct column *column, slice value);
bool draft_start_take(struct draft *draft, const struct column *column, slice value);
bool draft_end_take(struct draft *draft, const struct column *column, slice value);
/* agenda.c: one date as readers of agendas write it; a place in one text. */
void agenda_happens_take(struct draft *draft, const struct column *column, slice value);
bool agenda_location_take(struct draft *draft, const struct column *column, slice value);
/* "10 rue de la Paix 75002 Paris" in the column of the address, and no other says where that is:
 * its postal code and commune. What stands behind them (a country) stays in the address. */
void agenda_whole_address_read(struct draft *draft);
/* A text within a limit: cut with an ellipsis, and said. */
slice draft_clipped(struct draft *draft, slice value, size_t max);
/* Whether a theme has this slug, label or synonym. */
bool draft_is_theme(const struct draft *draft, slice word);
/* One category of the source, whatever it is called by. */
void category_take(struct draft *draft, const struct column *column, slice value);
void draft_theme_or_tag(struct draft *draft, slice word, bool may_be_tag);

#endif
