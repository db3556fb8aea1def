// The worker of the site: keeps the last pages seen for when the network fails. The network comes
// first, always; a kept page says that it is one, and of when. It keeps no error, no export, no page
// inside another site, nothing that the server does not want kept.
import { kept as assets } from 'agora:kept';

const ASSETS = 'agora-assets';
const PAGES = 'agora-pages';
const GROUND = 'agora-ground';
const PAGES_MAX = 30;
const PAGES_MAX_BYTES = 5 << 20;
const PAGE_MAX_BYTES = 512 << 10;
const GROUND_MAX = 30;
const PATIENCE_MS = 6000; // a line so weak that the kept page serves better
const CALM_MS = 2000; // choices made one after the other: only the last is kept
const NEVER = /^\/(api|embed|pictures|tiles|basemap|ogc|catalog)(\/|\.|$)/;
const HEADERS = [
  'content-type',
  'content-language',
  'content-security-policy',
  'permissions-policy',
  'referrer-policy',
  'x-content-type-options',
];

// What a worker's global scope has beyond a page's, as far as it is used here.
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  addEventListener(type: 'install' | 'activate', act: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', act: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}
const scope = self as unknown as Scope;

const LANGUAGES = ['fr', 'en'];
const offlineName = (language: string) => `/offline?lang_ui=${language}`;
const WORDS: Record<string, { note: string; more: string; none: string; label: string }> = {
  fr: {
    note: 'Hors ligne : vue du {at}.',
    more: 'Pages gardées',
    none: 'Aucune page n’est gardée.',
    label: 'Hors ligne',
  },
  en: {
    note: 'Offline: as seen on {at}.',
    more: 'Kept pages',
    none: 'No page is kept.',
    label: 'Offline',
  },
};
const wordsOf = (language: string) => WORDS[language] ?? WORDS.fr!;
const languageOf = (html: string) => /<html[^>]* lang="(\w+)"/.exec(html)?.[1] ?? 'fr';

const dateText = (iso: string, language: string) =>
  new Date(iso).toLocaleString(language, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });

const nameOf = (url: URL) => url.pathname + url.search;

// --- what is kept --------------------------------------------------------------------------------

async function install(): Promise<void> {
  const files = await caches.open(ASSETS);
  await files.addAll(assets);
  for (const language of LANGUAGES) {
    // Without cookies: asking for both languages must choose neither.
    const page = await fetch(offlineName(language), { credentials: 'omit' });
    if (page.ok) {
      await files.put(offlineName(language), copyOf(page, await page.text()));
    }
  }
  await scope.skipWaiting();
}

/** Files of older programs go; kept pages stay, and are shown with the files of today. */
async function activate(): Promise<void> {
  const files = await caches.open(ASSETS);
  const wanted = new Set([...assets, ...LANGUAGES.map(offlineName)]);
  for (const request of await files.keys()) {
    if (!wanted.has(nameOf(new URL(request.url)))) {
      await files.delete(request);
    }
  }
  await scope.clients.claim();
}

function copyOf(response: Response, text: string): Response {
  const headers = new Headers({
    'x-kept-at': new Date().toISOString(),
    'x-kept-bytes': String(new Blob([text]).size),
  });
  for (const name of HEADERS) {
    const value = response.headers.get(name);
    if (value) {
      headers.set(name, value);
    }
  }
  return new Response(text, { headers });
}

const mayBeKept = (response: Response) =>
  response.status === 200 &&
  !response.redirected &&
  response.type === 'basic' &&
  (response.headers.get('content-type') ?? '').startsWith('text/html') &&
  !(response.headers.get('cache-control') ?? '').includes('no-store') &&
  !response.headers.has('content-disposition');

async function keep(name: string, response: Response): Promise<void> {
  if (!mayBeKept(response)) {
    return;
  }
  const copy = copyOf(response, await response.text());
  if (Number(copy.headers.get('x-kept-bytes')) > PAGE_MAX_BYTES) {
    return;
  }
  const pages = await caches.open(PAGES);
  await pages.delete(name); // the newest stands last
  await pages.put(name, copy);
  await trim(pages);
}

async function trim(pages: Cache): Promise<void> {
  let count = 0;
  let bytes = 0;
  for (const request of [...(await pages.keys())].reverse()) {
    const page = await pages.match(request);
    count++;
    bytes += Number(page?.headers.get('x-kept-bytes') ?? PAGE_MAX_BYTES);
    if (count > PAGES_MAX || bytes > PAGES_MAX_BYTES) {
      await pages.delete(request);
    }
  }
}

let lastPart = '';

