/* Documents that lie here, as pages name them. */
#include "face/web/page/page.h"

#define KILOBYTE 1000
#define MEGABYTE 1000000
#define SAID_MAX 64

/* "PDF, 48 Ko" */
slice document_said(const struct page *page, const struct entry_document *document) {
    static const char *const kinds[ENTRY_DOCUMENT__COUNT] = {
        [ENTRY_DOCUMENT_PDF] = "PDF",   [ENTRY_DOCUMENT_ODT] = "ODT",
        [ENTRY_DOCUMENT_ODS] = "ODS",   [ENTRY_DOCUMENT_ODP] = "ODP",
        [ENTRY_DOCUMENT_DOCX] = "DOCX", [ENTRY_DOCUMENT_XLSX] = "XLSX",
        [ENTRY_DOCUMENT_PPTX] = "PPTX", [ENTRY_DOCUMENT_TEXT] = N_("texte"),
    };
    struct buf size BUF_CLEANUP = buf_new(SAID_MAX);
    if (document->bytes >= MEGABYTE) {
        i18n_tn(page->html.language, N2_("%n Mo", "%n Mo"),
                (document->bytes + MEGABYTE / 2) / MEGABYTE, &size);
    } else {
        i18n_tn(page->html.language, N2_("%n Ko", "%n Ko"),
                (document->bytes + KILOBYTE - 1) / KILOBYTE, &size);
    }
    return arena_printf(page->arena, "%.*s, %.*s",
                        SLICE_ARG(i18n(page->html.language, kinds[document->kind])),
                        SLICE_ARG(buf_slice(&size)));
}

static void write_row(struct page *page, const struct entry_media *media,
                      const struct entry_document *document, slice before) {
    struct html *html = &page->html;
    html_raw(html, "<li><a");
    html_attr(html, "href",
              arena_printf(page->arena, "%.*s/%.*s", SLICE_ARG(before), SLICE_ARG(document->name)));
    html_raw(html, " download>");
    html_text(html, media->title.n > 0 ? media->title : document->name);
    html_raw(html, "</a> <small>(");
    html_text(html, document_said(page, document));
    html_raw(html, ")");
    if (media->credit.n > 0) {
        html_raw(html, " · ");
        html_text(html, media->credit);
    }
    if (media->licence.n > 0) {
        html_raw(html, " · ");
        page_licence(page, media->licence);
    }
    html_raw(html, "</small></li>\n");
}

uint32_t documents_list(struct page *page, const struct entry_media *media, uint32_t count,
                        slice before) {
    struct entry_document document;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!entry_media_document(&media[i], &document)) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(&page->html, "<ul class=\"documents\">\n");
        }
        write_row(page, &media[i], &document, before);
    }
    if (shown > 0) {
        html_raw(&page->html, "</ul>\n");
    }
    return shown;
}
