#include "face/web/web.h"

#include "face/web/add/add.h"
#include "face/web/admin/admin.h"
#include "face/web/entry/entry.h"
#include "face/web/explore/explore.h"
#include "face/web/page/page.h"
#include "face/web/people/people.h"
#include "face/web/texts/texts.h"
#include "face/web/trust/trust.h"

/* The last argument is the help; a designated member may follow it (FOR_ANOTHER). */
#define ROW(path_, handler_, capability_, audience_, cache_, ...)                                  \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = handler_, .capability = capability_,         \
        .audience = audience_, .cache = cache_, .help = __VA_ARGS__                                \
    }
/* May be done in the name of somebody who is helped: RULE HELP-1. */
#define FOR_ANOTHER .for_another = true
#define PAGE(path_, handler_, help_)                                                               \
    ROW(path_, handler_, CAP_ANYONE, HTTP_FOR_PEOPLE, HTTP_CACHE_REVALIDATE, help_)
/* Leads to a page and is none. */
#define WAY PAGE
/* Answers for a browser, not for a reader: errors as JSON. */
#define FILE_(path_, handler_, help_)                                                              \
    ROW(path_, handler_, CAP_ANYONE, HTTP_FOR_MACHINES, HTTP_CACHE_REVALIDATE, help_)
/* A page with a form of its own: never the same twice. */
#define FORM_PAGE(path_, handler_, ...)                                                            \
    ROW(path_, handler_, CAP_ANYONE, HTTP_FOR_PEOPLE, HTTP_CACHE_NONE, __VA_ARGS__)
#define FORM_FILE FORM_PAGE
/* A page for who is signed in. */
#define OWN(path_, handler_, ...)                                                                  \
    ROW(path_, handler_, CAP_MEMBER, HTTP_FOR_PEOPLE, HTTP_CACHE_NONE, __VA_ARGS__)
/* A page for who helps people without e-mail. */
#define HELP(path_, handler_, help_)                                                               \
    ROW(path_, handler_, CAP_HELP, HTTP_FOR_PEOPLE, HTTP_CACHE_NONE, help_)
#define OWN_FILE OWN
/* A page for who moderates. */
#define MODERATE(path_, handler_, help_)                                                           \
    ROW(path_, handler_, CAP_MODERATE, HTTP_FOR_PEOPLE, HTTP_CACHE_NONE, help_)

/* A page for who administers. */
#define ADMIN(path_, handler_, help_)                                                              \
    ROW(path_, handler_, CAP_ADMIN, HTTP_FOR_PEOPLE, HTTP_CACHE_NONE, help_)

#define FORM_BYTES_MAX  (64u << 10)
#define FILES_BYTES_MAX (32u << 20)  /* three of the largest photos */
#define TEXT_BYTES_MAX  (400u << 10) /* where a whole text comes, each byte of it escaped */
#define SENT_UP_TO(bytes_, path_, handler_, capability_, ...)                                      \
    {                                                                                              \
        .method = HTTP_POST, .path = path_, .handler = handler_, .capability = capability_,        \
        .audience = HTTP_FOR_PEOPLE, .cache = HTTP_CACHE_NONE, .writes = true, .csrf = true,       \
        .body_max = bytes_, .help = __VA_ARGS__                                                    \
    }
/* What a form sends. */
#define SENT(path_, handler_, capability_, ...)                                                    \
    SENT_UP_TO(FORM_BYTES_MAX, path_, handler_, capability_, __VA_ARGS__)
#define SENT_TEXT(path_, handler_, capability_, ...)                                               \
    SENT_UP_TO(TEXT_BYTES_MAX, path_, handler_, capability_, __VA_ARGS__)