/** Results came without the page around them: their page is fetched once the reader rests. */
async function keepWholePage(url: URL): Promise<void> {
  lastPart = nameOf(url);
  await new Promise((done) => setTimeout(done, CALM_MS));
  if (lastPart === nameOf(url)) {
    await fetch(url, { headers: { Accept: 'text/html' } }).then(
      (page) => keep(nameOf(url), page),
      () => undefined, // offline already
    );
  }
}

// --- what is shown -------------------------------------------------------------------------------

/** With the files of today, the drawn map instead of the live one, and a word on its age. */
function shown(html: string, at: string): string {
  const language = languageOf(html);
  const words = wordsOf(language);
  const files = new Map(assets.map((path) => [path.replace(/-\w+\./, '.'), path]));
  const note =
    `<aside class="alert alert--warn" aria-label="${words.label}"><span role="status">` +
    `${words.note.replace('{at}', dateText(at, language))} ` +
    `<a href="/offline">${words.more}</a></span></aside>`;
  return html
    .replace(/\/assets\/\w+-\w+\.\w+/g, (path) => files.get(path.replace(/-\w+\./, '.')) ?? path)
    .replace(/ data-tiles="\/tiles\/[^"]*"/, '')
    .replace('<main', `${note}<main`);
}

async function keptPage(name: string): Promise<Response | null> {
  const page = await (await caches.open(PAGES)).match(name);
  const at = page?.headers.get('x-kept-at');
  return page && at
    ? new Response(shown(await page.text(), at), { headers: page.headers })
    : null;
}

/** The page that says so, with the list of what can be read. */
async function offlinePage(forget = false): Promise<Response> {
  const pages = await caches.open(PAGES);
  const items: string[] = [];
  let language = '';
  for (const request of [...(await pages.keys())].reverse()) {
    const page = await pages.match(request);
    const html = (await page?.text()) ?? '';
    const title = /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? ''; // escaped as it stands
    const href = nameOf(new URL(request.url)).replace(/&/g, '&amp;').replace(/"/g, '&quot;');
    language ||= languageOf(html);
    const at = dateText(page?.headers.get('x-kept-at') ?? '', language);
    items.push(`<li><div><h3><a href="${href}">${title}</a></h3><p>${at}</p></div></li>`);
  }
  if (forget) {
    await caches.delete(PAGES);
    items.length = 0;
  }
  language ||= navigator.language.startsWith('fr') ? 'fr' : 'en';
  const page = await (await caches.open(ASSETS)).match(offlineName(language));
  if (!page) {
    return Response.error();
  }
  const list = items.join('') || `<li>${wordsOf(language).none}</li>`;
  const html = (await page.text()).replace(/(<ul[^>]* id="kept">)[^]*?<\/ul>/, `$1${list}</ul>`);
  return new Response(html, { headers: page.headers });
}

const isFailing = (response: Response) => [502, 503, 504].includes(response.status);

async function page(event: Fetching, url: URL): Promise<Response> {
  const name = nameOf(url);
  const pages = await caches.open(PAGES);
  if (url.pathname === '/offline') {
    return offlinePage(url.searchParams.has('forget'));
  }
  const known = (await pages.match(name)) !== undefined;
  try {
    const asked = fetch(event.request);
    const response = known ? await inTime(asked) : await asked;
    if (isFailing(response) && known) {
      return (await keptPage(name)) ?? response;
    }
    event.waitUntil(keep(name, response.clone()));
    return response;
  } catch {
    return (await keptPage(name)) ?? (await offlinePage());
  }
}

const inTime = (asked: Promise<Response>) =>
  Promise.race([
    asked,
    new Promise<never>((_, fail) => setTimeout(() => fail(new Error('too slow')), PATIENCE_MS)),
  ]);

async function asset(request: Request): Promise<Response> {
  return (await (await caches.open(ASSETS)).match(request)) ?? fetch(request);
}

/** The ground of a drawn map: an image of the page. */
async function ground(request: Request): Promise<Response> {
  const images = await caches.open(GROUND);
  try {
    const image = await fetch(request);
    if (image.ok) {
      await images.put(request, image.clone());
      for (const old of (await images.keys()).slice(0, -GROUND_MAX)) {
        await images.delete(old);
      }
    }
    return image;
  } catch {
    return (await images.match(request)) ?? Response.error();
  }
}

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(activate()));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) {
    return;
  }
  if (url.pathname.startsWith('/assets/')) {
    event.respondWith(asset(request));
  } else if (url.pathname === '/basemap/view.svg') {
    event.respondWith(ground(request));
  } else if (NEVER.test(url.pathname)) {
    return;
  } else if (request.mode === 'navigate' && request.destination === 'document') {
    event.respondWith(page(event, url));
  } else if (request.headers.get('X-Agora-Part') === 'results') {
    event.waitUntil(keepWholePage(url));
  }
});
