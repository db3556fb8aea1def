#include "face/web/page/form.h"

#include "assets_names.h"

#include <string.h>

void form_fault_of(struct form *form, const char *field, const char *message, slice file_name) {
    if (form->fault_count < FORM_FAULTS_MAX) {
        form->faults[form->fault_count++] = (struct form_fault){field, message, file_name};
    }
}

void form_fault(struct form *form, const char *field, const char *message) {
    form_fault_of(form, field, message, SLICE_EMPTY);
}

static const struct form_fault *fault_of(const struct form *form, const char *field) {
    for (size_t i = 0; i < form->fault_count; i++) {
        if (slice_equal(slice_from_cstr(form->faults[i].field), slice_from_cstr(field))) {
            return &form->faults[i];
        }
    }
    return NULL;
}

static void text(struct form *form, const char *message) {
    html_text(&form->page->html, i18n(form->page->html.language, message));
}

/* "« statuts.pdf » : Ce document est abîmé." */
static void write_fault(struct form *form, const struct form_fault *fault) {
    if (fault->of.n > 0) {
        html_tf(&form->page->html, "« %1 » : ", &fault->of, 1);
    }
    text(form, fault->message);
}

static slice id_of(const struct form *form, const char *name, const char *end) {
    return arena_printf(form->page->arena, "%s%s", name, end);
}

/* ---- the page ---- */

static void write_faults(struct form *form) {
    struct html *html = &form->page->html;
    html_raw(html, "<div class=\"alert form-faults\" role=\"alert\" tabindex=\"-1\" autofocus>"
                   "<h2>");
    html_t(html, "Il reste quelque chose à corriger");
    html_raw(html, "</h2><ul>");
    for (size_t i = 0; i < form->fault_count; i++) {
        html_raw(html, "<li><a");
        html_attr(html, "href", arena_printf(form->page->arena, "#%s", form->faults[i].field));
        html_raw(html, ">");
        write_fault(form, &form->faults[i]);
        html_raw(html, "</a></li>");
    }
    html_raw(html, "</ul></div>\n");
}

static void write_steps(struct form *form) {
    struct html *html = &form->page->html;
    const struct form_steps *steps = form->steps;
    html_raw(html, "<nav");
    html_attr(html, "aria-label", i18n(html->language, "Étapes"));
    html_raw(html, "><ol class=\"form-steps\">");
    for (size_t i = 0; i < steps->count; i++) {
        if (i < steps->current) {
            html_raw(html, "<li class=\"is-past\"><a");
            html_attr(html, "href", steps->hrefs[i]);
            html_raw(html, ">");
            text(form, steps->labels[i]);
            html_raw(html, "</a></li>");
            continue;
        }
        html_raw(html, "<li");
        if (i == steps->current) {
            html_raw(html, " aria-current=\"step\"");
        }
        html_raw(html, ">");
        text(form, steps->labels[i]);
        html_raw(html, "</li>");
    }
    html_raw(html, "</ol></nav>\n");
}

void form_page_begin(struct form *form, const char *title, slice path, const char *lead) {
    struct page *page = form->page;
    struct html *html = &page->html;
    page_head(page, &(struct page_head){.title = i18n(html->language, title),
                                        .canonical = path,
                                        .sheet = form->dress         ? form->dress->sheet
                                                 : form->sheet.n > 0 ? form->sheet
                                                                     : form_sheet(),
                                        .section = PAGE_OTHER,
                                        .not_indexed = true});
    html_raw(html, "<main id=\"main\" class=\"wrap page form-page");
    if (form->dress) {
        html_raw(html, " ");
        html_text(html, form->dress->class);
    }
    html_raw(html, "\" tabindex=\"-1\">\n");
    if (form->dress) {
        form->dress->top(page, path);
    }
    if (form->steps) {
        write_steps(form);
    }
    html_raw(html, "<h1>");
    text(form, title);
    html_raw(html, "</h1>\n");
    if (lead) {
        html_raw(html, "<p class=\"lead\">");
        text(form, lead);
        html_raw(html, "</p>\n");
    }
    if (form->fault_count) {
        page->response->status = 422;
        write_faults(form);
    }
}

