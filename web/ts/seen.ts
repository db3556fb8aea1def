// The live map weighs more than all the rest: it comes when it is about to be seen.
import type { showResults } from './partial.js'; // a type: its code stays where it is used

type Parts = typeof import('./map.js');

function whenSeen(panel: HTMLElement, start: (parts: Parts) => void): void {
  const watcher = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      watcher.disconnect();
      import('./map.js').then(start, () => undefined); // the drawn map stays
    }
  });
  watcher.observe(panel);
}

export const startMapWhenSeen = (panel: HTMLElement, show: typeof showResults): void =>
  whenSeen(panel, ({ startMap }) => startMap(panel, show));

export const startPinWhenSeen = (panel: HTMLElement): void =>
  whenSeen(panel, ({ startPin }) => startPin(panel));
