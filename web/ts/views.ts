// Phone and tablet: Filtres · Liste · Carte, one at a time. The address keeps the view behind its
// #, so that "back" closes the filters or the map.
import { closest, find, findAll, isPlainClick } from './dom.js';
import { RESULTS_EVENT, VIEW_EVENT } from './events.js';

const SECTIONS: Record<string, string> = { filters: 'facets', list: 'results', map: 'map' };

function viewOfHash(): string {
  const id = location.hash.slice(1);
  return Object.keys(SECTIONS).find((view) => SECTIONS[view] === id) ?? 'list';
}

function setView(explorer: HTMLElement, view: string): void {
  explorer.dataset.view = view;
  for (const link of findAll('.bottom-bar [data-view-to]')) {
    if (link.dataset.viewTo === view) {
      link.setAttribute('aria-current', 'true');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  document.dispatchEvent(new CustomEvent(VIEW_EVENT));
}

function showFilterCount(): void {
  const pill = find('[data-filters-count]');
  const count = find('#results')?.dataset.filters ?? '0';
  if (pill) {
    pill.textContent = count;
    pill.hidden = count === '0';
  }
}

export function startViews(): void {
  const explorer = find('#explorer');
  if (!explorer) {
    return;
  }
  const small = matchMedia('(max-width: 68.74em)');
  const follow = () => setView(explorer, small.matches ? viewOfHash() : 'list');
  document.addEventListener('click', (event) => {
    const view = closest(event, '[data-view-to]')?.dataset.viewTo;
    if (!view || !isPlainClick(event)) {
      return;
    }
    event.preventDefault();
    if (view !== explorer.dataset.view) {
      const hash = view === 'list' ? '' : `#${SECTIONS[view]}`;
      history.pushState(null, '', location.pathname + location.search + hash);
      setView(explorer, view);
      scrollTo(0, 0);
    }
    document.getElementById(SECTIONS[view] ?? '')?.focus({ preventScroll: true });
  });
  addEventListener('popstate', follow);
  small.addEventListener('change', follow);
  document.addEventListener(RESULTS_EVENT, showFilterCount);
  follow();
  showFilterCount();
}
