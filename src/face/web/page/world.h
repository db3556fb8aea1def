/* What the rooms that change entries are given of a face. */
#ifndef AGORA_FACE_WEB_PAGE_WORLD_H
#define AGORA_FACE_WEB_PAGE_WORLD_H

#include "domain/contribution/contribution.h"
#include "face/face.h"

static inline struct contribution_world web_world(const struct face *face) {
    return (struct contribution_world){
        .ids = face->ids, .territories = face->territories, .themes = face->themes};
}

#endif