const struct http_route face_web_routes[] = {
    PAGE("/", web_home, "Home: the question, what happens now, where to begin."),
    PAGE("/explore", web_explore, "Explorer: the answer to a query as list, facets and map."),
    WAY("/e/{id}", web_entry, "An entry by its short address: leads to its page."),
    PAGE("/entries/{id}/poster", web_poster, "An entry as a poster, A4 or A5, with a QR code."),
    PAGE("/entries/{id}/history", web_history, "Who changed an entry, when and why."),
    PAGE("/entries/{id}/history/{revision}", web_history, "What changed, word by word."),
    PAGE("/changes", web_changes, "What people changed lately, by territory and theme."),
    FILE_("/changes.atom", web_changes_feed, "The same as an Atom feed, by territory and theme."),
    OWN("/entries/{id}/history/{revision}/restore", web_restore,
        "What would change if a version came back.", FOR_ANOTHER),
    SENT("/entries/{id}/history/{revision}/restore", web_restore_post, CAP_MEMBER,
         "Makes the entry what it was, as a new version.", FOR_ANOTHER),
    OWN("/entries/{id}/confirm", web_confirm, "Asks whether an entry is still so."),
    SENT("/entries/{id}/confirm", web_confirm_post, CAP_MEMBER, "Says that it is."),
    FORM_PAGE("/still/{token}", web_still, "The link of the yearly letter: is it still so?"),
    SENT("/still/{token}", web_still_post, CAP_ANYONE, "Still so, something changes, ended."),
    FORM_PAGE("/still/{token}/stop", web_still_stop, "No such letters any more: a button."),
    SENT("/still/{token}/stop", web_still_stop_post, CAP_ANYONE, "Ends them (RFC 8058)."),
    FORM_PAGE("/news", web_news, "The latest news of all teams, or of a territory."),
    FILE_("/news.atom", web_news_feed, "The same as a feed."),
    FORM_PAGE("/entries/{id}/news", web_entry_news, "What its team tells of an entry."),
    FILE_("/entries/{id}/news.atom", web_entry_news_feed, "The same as a feed."),
    OWN("/entries/{id}/news/new", web_news_write, "A news to write, for the team."),
    SENT_TEXT("/entries/{id}/news/new", web_news_write_post, CAP_MEMBER, "Shows it."),
    FORM_PAGE("/entries/{id}/news/{news}", web_entry_news_one, "One of them, and its versions."),
    OWN("/entries/{id}/news/{news}/edit", web_news_edit, "One to change, for the team."),
    SENT_TEXT("/entries/{id}/news/{news}/edit", web_news_edit_post, CAP_MEMBER,
              "Stores it as a new version, takes it back, or shows it again."),
    OWN("/entries/{id}/news/{news}/photos", web_news_photos, "The photos of one, for the team."),
    SENT_UP_TO(FILES_BYTES_MAX, "/entries/{id}/news/{news}/photos", web_news_photos_post,
               CAP_MEMBER, "Takes photos in, keeps what is said of them, takes one away."),
    OWN("/entries/{id}/news/{news}/documents", web_news_documents,
        "The documents of one, for the team."),
    SENT_UP_TO(FILES_BYTES_MAX, "/entries/{id}/news/{news}/documents", web_news_documents_post,
               CAP_MEMBER, "Takes documents in, keeps what they are called, takes one away."),
    OWN_FILE("/entries/{id}/news/{news}/media/{name}/{file}", web_news_media,
             "A photo of one that the public is not shown, for the team and who moderates."),
    OWN_FILE("/entries/{id}/news/{news}/media/{name}", web_news_document,
             "A document of one, likewise."),
    PAGE("/explore/print", web_print, "A query as a local guide to print."),
    PAGE("/embed", web_embed, "A query for another site's page: list, map or both in a frame."),
    PAGE("/embed/code", web_embed_code,
         "The code that puts a query on another site, with a preview."),
    PAGE("/entries/{id}", web_entry, "One entry; the text after the id is free."),
    PAGE("/territories/{code}", web_territory, "A territory: its figures, its map, its latest."),
    PAGE("/themes", web_themes, "All themes, with their counts."),
    PAGE("/themes/{slug}", web_theme, "A theme: what it holds, its narrower themes."),
    PAGE("/stories", web_stories, "Portraits and videos, by theme and territory."),
    PAGE("/about", web_about, "What this site is, who runs it, data and licences."),
    PAGE("/offline", web_offline, "What stands in for a page that cannot be asked for."),
    ROW("/media/{name}/{file}", web_media, CAP_ANYONE, HTTP_FOR_MACHINES, HTTP_CACHE_HOUR,
        "A photo that a published entry shows: 480, 960 or 1600, .webp or .jpg."),
    ROW("/media/{name}", web_document, CAP_ANYONE, HTTP_FOR_MACHINES, HTTP_CACHE_HOUR,
        "A document that a published entry shows, to take away as a file."),
    FILE_("/pictures/home.png", web_picture_home, "The home page as a picture for sharing."),
    FILE_("/pictures/explore.png", web_picture_explore, "A query as a picture for sharing."),
    FILE_("/pictures/entries/{id}.png", web_picture_entry, "An entry as a picture for sharing."),
    FILE_("/pictures/territories/{code}.png", web_picture_territory,
          "A territory as a picture for sharing."),
    FILE_("/icons/{name}.png", web_icon, "The logo for home screens: 192, 512, maskable-512."),
    FILE_("/site.webmanifest", web_manifest, "Name, colours, icons: the site on a home screen."),
    FILE_("/sw.js", web_worker, "The worker that keeps the last pages for when the network fails."),
    PAGE("/accessibility", web_accessibility, "What was tested, what is missing, whom to tell."),
    PAGE("/legal", web_legal, "Who publishes the site."),
    PAGE("/privacy", web_privacy, "What is kept of visitors, and what is not."),
    FORM_PAGE("/add", web_add, "Adding: what it is.", FOR_ANOTHER),
    SENT("/add", web_add_post, CAP_ANYONE, "Begins a draft.", FOR_ANOTHER),
    FORM_PAGE("/add/{draft}", web_add_kept, "A draft that is kept for later.", FOR_ANOTHER),
    SENT("/add/{draft}", web_add_drop, CAP_ANYONE, "Deletes a draft.", FOR_ANOTHER),
    FORM_PAGE("/add/{draft}/photos", web_add_photos,
              "The photos of a draft: which, and what one sees.", FOR_ANOTHER),
    SENT_UP_TO(FILES_BYTES_MAX, "/add/{draft}/photos", web_add_photos_post, CAP_ANYONE,
               "Takes photos in, keeps what is said of them, takes one away.", FOR_ANOTHER),
    FORM_FILE("/add/{draft}/media/{name}/{file}", web_add_media,
              "A photo of a draft, for who adds it.", FOR_ANOTHER),
    FORM_PAGE("/add/{draft}/documents", web_add_documents,
              "The documents of a draft: which, and what they are called.", FOR_ANOTHER),
    SENT_UP_TO(FILES_BYTES_MAX, "/add/{draft}/documents", web_add_documents_post, CAP_ANYONE,
               "Takes documents in, keeps what is said of them, takes one away.", FOR_ANOTHER),
    FORM_FILE("/add/{draft}/media/{name}", web_add_document,
              "A document of a draft, for who adds it.", FOR_ANOTHER),
    FORM_PAGE("/add/{draft}/merge", web_add_merge,
              "A draft of a change beside what somebody else changed meanwhile.", FOR_ANOTHER),
    SENT_TEXT("/add/{draft}/merge", web_add_merge_post, CAP_ANYONE,
              "Makes one of both, as was chosen field by field.", FOR_ANOTHER),
    FORM_PAGE("/add/{draft}/{step}", web_add_step, "A page of a draft: what, where, more, check.",
              FOR_ANOTHER),
    SENT_TEXT("/add/{draft}/{step}", web_add_step_post, CAP_ANYONE,
              "Keeps the page and goes on; the last one sends all of it.", FOR_ANOTHER),
    FORM_PAGE("/contributions/sent", web_contribution_sent, "What happens next.", FOR_ANOTHER),
    FORM_PAGE("/contributions/find", web_contribution_find, "Asks for lost links."),
    SENT("/contributions/find", web_contribution_find_post, CAP_ANYONE,
         "Sends the links of what was added with an address."),
    FORM_PAGE("/contributions/{token}", web_contribution, "What one added without an account."),
    SENT("/contributions/{token}", web_contribution_post, CAP_ANYONE,
         "Confirms it, begins a change of it, or takes it away."),
    OWN("/entries/{id}/edit", web_edit, "Asks whether to begin a change of an entry.", FOR_ANOTHER),
    SENT("/entries/{id}/edit", web_edit_post, CAP_MEMBER, "Begins it.", FOR_ANOTHER),
    FORM_PAGE("/sign-in", web_sign_in, "Signing in: asks for a letter with a link and a code."),
    SENT("/sign-in", web_sign_in_post, CAP_ANYONE, "Sends the letter, or takes a password."),
    FORM_PAGE("/sign-in/code", web_code, "Asks for the code of the letter."),
    SENT("/sign-in/code", web_code_post, CAP_ANYONE, "Signs in with the code."),
    FORM_PAGE("/sign-in/link/{token}", web_link, "The link of the letter: a button."),
    SENT("/sign-in/link/{token}", web_link_post, CAP_ANYONE, "Signs in with the link."),
    SENT("/sign-out", web_sign_out, CAP_MEMBER, "Ends the session."),
    OWN("/account", web_account, "What one brought, and the ways to the rest of the account."),
    OWN("/account/contributions/{id}", web_brought, "Something one brought: taking it away again.",
        FOR_ANOTHER),
    SENT("/account/contributions/{id}", web_brought_post, CAP_MEMBER, "Takes it away.",
         FOR_ANOTHER),
    OWN("/account/address", web_address, "One's addresses of mail, and another one."),
    SENT("/account/address", web_address_post, CAP_MEMBER, "Sends a code there."),
    OWN("/account/address/code", web_address_code, "Asks for that code."),
    SENT("/account/address/code", web_address_code_post, CAP_MEMBER, "Adds the address."),
    OWN("/account/profile", web_profile, "What one says of oneself, and to whom."),
    SENT("/account/profile", web_profile_post, CAP_MEMBER, "Stores it."),
    OWN("/account/sessions", web_sessions, "Where one is signed in."),
    SENT("/account/sessions", web_sessions_post, CAP_MEMBER, "Ends one or all others."),
    OWN("/account/password", web_password, "Sets a password, or none."),
    SENT("/account/password", web_password_post, CAP_MEMBER, "Stores it, ends other sessions."),
    OWN_FILE("/account/data", web_account_data, "All that is kept of oneself, as a file."),
    OWN("/account/delete", web_delete, "Asks once more."),
    SENT("/account/delete", web_delete_post, CAP_MEMBER, "Deletes the account."),
    OWN("/entries/{id}/team", web_team, "The team of an entry, for its members."),
    SENT("/entries/{id}/team", web_team_post, CAP_MEMBER, "One act of a member or a lead."),
    FORM_PAGE("/entries/{id}/write", web_write, "Words to the team of an entry."),
    SENT("/entries/{id}/write", web_write_post, CAP_ANYONE, "Sends them to each member."),
    OWN("/entries/{id}/claim", web_claim, "Says that an entry is one's own collective's."),
    SENT("/entries/{id}/claim", web_claim_post, CAP_MEMBER,
         "Proves it, asks whoever can, or waits for a word."),
    FORM_PAGE("/claims/link/{token}", web_claim_link, "Whether somebody is of a collective."),
    SENT("/claims/link/{token}", web_claim_link_post, CAP_ANYONE, "Yes, or no."),
    OWN("/claims", web_claims, "Claims that wait for a word, and those given."),
    OWN("/claims/{id}", web_claim_case, "One of them."),
    SENT("/claims/{id}", web_claim_case_post, CAP_MEMBER,
         "Gives it, refuses it, or takes it back, with a reason."),
    OWN("/suggestions", web_suggestions, "Changes that wait for who may make them.", FOR_ANOTHER),
    OWN("/suggestions/{id}", web_suggestion, "One of them, word by word.", FOR_ANOTHER),
    SENT("/suggestions/{id}", web_suggestion_post, CAP_MEMBER,
         "Accepts it, declines it with a reason, or takes it over to change it.", FOR_ANOTHER),
    FORM_PAGE("/invitations/{token}", web_invitation, "Who invites to which team: a button."),
    SENT("/invitations/{token}", web_invitation_post, CAP_MEMBER, "Joins the team."),
    FORM_PAGE("/people/{id}", web_person, "What somebody shows of themselves, and brought."),
    FORM_PAGE("/entries/{id}/again", web_again, "Asks whether to begin an entry inspired by it.",
              FOR_ANOTHER),
    SENT("/entries/{id}/again", web_again_post, CAP_ANYONE, "Begins it.", FOR_ANOTHER),
    FORM_PAGE("/entries/{id}/flag", web_flag, "Says that something is wrong with an entry."),
    SENT("/entries/{id}/flag", web_flag_post, CAP_ANYONE, "Sends it to the moderators."),
    OWN("/duplicates", web_duplicates, "Entries that may be one, for who has a role there."),
    OWN("/duplicates/merged", web_merged, "What was merged."),
    OWN("/duplicates/merged/{id}", web_merge, "Asks whether two are to be two again."),
    SENT("/duplicates/merged/{id}", web_merge_post, CAP_MEMBER, "Parts them."),
    OWN("/duplicates/{pair}", web_duplicate, "Two of them side by side, field by field."),
    SENT("/duplicates/{pair}", web_duplicate_post, CAP_MEMBER,
         "Merges them, or remembers that they are not the same."),
    FORM_PAGE("/charter", web_charter, "What is asked of what stands here, and how it is decided."),
    FORM_PAGE("/charter/versions", web_charter_versions, "All versions of the charter."),
    FORM_PAGE("/charter/versions/{number}", web_charter_version, "One, and what it changed."),
    ADMIN("/charter/edit", web_charter_edit, "Writes the next version."),
    SENT_TEXT("/charter/edit", web_charter_edit_post, CAP_ADMIN, "Publishes it."),
    FORM_PAGE("/moderation/log", web_moderation_log, "What was decided, without names."),
    MODERATE("/moderation", web_moderation, "What waits for a decision, the oldest first."),
    MODERATE("/moderation/entries/{id}/media/{name}", web_moderation_document,
             "A document of an entry that waits, for who decides."),
    MODERATE("/moderation/entries/{id}/media/{name}/{file}", web_moderation_media,
             "A photo of an entry that waits, for who decides."),
    MODERATE("/moderation/entries/{id}", web_moderation_case, "One of them, with its flags."),
    SENT("/moderation/entries/{id}", web_moderation_case_post, CAP_MODERATE,
         "Decides, with a reason."),
    MODERATE("/moderation/entries/{id}/people/{person}", web_moderation_person,
             "Somebody who wrote it, with what is known of them."),
    SENT("/moderation/entries/{id}/people/{person}", web_moderation_person_post, CAP_MODERATE,
         "Warns, blocks, or opens the account again."),
    MODERATE("/moderation/entries/{id}/people/{person}/undo", web_undo,
             "What would go back of what they changed in a time."),
    SENT("/moderation/entries/{id}/people/{person}/undo", web_undo_post, CAP_MODERATE,
         "Takes it back, or puts back what was taken back."),
    MODERATE("/moderation/entries/{id}/network", web_moderation_network,
             "The network from which an entry came."),
    SENT("/moderation/entries/{id}/network", web_moderation_network_post, CAP_MODERATE,
         "Blocks it for a time (RULE MOD-9)."),
    MODERATE("/moderation/networks", web_moderation_networks, "Networks that are blocked."),
    SENT("/moderation/networks", web_moderation_networks_post, CAP_MODERATE,
         "Ends such a block before its time."),
    MODERATE("/moderation/appeals/{id}", web_moderation_appeal, "A decision to look at again."),
    SENT("/moderation/appeals/{id}", web_moderation_appeal_post, CAP_MODERATE,
         "Keeps or reverses it; never by who took it."),
    FORM_PAGE("/decisions/{token}", web_decision, "A decision, for one whom it was told."),
    SENT("/decisions/{token}", web_decision_post, CAP_ANYONE,
         "Asks for a second look, or answers a question."),
    OWN("/administration", web_admin, "What is wrong and what waits, for who has a role."),
    ADMIN("/administration/instance", web_admin_instance, "What the instance finds of itself."),
    ADMIN("/administration/queue", web_admin_queue, "Letters and jobs: waiting, failed."),
    SENT("/administration/queue", web_admin_queue_post, CAP_ADMIN,
         "Tries again, takes back, forgets; a letter to try with."),
    ADMIN("/administration/people", web_admin_people, "Who has which role where; finds people."),
    ADMIN("/administration/people/{id}", web_admin_person, "One of them, and what was decided."),
    ADMIN("/administration/people/{id}/power", web_admin_power, "Asks before power is used."),
    SENT("/administration/people/{id}/power", web_admin_power_post, CAP_ADMIN,
         "Gives or takes a role, blocks an account or lets it in again."),
    ADMIN("/administration/settings", web_admin_settings, "Settings: value, origin, meaning."),
    SENT("/administration/settings", web_admin_settings_post, CAP_ADMIN,
         "Changes those about who runs the site."),
    ADMIN("/administration/sources", web_admin_sources, "Where imported entries come from."),
    ADMIN("/administration/sources/{slug}", web_admin_source, "One of them."),
    SENT("/administration/sources/{slug}", web_admin_source_post, CAP_ADMIN,
         "Changes its name, licence and attribution."),
    ADMIN("/administration/sources/{slug}/state", web_admin_source_state,
          "Asks before a source is paused or removed, or taken back."),
    SENT("/administration/sources/{slug}/state", web_admin_source_state_post, CAP_ADMIN,
         "Does it; the entries of a removed one leave, those of one taken back return."),
    ADMIN("/administration/themes", web_admin_themes, "Themes as they are, and adding one."),
    SENT("/administration/themes", web_admin_themes_post, CAP_ADMIN, "Adds a theme."),
    ADMIN("/administration/themes/{slug}", web_admin_theme, "Its name, place and state."),
    SENT("/administration/themes/{slug}", web_admin_theme_post, CAP_ADMIN,
         "Names, moves or hides a theme."),
    ADMIN("/administration/themes/{slug}/merge", web_admin_theme_merge,
          "Asks before a theme is merged, or taken back."),
    SENT("/administration/themes/{slug}/merge", web_admin_theme_merge_post, CAP_ADMIN,
         "Merges a theme into another, or takes that back."),
    ADMIN("/administration/audit", web_admin_audit, "Who did what with power."),
    ADMIN("/administration/audit.csv", web_admin_audit_csv, "The same as a table, whole."),
    HELP("/help", web_help, "People without e-mail whom one helps."),
    HELP("/help/begin", web_help_begin, "Who is helped, and that they consent."),
    SENT("/help/begin", web_help_begin_post, CAP_HELP, "Begins to act in their name."),
    SENT("/help/end", web_help_end, CAP_HELP, "Ends it."),
    HELP("/help/people/{id}", web_help_person, "One of them: what they brought, their paper."),
    SENT("/help/people/{id}", web_help_person_post, CAP_HELP, "Begins again, with consent."),
    SENT("/help/people/{id}/paper", web_help_paper, CAP_HELP,
         "Makes their paper with a new code, to print; the one before ends."),
    FORM_PAGE("/help/form", web_help_form, "The pages of adding as a form to fill in by hand."),
    FORM_PAGE("/paper", web_paper, "Coming back with the code of a paper."),
    SENT("/paper", web_paper_post, CAP_ANYONE, "Signs in with it."),
    PAGE("/facile", web_easy, "Home in easy-to-read language."),
    PAGE("/facile/a-propos", web_easy_about, "About in easy-to-read language."),
};
const size_t face_web_route_count = ARRAY_COUNT(face_web_routes);