void form_page_end(struct form *form) {
    html_raw(&form->page->html, "</main>\n");
    page_foot(form->page);
}

/* ---- the form ---- */

void form_begin(struct form *form, slice action, bool is_multipart) {
    struct html *html = &form->page->html;
    html_raw(html, "<form class=\"form\" method=\"post\" novalidate");
    html_attr(html, "action", action);
    if (is_multipart) {
        html_raw(html, " enctype=\"multipart/form-data\"");
    }
    html_raw(html, ">\n");
}

void form_end(struct form *form) {
    html_raw(&form->page->html, "</form>\n");
}

/* Help and faults of a field, with the ids that describe it. */
static void write_about(struct form *form, const char *name, const char *help) {
    struct html *html = &form->page->html;
    const struct form_fault *fault = fault_of(form, name);
    if (help) {
        html_raw(html, "<p class=\"form-help\"");
        html_attr(html, "id", id_of(form, name, "-help"));
        html_raw(html, ">");
        text(form, help);
        html_raw(html, "</p>");
    }
    if (!fault) {
        return;
    }
    html_raw(html, "<p class=\"form-fault\"");
    html_attr(html, "id", id_of(form, name, "-fault"));
    html_raw(html, ">");
    for (const struct form_fault *one = fault; one < form->faults + form->fault_count; one++) {
        if (slice_equal(slice_from_cstr(one->field), slice_from_cstr(name))) {
            if (one > fault) {
                html_raw(html, "<br>");
            }
            write_fault(form, one);
        }
    }
    html_raw(html, "</p>");
}

void form_told(struct form *form, const char *name) {
    write_about(form, name, NULL);
}

slice form_sheet(void) {
    return SLICE(ASSET_FORM_CSS);
}

static void write_described(struct form *form, const char *name, const char *help) {
    bool has_fault = fault_of(form, name) != NULL;
    if (help || has_fault) {
        html_attr(&form->page->html, "aria-describedby",
                  arena_printf(form->page->arena, "%s%s%s%s%s", help ? name : "",
                               help ? "-help" : "", help && has_fault ? " " : "",
                               has_fault ? name : "", has_fault ? "-fault" : ""));
    }
    if (has_fault) {
        html_raw(&form->page->html, " aria-invalid=\"true\"");
    }
}

void form_field(struct form *form, const struct form_field *field) {
    struct html *html = &form->page->html;
    slice name = slice_from_cstr(field->name);
    html_raw(html, "<div class=\"form-field\"><label");
    html_attr(html, "for", name);
    html_raw(html, ">");
    text(form, field->label);
    html_raw(html, "</label>");
    write_about(form, field->name, field->help);
    if (field->rows) {
        html_raw(html, "<textarea");
        html_attr_i64(html, "rows", field->rows);
    } else {
        html_raw(html, "<input");
        html_attr(html, "type", slice_from_cstr(field->type ? field->type : "text"));
        html_attr(html, "value", field->value);
    }
    html_attr(html, "id", name);
    html_attr(html, "name", name);
    html_attr_i64(html, "maxlength", field->max_bytes);
    if (field->autocomplete) {
        html_attr(html, "autocomplete", slice_from_cstr(field->autocomplete));
    }
    if (field->is_needed) {
        html_raw(html, " required");
    }
    if (field->is_code) {
        html_raw(html, " class=\"form-code\" autocapitalize=\"characters\" spellcheck=\"false\"");
    }
    write_described(form, field->name, field->help);
    html_raw(html, ">");
    if (field->rows) {
        html_raw(html, "\n"); /* the first line end of a text area is not its text */
        html_text(html, field->value);
        html_raw(html, "</textarea>");
    }
    html_raw(html, "</div>\n");
}

