// Fields that suggest while one types: an ARIA combobox over a plain <input>.
import Combobox from '@github/combobox-nav';

import { find, findAll } from './dom.js';
import { showResults } from './partial.js';
import { formUrl, withQuery, type Place } from './query.js';

interface Suggestion {
  type: 'territory' | 'entry' | 'theme';
  label: string;
  detail?: string;
  url: string;
  code?: string;
  lat?: number;
  lon?: number;
}

const SHORTEST = 2;
const PAUSE_MS = 120;

/** Communes mean "around here"; what is larger means "inside". */
function placeOf(item: Suggestion): Place {
  if (item.code?.startsWith('com-') && item.lat !== undefined && item.lon !== undefined) {
    return { near: `${item.lat},${item.lon}` };
  }
  return item.code ? { territory: item.code } : {};
}

/** Goes where the choice leads: the same page when it has results, another one otherwise. */
function goTo(url: URL): void {
  if (find('#results')) {
    void showResults(url, { history: 'push' });
  } else {
    location.assign(url);
  }
}

export function goToPlace(form: HTMLFormElement, place: Place): void {
  goTo(formUrl(form, place));
}

function choose(input: HTMLInputElement, item: Suggestion): void {
  const form = input.form;
  if (item.type === 'territory' && form) {
    input.value = item.label;
    goToPlace(form, placeOf(item));
  } else if (item.type === 'theme' && form && item.code && find('#results')) {
    input.value = '';
    const url = formUrl(form);
    const query = url.searchParams;
    const themes = new Set((query.get('theme') ?? '').split(',').filter(Boolean));
    query.set('theme', [...themes.add(item.code)].join(','));
    goTo(withQuery(url, query));
  } else {
    location.assign(item.url);
  }
}

function optionOf(item: Suggestion, id: string): HTMLLIElement {
  const option = document.createElement('li');
  option.id = id;
  option.setAttribute('role', 'option');
  option.append(item.label);
  if (item.detail) {
    const detail = document.createElement('small');
    detail.textContent = item.detail;
    option.append(' ', detail);
  }
  return option;
}

function attach(input: HTMLInputElement): void {
  const types = (input.dataset.suggest ?? '').split(',');
  const list = document.createElement('ul');
  list.id = `${input.id}-suggestions`;
  list.className = 'suggestions';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', input.labels?.[0]?.textContent ?? '');
  input.after(list);
  const combobox = new Combobox(input, list, { tabInsertsSuggestions: false });
  input.setAttribute('aria-expanded', 'false');

  let items: Suggestion[] = [];
  let pause = 0;
  let request: AbortController | null = null;
  const close = () => {
    clearTimeout(pause);
    request?.abort();
    if (!list.hidden) {
      combobox.stop();
      list.hidden = true;
      input.setAttribute('aria-expanded', 'false');
    }
  };
  const open = () => {
    combobox.stop();
    list.replaceChildren(...items.map((item, i) => optionOf(item, `${list.id}-${i}`)));
    list.hidden = items.length === 0;
    input.setAttribute('aria-expanded', String(!list.hidden));
    if (!list.hidden) {
      combobox.start();
    }
  };
  const ask = async () => {
    request = new AbortController();
    const { signal } = request;
    try {
      const q = encodeURIComponent(input.value.trim());
      const response = await fetch(`/api/v1/suggest?q=${q}`, { signal });
      const answer = (await response.json()) as { items?: Suggestion[] };
      if (!signal.aborted && document.activeElement === input) {
        items = (answer.items ?? []).filter((item) => types.includes(item.type)).slice(0, 8);
        open();
      }
    } catch {
      // Suggestions are a help: without an answer the field stays an ordinary one.
    }
  };
  input.addEventListener('input', () => {
    clearTimeout(pause);
    request?.abort();
    if (input.value.trim().length < SHORTEST) {
      close();
    } else {
      pause = window.setTimeout(() => void ask(), PAUSE_MS);
    }
  });
  input.addEventListener('blur', () => setTimeout(close, 150)); // a click on an option comes first
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  // The field keeps the focus.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('combobox-commit', (event) => {
    const option = event.target instanceof Element ? event.target : null;
    const item = items[option ? [...list.children].indexOf(option) : -1];
    close();
    if (item) {
      choose(input, item);
    }
  });
  input.form?.addEventListener('submit', close);
}

/** Attaches to every field that asks for it; again after parts of the page were replaced. */
export function startSuggestions(): void {
  for (const input of findAll<HTMLInputElement>('input[data-suggest]:not([role])')) {
    attach(input);
  }
}
