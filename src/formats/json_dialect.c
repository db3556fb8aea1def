/* Dialects whose meaning stands in their shape: JSON-LD with the words of schema.org, elements of
 * OpenStreetMap. They become plain objects with our own names, so that nothing behind this room
 * knows them; what is not known here keeps its own name. */
#include "formats/record_int.h"

#include <stdio.h>
#include <string.h>

#define DIALECT_DEPTH_MAX 16
#define DAYS              7
#define LOCAL_TIME_BYTES  16 /* "2024-06-01T14:00" */

/* The part of a name behind its vocabulary: "schema:name", "https://schema.org/name" -> "name". */
static const char *local_name(const char *name) {
    const char *end = name + strlen(name);
    for (const char *at = end; at > name; at--) {
        if (at[-1] == '/' || at[-1] == '#' || at[-1] == ':') {
            return *at == '\0' ? name : at;
        }
    }
    return name;
}

static bool is_text(const json_t *value, const char *text) {
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

/* The first of a list, or the thing itself. */
static json_t *first_of(json_t *value) {
    return json_is_array(value) ? json_array_get(value, 0) : value;
}

/* What JSON-LD wraps: {"@value":…}, {"@id":…} alone, {"@list":[…]}; of texts in several languages
 * the French one, else the first. New reference. */
static json_t *unwrapped(json_t *value, unsigned depth);

static json_t *list_unwrapped(json_t *list, unsigned depth) {
    json_t *out = json_array();
    size_t at;
    json_t *item;
    bool languages = json_array_size(list) > 1;
    json_array_foreach(list, at, item) {
        languages = languages && json_object_get(item, "@language") != NULL;
    }
    json_array_foreach(list, at, item) {
        if (languages && is_text(json_object_get(item, "@language"), "fr")) {
            json_decref(out);
            return unwrapped(item, depth + 1);
        }
        json_array_append_new(out, unwrapped(item, depth + 1));
    }
    if (languages || json_array_size(out) == 1) {
        json_t *first = json_incref(json_array_get(out, 0));
        json_decref(out);
        return first;
    }
    return out;
}

static json_t *unwrapped(json_t *value, unsigned depth) {
    if (depth > DIALECT_DEPTH_MAX) {
        return json_incref(value);
    }
    if (json_is_array(value)) {
        return list_unwrapped(value, depth);
    }
    if (!json_is_object(value)) {
        return json_incref(value);
    }
    static const char *const wraps[] = {"@value", "@list", "@set"};
    for (size_t i = 0; i < ARRAY_COUNT(wraps); i++) {
        json_t *inner = json_object_get(value, wraps[i]);
        if (inner != NULL) {
            return unwrapped(inner, depth + 1);
        }
    }
    json_t *id = json_object_get(value, "@id");
    if (id != NULL && json_object_size(value) == 1) {
        return json_incref(id);
    }
    json_t *out = json_object();
    const char *name;
    json_t *inner;
    json_object_foreach(value, name, inner) {
        if (name[0] != '@') {
            json_object_set_new_nocheck(out, local_name(name), unwrapped(inner, depth + 1));
        } else if (strcmp(name, "@id") == 0 || strcmp(name, "@type") == 0) {
            json_object_set_nocheck(out, name, inner);
        }
    }
    return out;
}

/* Which of our kinds a type of schema.org is; "" when it may be several. */
static const char *kind_of_type(const char *type) {
    static const struct {
        const char *kind, *types;
    } kinds[] = {
        {"place", " Place LocalBusiness CivicStructure Library Store Restaurant FoodEstablishment "
                  "CafeOrCoffeeShop Park Museum TouristAttraction LandmarksOrHistoricalBuildings "
                  "AdministrativeArea Accommodation Residence SportsActivityLocation "
                  "EntertainmentBusiness RecyclingCenter PerformingArtsTheater Farm GroceryStore "
                  "CommunityCenter "},
        {"actor", " Organization NGO Corporation Cooperative GovernmentOrganization "
                  "EducationalOrganization Association Group Person Enterprise "
                  "OrganizationalUnit Service "},
        {"initiative", " Project FundingAgency ResearchProject Action "},
        {"story", " VideoObject AudioObject PodcastEpisode Article NewsArticle BlogPosting Movie "
                  "Clip InterviewObject "},
        {"tool", " HowTo SoftwareApplication WebApplication Course LearningResource Dataset Guide "
                 "Recipe "},
    };
    char padded[64];
    size_t n = strlen(type);
    if (n > 4 && strcmp(type + n - 5, "Event") == 0) {
        return "event";
    }
    if (strcmp(type, "Festival") == 0 || strcmp(type, "CourseInstance") == 0) {
        return "event";
    }
    if (n + 3 > sizeof padded) {
        return "";
    }
    padded[0] = ' ';
    memcpy(padded + 1, type, n);
    padded[n + 1] = ' ';
    padded[n + 2] = '\0';
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (strstr(kinds[i].types, padded) != NULL) {
            return kinds[i].kind;
        }
    }
    return "";
}

