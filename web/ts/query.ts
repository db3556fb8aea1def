// The one query as the form holds it, written the short way the server writes it.

const LISTS = new Set(['kind', 'state', 'theme', 'territory', 'lang', 'source', 'has', 'skill']);
const PLACE = ['where', 'where_was', 'near', 'radius', 'territory', 'bbox'];

/** A map point or a territory, as keys of the query; the empty object means "everywhere". */
export type Place = { near?: string; radius?: string; territory?: string; bbox?: string };

function put(query: URLSearchParams, key: string, value: string): void {
  const before = query.get(key);
  query.set(key, before && LISTS.has(key) ? `${before},${value}` : value);
}

/** The address that a form's present choices mean. Repeated keys become one list, empty ones go. */
export function formUrl(form: HTMLFormElement, place?: Place): URL {
  const query = new URLSearchParams();
  for (const [key, value] of new FormData(form)) {
    if (typeof value === 'string' && value.trim() !== '') {
      put(query, key, value.trim());
    }
  }
  const where = query.get('where') ?? '';
  if (place || where === '') {
    const radius = query.get('radius');
    PLACE.forEach((key) => query.delete(key));
    for (const [key, value] of Object.entries(place ?? {})) {
      query.set(key, value);
    }
    if (place?.near && !place.radius && radius) {
      query.set('radius', radius);
    }
  } else if (where === query.get('where_was')) {
    query.delete('where');
    query.delete('where_was');
  } else {
    ['where_was', 'near', 'territory', 'bbox'].forEach((key) => query.delete(key));
  }
  if (!query.has('near') && !query.has('where')) {
    query.delete('radius');
  }
  return withQuery(new URL(form.action, location.href), query);
}

/** Commas and colons stay readable, as in the addresses the server writes. */
export function withQuery(url: URL, query: URLSearchParams): URL {
  url.search = query.toString().replace(/%2C/gi, ',').replace(/%3A/gi, ':');
  return url;
}

/** The present address with the map's box as its only place. */
export function boxUrl(bbox: string): URL {
  const url = new URL(location.href);
  const query = url.searchParams;
  [...PLACE, 'cursor'].forEach((key) => query.delete(key));
  query.set('bbox', bbox);
  url.hash = '';
  return withQuery(url, query);
}
