// The script of a page inside another site's page: the live map, and where links open. It keeps
// nothing at the reader's and asks nobody but us.
import { closest, find } from './dom.js';
import { startMapWhenSeen } from './seen.js';

const FRAME = '/embed';
/** What is said of the frame itself; the rest of its address is the query. */
const DRESS = ['view', 'lock', 'title', 'look', 'lang_ui'];

/** The address of a frame in the dress of this one. */
function dressed(url: URL): URL {
  const mine = new URL(location.href).searchParams;
  for (const key of DRESS) {
    const value = mine.get(key);
    if (value !== null && !url.searchParams.has(key)) {
      url.searchParams.set(key, value);
    }
  }
  return url;
}

// Before the click acts: what stays in the frame keeps its dress, all else opens beside the page.
document.addEventListener(
  'click',
  (event) => {
    const link = closest(event, 'a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin) {
      return;
    }
    if (link.pathname === FRAME) {
      link.href = dressed(new URL(link.href)).href;
    } else {
      link.target = '_blank';
      link.rel = 'noopener';
    }
  },
  { capture: true },
);

const panel = find('#map[data-tiles]');
if (panel) {
  startMapWhenSeen(panel, (url) => {
    location.assign(dressed(url));
    return Promise.resolve();
  });
}
