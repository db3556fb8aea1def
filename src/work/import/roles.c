#include "text/text.h"
#include "work/import/import_int.h"
#include <string.h>

/* How sure a column's name is; what stands in no list of names is less so. */
#define RANK_INSIDE    200
#define RANK_LANGUAGE  100
#define RANK_BEGINNING 1000
#define RANK_QUESTION  2000
#define QUESTION_WORDS 3

static const char *const names[ROLE__COUNT] = {
    [ROLE_NONE] = "detail",
    [ROLE_IGNORE] = "ignore",
    [ROLE_ID] = "id",
    [ROLE_KIND] = "kind",
    [ROLE_STATE] = "state",
    [ROLE_OPEN] = "open",
    [ROLE_TITLE] = "title",
    [ROLE_SUMMARY] = "summary",
    [ROLE_DESCRIPTION] = "description",
    [ROLE_TYPE] = "type",
    [ROLE_THEMES] = "themes",
    [ROLE_TAGS] = "tags",
    [ROLE_PLACE_NAME] = "place_name",
    [ROLE_LOCATION] = "location",
    [ROLE_ADDRESS] = "address",
    [ROLE_ADDRESS_MORE] = "address_more",
    [ROLE_POSTAL_CODE] = "postal_code",
    [ROLE_CITY] = "city",
    [ROLE_INSEE] = "insee",
    [ROLE_TERRITORY] = "territory",
    [ROLE_TERRITORY_LEVEL] = "territory_level",
    [ROLE_DEPARTEMENT] = "departement",
    [ROLE_LATITUDE] = "latitude",
    [ROLE_LONGITUDE] = "longitude",
    [ROLE_POINT] = "point",
    [ROLE_WEBSITE] = "website",
    [ROLE_EMAIL] = "email",
    [ROLE_TELEPHONE] = "telephone",
    [ROLE_SOCIAL] = "social",
    [ROLE_HOURS] = "opening_hours",
    [ROLE_HOURS_MONDAY] = "hours_monday",
    [ROLE_HOURS_TUESDAY] = "hours_tuesday",
    [ROLE_HOURS_WEDNESDAY] = "hours_wednesday",
    [ROLE_HOURS_THURSDAY] = "hours_thursday",
    [ROLE_HOURS_FRIDAY] = "hours_friday",
    [ROLE_HOURS_SATURDAY] = "hours_saturday",
    [ROLE_HOURS_SUNDAY] = "hours_sunday",
    [ROLE_PRICE] = "price",
    [ROLE_AUDIENCE] = "audience",
    [ROLE_WHEELCHAIR] = "wheelchair",
    [ROLE_HAPPENS] = "happens",
    [ROLE_START] = "start",
    [ROLE_END] = "end",
    [ROLE_FOUNDED] = "founded",
    [ROLE_PERIOD] = "period",
    [ROLE_PLACES] = "places",
    [ROLE_IMAGE] = "image",
    [ROLE_VIDEO] = "video",
    [ROLE_LANGUAGE] = "language",
    [ROLE_LICENCE] = "licence",
    [ROLE_SOURCE_URL] = "source_url",
    [ROLE_SOURCE_NOTE] = "source_note",
    [ROLE_UPDATED] = "updated",
    [ROLE_CREATED] = "created",
    [ROLE_COUNTRY] = "country",
    [ROLE_ADDRESS_PART] = "address_part",
};

const char *role_name(enum role role) {
    return names[role];
}

bool role_from_name(slice name, enum role *role) {
    for (unsigned i = 0; i < ROLE__COUNT; i++) {
        if (slice_equal_ascii_nocase(name, slice_from_cstr(names[i]))) {
            *role = (enum role)i;
            return true;
        }
    }
    return false;
}

bool role_is_single(enum role role) {
    return role != ROLE_NONE && role != ROLE_IGNORE && role != ROLE_THEMES && role != ROLE_TAGS &&
           role != ROLE_WEBSITE && role != ROLE_EMAIL && role != ROLE_TELEPHONE &&
           role != ROLE_SOCIAL && role != ROLE_IMAGE && role != ROLE_VIDEO &&
           role != ROLE_ADDRESS_MORE && role != ROLE_ADDRESS_PART;
}

