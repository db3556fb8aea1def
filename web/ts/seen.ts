// The live map weighs more than all the rest: it comes when it is about to be seen.
import type { showResults } from './partial.js'; // a type: its code stays where it is used

export function startMapWhenSeen(panel: HTMLElement, show: typeof showResults): void {
  const watcher = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      watcher.disconnect();
      import('./map.js').then(
        ({ startMap }) => startMap(panel, show),
        () => undefined, // the drawn map stays
      );
    }
  });
  watcher.observe(panel);
}
