// Results without reloading: fetches the same address as a fragment and replaces the parts of the
// page that changed. Whatever goes wrong, the browser loads the address the ordinary way.
import { announce, closest, fill, find, findAll, formatNumber, isPlainClick } from './dom.js';
import { RESULTS_EVENT, type ResultsDetail } from './events.js';
import { formUrl } from './query.js';

interface ShowOptions {
  history: 'push' | 'replace' | 'none';
  fromMap?: boolean;
  /** After the next page of results, reading goes on at the top of the list. */
  toResults?: boolean;
}

let running: AbortController | null = null;
let shown = location.pathname + location.search;

type Focus = { selector: string; start: number | null; end: number | null };

function rememberFocus(part: Element): Focus | null {
  const active = document.activeElement;
  if (!active || !part.contains(active)) {
    return null;
  }
  const input = active instanceof HTMLInputElement && active.type !== 'checkbox' ? active : null;
  const attribute = (name: string) => {
    const value = active.getAttribute(name);
    return value === null ? '' : `[${name}="${CSS.escape(value)}"]`;
  };
  const selector = active.id
    ? `#${CSS.escape(active.id)}`
    : attribute('name') && attribute('name') + attribute('value');
  return { selector, start: input?.selectionStart ?? null, end: input?.selectionEnd ?? null };
}

function restoreFocus(part: HTMLElement, focus: Focus): void {
  const same = focus.selector ? find(focus.selector, part) : null;
  const target = same ?? find<HTMLElement>('#results') ?? part;
  target.focus({ preventScroll: true });
  if (target instanceof HTMLInputElement && focus.start !== null) {
    target.setSelectionRange(focus.start, focus.end);
  }
}

function replacePart(fresh: HTMLElement, typed: Map<string, string>): void {
  const old = document.getElementById(fresh.id);
  if (!old) {
    return;
  }
  const focus = rememberFocus(old);
  for (const details of findAll<HTMLDetailsElement>('details[id]', old)) {
    const twin = find<HTMLDetailsElement>(`#${CSS.escape(details.id)}`, fresh);
    if (twin) {
      twin.open = details.open;
    }
  }
  for (const input of findAll<HTMLInputElement>('input[type=text]', old)) {
    const twin = find<HTMLInputElement>(`#${CSS.escape(input.id)}`, fresh);
    if (twin && input.value !== typed.get(input.id)) {
      twin.value = input.value; // written while the answer was on its way
    }
  }
  const scrolled = find('ul', old)?.scrollLeft ?? 0;
  old.replaceWith(fresh);
  find('ul', fresh)?.scrollTo({ left: scrolled });
  if (focus) {
    restoreFocus(fresh, focus);
  }
}

function sayResults(before: number, results: HTMLElement): void {
  const total = Number(results.dataset.total ?? NaN);
  const status = find('#status');
  const change = total - before;
  let text = results.dataset.status ?? '';
  if (status && change && Number.isFinite(change)) {
    const template = (change > 0 ? status.dataset.more : status.dataset.less) ?? '';
    text += `, ${fill(template, { n: formatNumber(Math.abs(change)) })}`;
  }
  announce(text);
}

function apply(html: string, typed: Map<string, string>, options: ShowOptions): boolean {
  const parts = findAll('[data-part]', new DOMParser().parseFromString(html, 'text/html'));
  if (!parts.some((part) => part.id === 'results')) {
    return false;
  }
  const before = Number(find('#results')?.dataset.total ?? NaN);
  parts.forEach((part) => replacePart(document.adoptNode(part), typed));
  const results = find('#results');
  if (results) {
    document.title = results.dataset.title ?? document.title;
    sayResults(before, results);
    if (options.toResults) {
      results.focus({ preventScroll: true });
      results.scrollIntoView();
    }
  }
  const detail: ResultsDetail = { fromMap: options.fromMap ?? false };
  document.dispatchEvent(new CustomEvent(RESULTS_EVENT, { detail }));
  return true;
}

/** Shows the results of an address; the last call wins. */
export async function showResults(url: URL, options: ShowOptions): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const busy = window.setTimeout(() => find('#results')?.setAttribute('aria-busy', 'true'), 300);
  const typed = new Map(
    findAll<HTMLInputElement>('input[type=text]').map((input) => [input.id, input.value]),
  );
  try {
    const response = await fetch(url, {
      headers: { 'X-Agora-Part': 'results', Accept: 'text/html' },
      signal: controller.signal,
    });
    const html = await response.text();
    if (controller.signal.aborted) {
      return;
    }
    const target = new URL(response.url || url.href);
    target.hash = options.history === 'none' ? url.hash : location.hash;
    if (!response.ok || !apply(html, typed, options)) {
      location.assign(url);
      return;
    }
    shown = target.pathname + target.search;
    if (options.history === 'push') {
      history.pushState(null, '', target);
    } else if (options.history === 'replace') {
      history.replaceState(null, '', target);
    }
  } catch {
    if (!controller.signal.aborted) {
      location.assign(url);
    }
  } finally {
    clearTimeout(busy);
    if (running === controller) {
      find('#results')?.removeAttribute('aria-busy');
      running = null;
    }
  }
}

export function startPartial(): void {
  const form = find<HTMLFormElement>('form[data-live]');
  if (!form || !find('#results')) {
    return;
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void showResults(formUrl(form), { history: 'push' });
  });
  document.addEventListener('change', (event) => {
    const control = event.target;
    const chosen =
      control instanceof HTMLSelectElement ||
      (control instanceof HTMLInputElement && control.type === 'checkbox');
    if (chosen && control.form === form) {
      void showResults(formUrl(form), { history: 'push' });
    }
  });
  // The small cross of a search field.
  find('#q')?.addEventListener('search', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.value === '') {
      void showResults(formUrl(form), { history: 'push' });
    }
  });
  document.addEventListener('click', (event) => {
    const link = closest(event, 'a[data-partial]');
    if (link instanceof HTMLAnchorElement && isPlainClick(event)) {
      event.preventDefault();
      const toResults = link.closest('.pager, .group, .empty') !== null;
      void showResults(new URL(link.href), { history: 'push', toResults });
    }
  });
  addEventListener('popstate', () => {
    if (location.pathname + location.search !== shown) {
      void showResults(new URL(location.href), { history: 'none' });
    }
  });
}