void column_key(slice name, struct buf *out) {
    struct buf folded BUF_CLEANUP = buf_new(4096);
    text_fold(name, &folded);
    slice key = buf_slice(&folded);
    bool gap = false;
    size_t before = out->n;
    for (size_t i = 0; i < key.n; i++) {
        unsigned char c = (unsigned char)key.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (word) {
            if (gap && out->n > before) {
                buf_add_char(out, '_');
            }
            buf_add_char(out, (char)c);
        }
        gap = !word;
    }
}

/* What columns are called, by role, the surest first. Words that people of French and English data
 * portals really use; none is the name of one file. "x*" is a beginning, "*x" an end. */
static const struct {
    enum role role;
    const char *keys;
} known[] = {
    {ROLE_ID, "id identifiant identifier id_lieu id_fiche id_structure id_objet id_externe "
              "uuid guid objectid ogc_fid fid gid matricule reference ref code_lieu numero "
              "num_id rna siret item uid code_unique _id identifiant_unique place_id id_*"},
    {ROLE_KIND, "kind sorte nature_fiche"},
    {ROLE_STATE, "state etat statut status avancement"},
    {ROLE_OPEN, "ouvert open is_open en_service actif active"},
    {ROLE_TITLE, "title titre nom name nom_lieu intitule denomination raison_sociale label "
                 "libelle nom_structure nom_du_lieu nom_complet nom_usuel nom_de_l_initiative "
                 "nom_projet nom_de_la_structure nom_association organisation structure enseigne "
                 "titre_fr name_fr nom_officiel itemlabel bf_titre titre_du_projet nom_du_projet "
                 "title_rendered "
                 "nom_de_l_association nom_de_l_organisme nom_de_l_evenement "
                 "denominationunitelegale lib_* nom_*"},
    {ROLE_SUMMARY, "summary resume chapo abstract accroche presentation_courte short_description "
                   "description_courte descriptif_court baseline presentation_resume "
                   "itemdescription accroche_courte excerpt excerpt_rendered"},
    {ROLE_DESCRIPTION,
     "description descriptif presentation_detail presentation contenu content texte "
     "text details description_longue descriptif_long commentaire comm commentaires "
     "comment notes remarques objectif objectifs longdescription objet "
     "bf_description body content_rendered activite_principale_description"},
    {ROLE_TYPE, "type type_lieu typologie dispositif type_structure type_de_lieu sorte_lieu "
                "type_initiative format categorie_principale type_*"},
    {ROLE_THEMES, "theme themes thematique thematiques categorie categories category "
                  "categories_name cat rubrique rubriques domaine domaines services service "
                  "secteur secteurs activite "
                  "activites thematique_s sujet sujets subject subjects modalites_accompagnement "
                  "labels_nationaux taxonomy categoriesfull_name folder dossier calque layer "
                  "checkboxliste* listeliste* thematiques_label"},
    {ROLE_TAGS, "tags tag mots_cles motscles keywords keyword mot_cle etiquettes labels "
                "tags_title shop amenity leisure craft office social_facility garden_type club "
                "landuse stamps stamps_name"},
    {ROLE_PLACE_NAME, "place_name lieu nom_salle salle venue location_name batiment site "
                      "physicaladdress_description nom_etablissement lieu_nom nom_du_site"},
    {ROLE_LOCATION, "location"},
    {ROLE_ADDRESS,
     "adresse address ad_lieu adresse_complete adresse_postale street_address "
     "rue voie street adresse_1 adresse1 address_streetaddress adr adresse_* address_*"},
    {ROLE_ADDRESS_MORE, "complement_adresse complement_d_adresse adresse_complement adresse_2 "
                        "adresse2 complement_ad address_2 complement"},
    {ROLE_POSTAL_CODE,
     "code_postal codepostal cp postal_code postcode zip zipcode zip_code code_post "
     "address_postalcode codepost adresse_code_postal postalcode codepostaletablissement "
     "adrs_codepostal zipcodes"},
    {ROLE_CITY, "commune city ville com_lieu libgeo lib_com nom_commune nom_com libelle_commune "
                "commune_nom municipalite town localite nomcom lib_commune "
                "address_addresslocality nom_de_la_commune com_nom nom_comm libcom "
                "addresslocality adresse_ville city_name locality libcommune "
                "libellecommuneetablissement libelle_de_la_commune nom_de_commune "
                "ville_ou_commune"},
    {ROLE_INSEE, "insee code_insee insee_com citycode codinsee code_commune insee_commune depcom "
                 "code_com com_insee code_insee_commune cog code_commune_insee codecommune "
                 "insee_code com_code code_insee_com codeinsee codecommuneetablissement "
                 "code_insee_de_la_commune city_code"},
    {ROLE_TERRITORY,
     "territory codgeo code_territoire code_geo geocode territoire code_epci siren_epci "
     "epci_code codegeo code_officiel_geographique"},
    {ROLE_TERRITORY_LEVEL,
     "echelon territory_level niveau maille echelle niveau_geo type_territoire"},
    {ROLE_DEPARTEMENT, "departement dep code_departement code_dep num_dep dept numero_departement "
                       "department dep_code code_dept nom_departement"},
    {ROLE_LATITUDE,
     "latitude lat ylat y_lat geo_latitude geo_lat coord_y y y_wgs84 lat_wgs84 "
     "latitude_wgs84 location_lat location_latitude geo_point_2d_lat coordonnees_lat "
     "gps_lat place_latitude coordinates_lat y_latitude lat_y geolocalisation_lat y_lambert93 "
     "lambert93_y y_lambert_93 "
     "y_l93 yl93 lamby93 y_lamb93 coordonnee_y coord_y_l93 y_lambert northing nord y_rgf93"},
    {ROLE_LONGITUDE,
     "longitude lon lng xlong x_long long geo_longitude geo_lng geo_lon coord_x x "
     "x_wgs84 lon_wgs84 longitude_wgs84 location_lng location_lon location_longitude "
     "geo_point_2d_lon coordonnees_lon gps_lon gps_long gps_lng place_longitude "
     "coordinates_lng coordinates_lon x_longitude long_x lng_x geolocalisation_lon x_lambert93 "
     "lambert93_x x_lambert_93 x_l93 xl93 lambx93 x_lamb93 coordonnee_x coord_x_l93 x_lambert "
     "easting est x_rgf93"},
    {ROLE_POINT,
     "geo_point_2d geo_point geopoint coordonnees coordinates geolocalisation latlon lat_lon "
     "latlng gps coordonnees_gps position coordonneesxy geometry geom the_geom wkt wkb_geometry "
     "geom_wkt geometrie geojson geo_shape shape wkt_geom point coord carte_google coords "
     "physicaladdress_geom coordonnees_geographiques wgs84"},
    {ROLE_WEBSITE, "website site_web url site siteweb site_internet web url_site homepage www lien "
                   "link page_web site_url url_web adresse_web contact_url urls links "
                   "onlineaddress custom_links_url registration_value page_facebook_ou_site "
                   "site_internet_url official_website publiweb_url"},
    {ROLE_EMAIL, "email mail courriel e_mail contact_mail contact_email adresse_mail mel "
                 "adresse_electronique adresse_email mail_contact email_contact courriels "
                 "contact_courriel courriel_de_contact"},
    {ROLE_TELEPHONE,
     "telephone phone tel contact_tel contact_telephone phone_number numero_telephone "
     "tel_1 telephone_1 telephones num_tel telephone_fixe telephone_portable mobile "
     "tel_fixe tel_portable contact_phone"},
    {ROLE_SOCIAL, "facebook twitter instagram mastodon linkedin youtube reseaux_sociaux social "
                  "peertube twitter_url facebook_url instagram_url contact_facebook "
                  "contact_instagram contact_mastodon contact_twitter contact_linkedin "
                  "contact_youtube contact_peertube"},
    {ROLE_HOURS,
     "opening_hours horaires horaire hours horaires_ouverture openhours heures_ouverture "
     "horaires_d_ouverture ouverture openinghours open_hours horaires_osm"},
    {ROLE_HOURS_MONDAY, "h_lundi lundi horaires_lundi monday hours_monday lun horaire_lundi "
                        "openhours_mo opening_hours_mo openinghours_mo"},
    {ROLE_HOURS_TUESDAY, "h_mardi mardi horaires_mardi tuesday hours_tuesday horaire_mardi "
                         "openhours_tu opening_hours_tu openinghours_tu"},
    {ROLE_HOURS_WEDNESDAY, "h_mercredi mercredi horaires_mercredi wednesday hours_wednesday mer "
                           "horaire_mercredi openhours_we opening_hours_we openinghours_we"},
    {ROLE_HOURS_THURSDAY, "h_jeudi jeudi horaires_jeudi thursday hours_thursday jeu horaire_jeudi "
                          "openhours_th opening_hours_th openinghours_th"},
    {ROLE_HOURS_FRIDAY, "h_vendredi vendredi horaires_vendredi friday hours_friday ven "
                        "horaire_vendredi openhours_fr opening_hours_fr openinghours_fr"},
    {ROLE_HOURS_SATURDAY, "h_samedi samedi horaires_samedi saturday hours_saturday sam "
                          "horaire_samedi openhours_sa opening_hours_sa openinghours_sa"},
    {ROLE_HOURS_SUNDAY, "h_dimanche dimanche horaires_dimanche sunday hours_sunday dim "
                        "horaire_dimanche openhours_su opening_hours_su openinghours_su"},
    {ROLE_PRICE, "price prix tarif tarifs conditions_acces frais_a_charge cout tarification "
                 "payant conditions_d_acces prix_entree gratuit tarif_conditions conditions fee"},
    {ROLE_AUDIENCE, "audience public publics publics_accueillis public_cible type_de_public "
                    "publics_specifiquement_adresses public_vise"},
    {ROLE_WHEELCHAIR, "wheelchair pmr acces_pmr accessibilite_pmr accessible_pmr handicap "
                      "accessibilite_handicap acces_handicape fauteuil"},
    {ROLE_HAPPENS, "happens occurrences"},
    {ROLE_START, "start date_debut debut start_date startdate date_de_debut date_start begin "
                 "date_evenement firstdate_begin date_heure_debut beginson startson begin_date "
                 "dtstart date_debut_evenement bf_date_debut_evenement firsttiming_begin "
                 "timings_begin date_de_l_evenement"},
    {ROLE_END, "end date_fin fin end_date enddate date_de_fin date_end lastdate_end "
               "date_heure_fin endson dtend date_fin_evenement bf_date_fin_evenement "
               "firsttiming_end timings_end"},
    {ROLE_FOUNDED, "founded date_creation annee_creation creation annee_de_creation "
                   "date_de_creation inception founded_on date_creat foundingdate start_date_osm "
                   "date_de_fondation datecreationetablissement"},
    {ROLE_PERIOD, "period periode dates annees"},
    {ROLE_PLACES, "capacity capacite nb_places nbre_pl nombre_de_places places nbre_places nb_pl"},
    {ROLE_IMAGE, "image photo images photos image_url url_image illustration logo vignette "
                 "picture picture_url bf_image imagebf_image icon_url image_principale"},
    {ROLE_VIDEO, "video videos video_url url_video"},
    {ROLE_LANGUAGE, "language langue lang"},
    {ROLE_LICENCE, "licence license license_url"},
    {ROLE_SOURCE_URL, "source_url url_source lien_source url_fiche permalink"},
    {ROLE_SOURCE_NOTE, "source producteur sourcekey fournisseur"},
    {ROLE_CREATED,
     "created created_at createdat date_creation_fiche date_created datecreated created_date"},
    {ROLE_COUNTRY, "country pays addr_country address_addresscountry country_name nom_pays"},
    {ROLE_ADDRESS_PART,
     "addr_housenumber addr_street adrs_numvoie adrs_repetition adrs_typevoie adrs_libvoie "
     "numero_voie num_voie repetition_voie type_voie libelle_voie nom_voie numvoie typvoie libvoie "
     "numero_de_voie indice_de_repetition type_de_voie libelle_de_la_voie nom_de_la_voie "
     "numerovoieetablissement indicerepetitionetablissement typevoieetablissement "
     "libellevoieetablissement housenumber"},
    {ROLE_IGNORE, "version statut_fiche id_typeannonce tags_slug "
                  "date_debut_validite_fiche date_fin_validite_fiche"},
    {ROLE_UPDATED, "updated date_maj updated_at date_mise_a_jour maj last_update updatedat "
                   "modified date_modification derniere_mise_a_jour last_modified date_maj_fiche "
                   "maj_time horodateur timestamp date_de_soumission submitted_on completed "
                   "soumis_le"},
};