/* Types that say no more than our kind does. */
static bool type_is_bare(const char *type) {
    static const char bare[] = " Event Place Organization Thing LocalBusiness Project VideoObject "
                               "Article Person CreativeWork Group Service Enterprise ";
    const char *found = strstr(bare, type);
    return found != NULL && found > bare && found[-1] == ' ' && found[strlen(type)] == ' ';
}

static void type_take(json_t *out, json_t *type) {
    size_t at;
    json_t *one;
    json_t *list = json_is_array(type) ? json_incref(type) : json_pack("[O]", type);
    json_array_foreach(list, at, one) {
        const char *name = json_is_string(one) ? local_name(json_string_value(one)) : "";
        const char *kind = kind_of_type(name);
        if (kind[0] != '\0') {
            json_object_set_new(out, "kind", json_string(kind));
        }
        if (name[0] != '\0' && !type_is_bare(name)) {
            json_object_set_new(out, "type", json_string(name));
        }
    }
    json_decref(list);
}

static void set_once(json_t *out, const char *key, json_t *value) {
    if (value != NULL && !json_is_null(value) && json_object_get(out, key) == NULL) {
        json_object_set_nocheck(out, key, value);
    }
}

/* Adds a text, or the texts of a list, to the list called `key`. */
static void list_add(json_t *out, const char *key, json_t *value) {
    json_t *list = json_object_get(out, key);
    size_t at;
    json_t *one;
    if (json_is_array(value)) {
        json_array_foreach(value, at, one) {
            if (!json_is_array(one)) {
                list_add(out, key, one);
            }
        }
        return;
    }
    if (!json_is_string(value)) {
        return;
    }
    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(out, key, list);
    }
    json_array_append(list, value);
}

/* A picture is its address, or an object that has one. */
static void image_add(json_t *out, json_t *value) {
    size_t at;
    json_t *one;
    if (json_is_array(value)) {
        json_array_foreach(value, at, one) {
            if (!json_is_array(one)) {
                image_add(out, one);
            }
        }
    } else if (json_is_object(value)) {
        json_t *address = json_object_get(value, "url");
        address = address == NULL ? json_object_get(value, "contentUrl") : address;
        list_add(out, "image", address == NULL ? json_object_get(value, "@id") : address);
    } else {
        list_add(out, "image", value);
    }
}

static void address_take(json_t *out, json_t *address) {
    static const char *const keys[][2] = {{"streetAddress", "address"},
                                          {"postalCode", "postal_code"},
                                          {"addressLocality", "city"},
                                          {"postOfficeBoxNumber", "complement_adresse"}};
    address = first_of(address);
    if (json_is_string(address)) {
        set_once(out, "address", address);
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        set_once(out, keys[i][1], json_object_get(address, keys[i][0]));
    }
    json_t *country = json_object_get(address, "addressCountry");
    json_t *named = json_object_get(country, "name");
    set_once(out, "country", named == NULL ? country : named);
    set_once(out, "region", json_object_get(address, "addressRegion"));
}

static void geo_take(json_t *out, json_t *geo) {
    geo = first_of(geo);
    set_once(out, "latitude", json_object_get(geo, "latitude"));
    set_once(out, "longitude", json_object_get(geo, "longitude"));
}

