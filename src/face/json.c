#include "face/json.h"

static void begin_value(struct face_json *json) {
    if (json->follows) {
        buf_add_char(json->out, ',');
    }
    json->follows = true;
}

void face_json_open(struct face_json *json, char bracket) {
    begin_value(json);
    buf_add_char(json->out, bracket);
    json->follows = false;
}

void face_json_close(struct face_json *json, char bracket) {
    buf_add_char(json->out, bracket);
    json->follows = true;
}

void face_json_key(struct face_json *json, const char *key) {
    begin_value(json);
    buf_add_char(json->out, '"');
    buf_add_cstr(json->out, key);
    buf_add_cstr(json->out, "\":");
    json->follows = false; /* its value needs no comma */
}

void face_json_text(struct face_json *json, slice text) {
    begin_value(json);
    buf_add_json_string(json->out, text);
}

void face_json_i64(struct face_json *json, int64_t value) {
    begin_value(json);
    buf_add_i64(json->out, value);
}

void face_json_degrees(struct face_json *json, int32_t degrees_e7) {
    begin_value(json);
    buf_add_e7(json->out, degrees_e7);
}

void face_json_word(struct face_json *json, const char *word) {
    begin_value(json);
    buf_add_cstr(json->out, word);
}

void face_json_member(struct face_json *json, const char *key, slice text) {
    if (text.n > 0) {
        face_json_key(json, key);
        face_json_text(json, text);
    }
}

void face_json_member_nullable(struct face_json *json, const char *key, slice text) {
    face_json_key(json, key);
    if (text.n > 0) {
        face_json_text(json, text);
    } else {
        face_json_word(json, "null");
    }
}

void face_json_member_texts(struct face_json *json, const char *key, const slice *texts,
                            size_t count) {
    if (count == 0) {
        return;
    }
    face_json_key(json, key);
    face_json_open(json, '[');
    for (size_t i = 0; i < count; i++) {
        face_json_text(json, texts[i]);
    }
    face_json_close(json, ']');
}

void face_json_member_i64(struct face_json *json, const char *key, int64_t value) {
    face_json_key(json, key);
    face_json_i64(json, value);
}

void face_json_member_time(struct face_json *json, const char *key, int64_t ms) {
    if (ms != 0) {
        face_json_key(json, key);
        buf_add_char(json->out, '"');
        time_format_rfc3339(ms, json->out);
        buf_add_char(json->out, '"');
        json->follows = true;
    }
}

void face_json_member_time_nullable(struct face_json *json, const char *key, int64_t ms) {
    if (ms != 0) {
        face_json_member_time(json, key, ms);
    } else {
        face_json_key(json, key);
        face_json_word(json, "null");
    }
}