static void write_choice(struct form *form, const char *type, const char *name, slice id,
                         const struct form_choice *choice, bool is_on) {
    struct html *html = &form->page->html;
    html_raw(html, "<label class=\"form-choice\"><input");
    html_attr(html, "type", slice_from_cstr(type));
    html_attr(html, "id", id);
    html_attr(html, "name", slice_from_cstr(name));
    html_attr(html, "value", slice_from_cstr(choice->value));
    if (is_on) {
        html_raw(html, " checked");
    }
    html_raw(html, "><span>");
    text(form, choice->label);
    if (choice->help) {
        html_raw(html, "<small>");
        text(form, choice->help);
        html_raw(html, "</small>");
    }
    html_raw(html, "</span>");
    if (choice->picture) {
        choice->picture(html);
    }
    html_raw(html, "</label>");
}

void form_group_begin(struct form *form, const char *name, const char *legend) {
    struct html *html = &form->page->html;
    html_raw(html, "<fieldset");
    html_attr(html, "id", slice_from_cstr(name));
    write_described(form, name, NULL);
    html_raw(html, "><legend>");
    text(form, legend);
    html_raw(html, "</legend>");
    write_about(form, name, NULL);
}

void form_group_end(struct form *form) {
    html_raw(&form->page->html, "</fieldset>\n");
}

void form_boxes_folded(struct form *form, const struct form_boxes *boxes) {
    struct html *html = &form->page->html;
    int64_t on = 0;
    for (size_t i = 0; i < boxes->count; i++) {
        on += boxes->is_on[i];
    }
    html_raw(html, "<details class=\"form-boxes\"");
    html_attr(html, "id", slice_from_cstr(boxes->id));
    html_raw(html, "><summary>");
    text(form, boxes->label);
    html_raw(html, " <span data-chosen>");
    if (on) {
        html_number(html, on);
    }
    html_raw(html, "</span></summary><div class=\"form-choices\">");
    for (size_t i = 0; i < boxes->count; i++) {
        write_choice(form, "checkbox", boxes->name,
                     arena_printf(form->page->arena, "%s-%zu", boxes->id, i), &boxes->choices[i],
                     boxes->is_on[i]);
    }
    html_raw(html, "</div></details>\n");
}

void form_aside_begin(struct form *form, const char *label, bool is_open) {
    struct html *html = &form->page->html;
    html_raw(html, "<details class=\"form-aside\"");
    if (is_open) {
        html_raw(html, " open");
    }
    html_raw(html, "><summary>");
    text(form, label);
    html_raw(html, "</summary>\n<div class=\"form\">");
}

void form_aside_end(struct form *form) {
    html_raw(&form->page->html, "</div></details>\n");
}

/* `is_on`: of boxes, else NULL. */
static void write_choices(struct form *form, const char *name, const char *legend,
                          const struct form_choice *choices, size_t count, slice chosen,
                          const bool *is_on) {
    struct html *html = &form->page->html;
    html_raw(html, "<fieldset");
    write_described(form, name, NULL);
    html_raw(html, "><legend>");
    text(form, legend);
    html_raw(html, "</legend>");
    write_about(form, name, NULL);
    html_raw(html, "<div class=\"form-choices\">");
    for (size_t i = 0; i < count; i++) {
        slice id =
            i == 0 ? slice_from_cstr(name) : arena_printf(form->page->arena, "%s-%zu", name, i);
        write_choice(form, is_on ? "checkbox" : "radio", name, id, &choices[i],
                     is_on ? is_on[i] : slice_equal(chosen, slice_from_cstr(choices[i].value)));
    }
    html_raw(html, "</div></fieldset>\n");
}

void form_choices(struct form *form, const char *name, const char *legend,
                  const struct form_choice *choices, size_t count, slice chosen) {
    write_choices(form, name, legend, choices, count, chosen, NULL);
}