static void location_take(json_t *out, json_t *location) {
    location = first_of(location);
    if (json_is_string(location)) {
        set_once(out, "place_name", location);
        return;
    }
    set_once(out, "place_name", json_object_get(location, "name"));
    address_take(out, json_object_get(location, "address"));
    geo_take(out, json_object_get(location, "geo"));
    geo_take(out, location);
    list_add(out, "website", json_object_get(location, "url"));
}

/* "https://schema.org/Monday" -> 0, -1 for none. */
static int day_of(const json_t *value) {
    static const char *const days[DAYS] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};
    const char *name = json_is_string(value) ? local_name(json_string_value(value)) : "";
    for (int i = 0; i < DAYS; i++) {
        if (strcmp(name, days[i]) == 0) {
            return i;
        }
    }
    return -1;
}

/* One specification as a rule of OSM: "Mo,Tu 09:00-12:00". */
static void hours_rule(struct buf *out, json_t *rule) {
    static const char *const short_days[DAYS] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    json_t *days = json_object_get(rule, "dayOfWeek");
    json_t *opens = json_object_get(rule, "opens");
    json_t *closes = json_object_get(rule, "closes");
    size_t count = json_is_array(days) ? json_array_size(days) : 1;
    bool any = false;
    if (!json_is_string(opens) || !json_is_string(closes) || json_string_length(opens) < 5 ||
        json_string_length(closes) < 5) {
        return;
    }
    buf_add(out, out->n > 0 ? SLICE("; ") : SLICE_EMPTY);
    for (size_t i = 0; i < count; i++) {
        int day = day_of(json_is_array(days) ? json_array_get(days, i) : days);
        if (day >= 0) {
            buf_addf(out, "%s%s", any ? "," : "", short_days[day]);
            any = true;
        }
    }
    buf_addf(out, "%s%.5s-%.5s", any ? " " : "", json_string_value(opens),
             json_string_value(closes));
}

static void hours_take(json_t *out, json_t *hours) {
    struct buf text BUF_CLEANUP = buf_new(8192);
    size_t at;
    json_t *one;
    if (json_is_array(hours)) {
        json_array_foreach(hours, at, one) {
            if (json_is_string(one)) {
                buf_add(&text, text.n > 0 ? SLICE("; ") : SLICE_EMPTY);
                buf_add_cstr(&text, json_string_value(one));
            }
            hours_rule(&text, one);
        }
    } else if (json_is_string(hours)) {
        buf_add_cstr(&text, json_string_value(hours));
    } else {
        hours_rule(&text, hours);
    }
    if (text.n > 0 && text.failed == OK) {
        json_object_set_new(out, "opening_hours", json_stringn(text.p, text.n));
    }
}

static void offers_take(json_t *out, json_t *offers) {
    json_t *offer = first_of(offers);
    json_t *price = json_object_get(offer, "price");
    json_t *currency = json_object_get(offer, "priceCurrency");
    char text[64] = "";
    if (json_is_string(price)) {
        snprintf(text, sizeof text, "%.30s", json_string_value(price));
    } else if (json_is_number(price)) {
        snprintf(text, sizeof text, "%g", json_number_value(price));
    }
    if (strcmp(text, "0") == 0 || strcmp(text, "0.00") == 0 || strcmp(text, "0.0") == 0) {
        json_object_set_new(out, "price", json_string("Gratuit"));
    } else if (text[0] != '\0') {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, " %.10s",
                 json_is_string(currency) ? json_string_value(currency) : "");
        json_object_set_new(out, "price", json_string(text));
    }
    list_add(out, "website", json_object_get(offer, "url"));
}

/* Who stands behind it: a name to read, ways to reach them. */
static void people_take(json_t *out, const char *key, json_t *people) {
    json_t *one = first_of(people);
    if (!json_is_object(one)) {
        set_once(out, key, one);
        return;
    }
    set_once(out, key, json_object_get(one, "name"));
    list_add(out, "email", json_object_get(one, "email"));
    list_add(out, "telephone", json_object_get(one, "telephone"));
    list_add(out, "website", json_object_get(one, "url"));
}