/* "x*" and "*x" match a beginning and an end; others the whole. */
static bool key_matches(slice pattern, slice key) {
    if (pattern.p[pattern.n - 1] == '*') {
        return slice_starts_with(key, slice_sub(pattern, 0, pattern.n - 1));
    }
    return slice_equal(pattern, key);
}

static enum role role_known(slice key, unsigned *rank) {
    enum role best = ROLE_NONE;
    *rank = UINT32_MAX;
    for (size_t i = 0; i < ARRAY_COUNT(known) && key.n > 0; i++) {
        slice rest = slice_from_cstr(known[i].keys);
        slice pattern;
        for (unsigned at = 0; slice_cut(&rest, ' ', &pattern); at++) {
            if (pattern.n == 0 || !key_matches(pattern, key)) {
                continue;
            }
            unsigned found = pattern.p[pattern.n - 1] == '*' ? RANK_BEGINNING + at : at;
            if (found < *rank) {
                *rank = found;
                best = known[i].role;
            }
            break;
        }
    }
    return best;
}

/* Containers that say nothing of what is in them, and those that say where it belongs. */
enum family { FAMILY_ANY, FAMILY_PLACE, FAMILY_CONTACT };
static const struct {
    const char *prefix;
    enum family family;
} containers[] = {
    {"bf_", FAMILY_ANY},
    {"tags_", FAMILY_ANY},
    {"properties_", FAMILY_ANY},
    {"attributes_", FAMILY_ANY},
    {"fields_", FAMILY_ANY},
    {"data_", FAMILY_ANY},
    {"record_", FAMILY_ANY},
    {"node_", FAMILY_ANY},
    {"acf_", FAMILY_ANY},
    {"addr_", FAMILY_PLACE},
    {"adrs_", FAMILY_PLACE},
    {"address_", FAMILY_PLACE},
    {"adresse_", FAMILY_PLACE},
    {"location_", FAMILY_PLACE},
    {"place_", FAMILY_PLACE},
    {"geo_", FAMILY_PLACE},
    {"geolocation_", FAMILY_PLACE},
    {"geopoint_", FAMILY_PLACE},
    {"coordinates_", FAMILY_PLACE},
    {"coordonnees_", FAMILY_PLACE},
    {"position_", FAMILY_PLACE},
    {"center_", FAMILY_PLACE},
    {"localisation_", FAMILY_PLACE},
    {"physicaladdress_", FAMILY_PLACE},
    {"lieu_", FAMILY_PLACE},
    {"venue_", FAMILY_PLACE},
    {"contact_", FAMILY_CONTACT},
    {"contacts_", FAMILY_CONTACT},
    {"coordonnees_", FAMILY_CONTACT},
};