void form_boxes(struct form *form, const char *name, const char *legend,
                const struct form_choice *choices, size_t count, const bool *is_on) {
    write_choices(form, name, legend, choices, count, SLICE_EMPTY, is_on);
}

void form_select(struct form *form, const char *name, const char *label,
                 const struct form_choice *choices, size_t count, slice chosen) {
    struct html *html = &form->page->html;
    html_raw(html, "<div class=\"form-field\"><label");
    html_attr(html, "for", slice_from_cstr(name));
    html_raw(html, ">");
    text(form, label);
    html_raw(html, "</label>");
    write_about(form, name, NULL);
    html_raw(html, "<select");
    html_attr(html, "id", slice_from_cstr(name));
    html_attr(html, "name", slice_from_cstr(name));
    write_described(form, name, NULL);
    html_raw(html, ">");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<option");
        html_attr(html, "value", slice_from_cstr(choices[i].value));
        if (slice_equal(chosen, slice_from_cstr(choices[i].value))) {
            html_raw(html, " selected");
        }
        html_raw(html, ">");
        text(form, choices[i].label);
        html_raw(html, "</option>");
    }
    html_raw(html, "</select></div>\n");
}

void form_check(struct form *form, const char *name, const char *label, const char *help,
                bool is_on) {
    struct html *html = &form->page->html;
    html_raw(html, "<div class=\"form-choices\">");
    write_choice(form, "checkbox", name, slice_from_cstr(name),
                 &(struct form_choice){"1", label, help}, is_on);
    html_raw(html, "</div>\n");
}

void form_hidden(struct form *form, const char *name, slice value) {
    struct html *html = &form->page->html;
    html_raw(html, "<input type=\"hidden\"");
    html_attr(html, "name", slice_from_cstr(name));
    html_attr(html, "value", value);
    html_raw(html, ">");
}

/* Out of sight, out of the order of the keyboard, out of what is read aloud. */
void form_trap(struct form *form) {
    struct html *html = &form->page->html;
    html_raw(html, "<div class=\"visually-hidden\" aria-hidden=\"true\"><label>");
    html_t(html, "Laissez ceci vide");
    html_raw(html, "<input type=\"text\" name=\"homepage\" tabindex=\"-1\" "
                   "autocomplete=\"off\"></label></div>\n");
}

bool form_is_trapped(const struct http_form *sent) {
    return slice_trim(http_form_value(sent, "homepage")).n > 0;
}

void form_submit(struct form *form, const char *label) {
    html_raw(&form->page->html,
             "<button class=\"button button--sun button--wide\" type=\"submit\">");
    text(form, label);
    html_raw(&form->page->html, "</button>\n");
}

void form_submit_default(struct form *form, const char *label) {
    html_raw(&form->page->html, "<button type=\"submit\" hidden>");
    text(form, label);
    html_raw(&form->page->html, "</button>\n");
}

void form_submit_else(struct form *form, const char *value, const char *label) {
    struct html *html = &form->page->html;
    html_raw(html, "<button class=\"button button--line button--wide\" type=\"submit\" "
                   "name=\"do\"");
    html_attr(html, "value", slice_from_cstr(value));
    if (strcmp(value, "back") == 0) { /* what is missing is no reason to stay */
        html_raw(html, " formnovalidate");
    }
    html_raw(html, ">");
    text(form, label);
    html_raw(html, "</button>\n");
}

void form_button(struct page *page, slice action, const char *name, slice value,
                 const char *label) {
    struct html *html = &page->html;
    html_raw(html, "<form method=\"post\"");
    html_attr(html, "action", action);
    html_raw(html, "><button class=\"button button--line\" type=\"submit\"");
    html_attr(html, "name", slice_from_cstr(name));
    html_attr(html, "value", value);
    html_raw(html, ">");
    html_text(html, i18n(html->language, label));
    html_raw(html, "</button></form>\n");
}
