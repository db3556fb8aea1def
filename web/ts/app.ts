// The script of every page. Pages are complete without it.
import { find } from './dom.js';
import { RESULTS_EVENT } from './events.js';
import { showResults, startPartial } from './partial.js';
import { startSmall } from './small.js';
import { startSuggestions } from './suggest.js';
import { startViews } from './views.js';

/** The live map weighs more than all the rest: it comes when it is about to be seen. */
function startMapWhenSeen(panel: HTMLElement): void {
  const watcher = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      watcher.disconnect();
      import('./map.js').then(
        ({ startMap }) => startMap(panel, showResults),
        () => undefined, // the drawn map stays
      );
    }
  });
  watcher.observe(panel);
}

startPartial();
startViews();
startSuggestions();
startSmall();
document.addEventListener(RESULTS_EVENT, startSuggestions);

const panel = find('#map[data-tiles]');
if (panel) {
  startMapWhenSeen(panel);
}