static void words_add(json_t *out, json_t *value) {
    size_t at;
    json_t *one;
    if (json_is_array(value)) {
        json_array_foreach(value, at, one) {
            json_t *name = json_object_get(one, "name");
            list_add(out, "tags", name == NULL ? one : name);
        }
    } else if (json_is_string(value)) { /* "a, b" */
        slice rest = slice_of(json_string_value(value), json_string_length(value));
        slice word;
        while (slice_cut(&rest, ',', &word)) {
            word = slice_trim(word);
            json_t *text = json_stringn(word.p, word.n);
            list_add(out, "tags", word.n > 0 ? text : NULL);
            json_decref(text);
        }
    }
}

/* Names of schema.org that have one of ours. */
static const struct {
    const char *theirs, *ours;
} plain_names[] = {
    {"name", "title"},
    {"headline", "title"},
    {"description", "description"},
    {"abstract", "summary"},
    {"startDate", "start"},
    {"endDate", "end"},
    {"foundingDate", "founded"},
    {"dateModified", "updated"},
    {"dateCreated", "created"},
    {"inLanguage", "language"},
    {"license", "licence"},
    {"maximumAttendeeCapacity", "places"},
    {"latitude", "latitude"},
    {"longitude", "longitude"},
    {"articleBody", "description"},
    {"transcript", "transcript"},
    {"preferredUsername", "nickname"},
};

static bool schema_take(json_t *out, const char *name, json_t *value) {
    for (size_t i = 0; i < ARRAY_COUNT(plain_names); i++) {
        if (strcmp(name, plain_names[i].theirs) == 0) {
            set_once(out, plain_names[i].ours, value);
            return true;
        }
    }
    if (strcmp(name, "url") == 0) {
        list_add(out, "website", value);
    } else if (strcmp(name, "sameAs") == 0) {
        list_add(out, "social", value);
    } else if (strcmp(name, "location") == 0 || strcmp(name, "contentLocation") == 0) {
        location_take(out, value);
    } else if (strcmp(name, "address") == 0) {
        address_take(out, value);
    } else if (strcmp(name, "geo") == 0) {
        geo_take(out, value);
    } else if (strcmp(name, "image") == 0 || strcmp(name, "logo") == 0 ||
               strcmp(name, "photo") == 0 || strcmp(name, "thumbnailUrl") == 0 ||
               strcmp(name, "icon") == 0) {
        image_add(out, value);
    } else if (strcmp(name, "contentUrl") == 0 || strcmp(name, "embedUrl") == 0) {
        list_add(out, "video", value);
    } else if (strcmp(name, "openingHours") == 0 ||
               strcmp(name, "openingHoursSpecification") == 0) {
        hours_take(out, value);
    } else if (strcmp(name, "offers") == 0) {
        offers_take(out, value);
    } else if (strcmp(name, "isAccessibleForFree") == 0 && json_is_true(value)) {
        json_object_set_new(out, "price", json_string("Gratuit"));
    } else if (strcmp(name, "keywords") == 0 || strcmp(name, "genre") == 0 ||
               strcmp(name, "about") == 0 || strcmp(name, "category") == 0) {
        words_add(out, value);
    } else if (strcmp(name, "contactPoint") == 0 || strcmp(name, "organizer") == 0 ||
               strcmp(name, "author") == 0 || strcmp(name, "creator") == 0 ||
               strcmp(name, "provider") == 0) {
        people_take(out, name, value);
    } else if (strcmp(name, "email") == 0 || strcmp(name, "telephone") == 0) {
        list_add(out, name, value);
    } else if (strcmp(name, "eventStatus") == 0 && json_is_string(value)) {
        if (strcmp(local_name(json_string_value(value)), "EventCancelled") == 0) {
            json_object_set_new(out, "state", json_string("ended"));
        }
    } else {
        return false;
    }
    return true;
}

static bool has_context(const json_t *object) {
    json_t *context = json_object_get(object, "@context");
    return context != NULL && json_object_get(object, "type") != NULL;
}

/* Of a list's item the thing itself. */
static json_t *item_of(json_t *object) {
    json_t *item = json_object_get(object, "item");
    json_t *type = json_object_get(object, "@type");
    return json_is_object(item) && json_is_string(type) &&
                   strcmp(local_name(json_string_value(type)), "ListItem") == 0
               ? item
               : object;
}