static bool role_is_of(enum role role, enum family family) {
    bool place = role >= ROLE_PLACE_NAME && role <= ROLE_POINT;
    place = place || role == ROLE_COUNTRY || role == ROLE_ADDRESS_PART;
    bool contact = role >= ROLE_WEBSITE && role <= ROLE_SOCIAL;
    return family == FAMILY_ANY || (family == FAMILY_PLACE ? place : contact);
}

/* "location.address.postalCode": by what stands inside the containers. */
static enum role role_inside(slice key, unsigned *rank) {
    for (size_t i = 0; i < ARRAY_COUNT(containers); i++) {
        slice prefix = slice_from_cstr(containers[i].prefix);
        if (!slice_starts_with(key, prefix) || key.n == prefix.n) {
            continue;
        }
        slice inner = slice_sub(key, prefix.n, key.n);
        bool is_name = slice_equal(inner, SLICE("name")) || slice_equal(inner, SLICE("nom"));
        enum role role = containers[i].family == FAMILY_PLACE && is_name ? ROLE_PLACE_NAME
                                                                         : role_known(inner, rank);
        if (role == ROLE_PLACE_NAME && is_name) {
            *rank = 0;
        }
        unsigned deeper_rank = 0;
        enum role deeper = role == ROLE_NONE || *rank >= RANK_BEGINNING
                               ? role_inside(inner, &deeper_rank)
                               : ROLE_NONE;
        if (deeper != ROLE_NONE) {
            role = deeper;
            *rank = deeper_rank;
        }
        if (role != ROLE_NONE && role_is_of(role, containers[i].family)) {
            *rank += RANK_INSIDE;
            return role;
        }
    }
    return ROLE_NONE;
}

