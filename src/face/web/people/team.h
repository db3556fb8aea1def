/* What the pages of teams and people share. */
#ifndef AGORA_FACE_WEB_PEOPLE_TEAM_H
#define AGORA_FACE_WEB_PEOPLE_TEAM_H

#include "domain/team/team.h"
#include "face/web/page/page.h"

/* "Membre", "Responsable": a text to look up. */
const char *team_role_label(enum team_role role);
/* A name as its owner shows it, with the way to their page; of who shows none, that. */
void team_person_name(struct page *page, struct person_id person, slice name);
slice link_person(const struct page *page, struct person_id person, slice name);

#endif