static json_t *linked_plain(json_t *linked) {
    json_t *out = json_object();
    json_t *plain = unwrapped(linked, 0);
    const char *name;
    json_t *value;
    json_t *id = json_object_get(plain, "@id");
    json_t *type = json_object_get(plain, "@type");
    type = type == NULL && has_context(linked) ? json_object_get(plain, "type") : type;
    set_once(out, "id", id == NULL ? json_object_get(plain, "id") : id);
    if (type != NULL) {
        type_take(out, type);
    }
    json_object_foreach(plain, name, value) {
        bool is_type = value == type;
        if (name[0] != '@' && strcmp(name, "id") != 0 && !is_type &&
            !schema_take(out, name, value)) {
            set_once(out, name, value);
        }
    }
    json_decref(plain);
    return out;
}

bool json_dialect_is_osm(const json_t *object) {
    json_t *type = json_object_get(object, "type");
    return (is_text(type, "node") || is_text(type, "way") || is_text(type, "relation")) &&
           json_is_integer(json_object_get(object, "id"));
}

/* "node/123" with its tags at the top; a way or a relation stands at its centre. */
static json_t *osm_plain(json_t *element) {
    json_t *tags = json_object_get(element, "tags");
    json_t *centre = json_object_get(element, "center");
    json_t *at = json_is_object(centre) ? centre : element;
    json_t *out = json_is_object(tags) ? json_copy(tags) : json_object();
    const char *type = json_string_value(json_object_get(element, "type"));
    long long id = (long long)json_integer_value(json_object_get(element, "id"));
    char text[96];
    snprintf(text, sizeof text, "%s/%lld", type, id);
    json_object_set_new(out, "id", json_string(text));
    snprintf(text, sizeof text, "https://www.openstreetmap.org/%s/%lld", type, id);
    json_object_set_new(out, "source_url", json_string(text));
    json_t *lat = json_object_get(at, "lat");
    json_t *lon = json_object_get(at, "lon");
    if (lat != NULL && lon != NULL) {
        json_object_set(out, "latitude", lat);
        json_object_set(out, "longitude", lon);
    }
    set_once(out, "updated", json_object_get(element, "timestamp"));
    return out;
}

/* "2024-06-01T14:00:00+02:00" and an end -> "2024-06-01T14:00/2024-06-01T18:00". */
static json_t *timing_plain(const json_t *timing) {
    const char *begin = json_string_value(json_object_get(timing, "begin"));
    const char *end = json_string_value(json_object_get(timing, "end"));
    if (begin == NULL || strlen(begin) < LOCAL_TIME_BYTES) {
        return NULL;
    }
    return end == NULL || strlen(end) < LOCAL_TIME_BYTES ? json_sprintf("%.16s", begin)
                                                         : json_sprintf("%.16s/%.16s", begin, end);
}

/* An event of an agenda with its "timings", [{"begin","end"}, …]: every date of it. */
static json_t *agenda_plain(json_t *event) {
    json_t *timings = json_object_get(event, "timings");
    json_t *happens = json_array();
    size_t at;
    json_t *timing;
    json_array_foreach(timings, at, timing) {
        json_t *text = timing_plain(timing);
        if (text == NULL) {
            json_decref(happens);
            return NULL;
        }
        json_array_append_new(happens, text);
    }
    json_t *out = json_copy(event);
    static const char *const said[] = {"timings", "firstTiming", "lastTiming", "nextTiming",
                                       "dateRange"};
    for (size_t i = 0; i < ARRAY_COUNT(said); i++) {
        json_object_del(out, said[i]);
    }
    json_object_set_new(out, "happens", happens);
    return out;
}

json_t *json_dialect_plain(const json_t *object) {
    json_t *record =
        (json_t *)(uintptr_t)object; /* jansson reads through pointers that may write */
    if (json_object_get(record, "@type") != NULL || has_context(record)) {
        return linked_plain(item_of(record));
    }
    if (json_array_size(json_object_get(record, "timings")) > 0) {
        return agenda_plain(record);
    }
    return json_dialect_is_osm(record) ? osm_plain(record) : NULL;
}