/* "title_fr", "description_en": one language of several; French goes first. */
static enum role role_of_language(slice key, unsigned *rank) {
    static const char *const languages[] = {"_fr", "_fr_fr", "_en", "_de", "_es", "_it"};
    for (unsigned i = 0; i < ARRAY_COUNT(languages); i++) {
        slice end = slice_from_cstr(languages[i]);
        if (slice_ends_with(key, end) && key.n > end.n) {
            slice inner = slice_sub(key, 0, key.n - end.n);
            enum role role = role_known(inner, rank);
            role = role == ROLE_NONE ? role_inside(inner, rank) : role;
            *rank += RANK_LANGUAGE + i;
            return role;
        }
    }
    return ROLE_NONE;
}

static bool has_word(slice key, const char *words) {
    slice rest = slice_from_cstr(words);
    slice word;
    while (slice_cut(&rest, ' ', &word)) {
        size_t at = slice_find_slice(key, 0, word);
        for (; at < key.n; at = slice_find_slice(key, at + 1, word)) {
            size_t end = at + word.n;
            if ((at == 0 || key.p[at - 1] == '_') && (end == key.n || key.p[end] == '_')) {
                return true;
            }
        }
    }
    return false;
}

/* The questions of forms: "Dans quelle commune se situe votre projet ?". What is asked about a
 * person stays a detail. All words of `all` (when there are any) and one of `any` must occur. */
static enum role role_of_question(slice key, unsigned *rank) {
    static const struct {
        enum role role;
        const char *any, *also;
    } questions[] = {
        {ROLE_EMAIL, "mail email courriel e_mail", NULL},
        {ROLE_TELEPHONE, "telephone tel portable", NULL},
        {ROLE_POSTAL_CODE, "postal", "code"},
        {ROLE_INSEE, "insee", NULL},
        {ROLE_SOCIAL, "facebook instagram mastodon linkedin reseaux", NULL},
        {ROLE_WEBSITE, "site lien page", "internet web url www"},
        {ROLE_CITY, "commune ville localite", NULL},
        {ROLE_DEPARTEMENT, "departement", NULL},
        {ROLE_THEMES, "theme themes thematique thematiques domaine domaines categorie categories",
         NULL},
        {ROLE_TAGS, "cles", "mots"},
        {ROLE_START, "debut commence", "date quand"},
        {ROLE_END, "fin termine", "date quand"},
        {ROLE_HOURS, "horaires", NULL},
        {ROLE_DESCRIPTION,
         "decrivez decrire description presentez presentation racontez lignes mots", NULL},
        {ROLE_TITLE, "nom titre intitule",
         "projet initiative structure association lieu action "
         "organisation evenement collectif solution fiche"},
        {ROLE_ADDRESS, "adresse", NULL},
    };
    size_t words = 1;
    for (size_t i = 0; i < key.n; i++) {
        words += key.p[i] == '_';
    }
    if (words < QUESTION_WORDS || has_word(key, "prenom personne referent referente votre_nom")) {
        return ROLE_NONE;
    }
    for (unsigned i = 0; i < ARRAY_COUNT(questions); i++) {
        if (has_word(key, questions[i].any) &&
            (questions[i].also == NULL || has_word(key, questions[i].also))) {
            *rank = RANK_QUESTION + i;
            return questions[i].role;
        }
    }
    return ROLE_NONE;
}

enum role role_from_column(slice key, unsigned *rank) {
    enum role role = role_known(key, rank);
    bool is_sure = role != ROLE_NONE && *rank < RANK_BEGINNING;
    if (is_sure) {
        return role;
    }
    enum role (*const ways[])(slice, unsigned *) = {role_of_language, role_inside,
                                                    role_of_question};
    for (size_t i = 0; i < ARRAY_COUNT(ways); i++) {
        unsigned found_rank = UINT32_MAX;
        enum role found = ways[i](key, &found_rank);
        if (found != ROLE_NONE) {
            *rank = found_rank;
            return found;
        }
    }
    return role;
}
