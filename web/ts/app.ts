// The script of every page. Pages are complete without it.
import { find } from './dom.js';
import { RESULTS_EVENT } from './events.js';
import { startForms } from './forms.js';
import { startKeeping } from './keep.js';
import { showResults, startPartial } from './partial.js';
import { startMapWhenSeen, startPinWhenSeen } from './seen.js';
import { startSimilar } from './similar.js';
import { startSmall } from './small.js';
import { startSuggestions } from './suggest.js';
import { startViews } from './views.js';

startPartial();
startViews();
startSuggestions();
startSmall();
startSimilar();
startForms();
document.addEventListener(RESULTS_EVENT, startSuggestions);

const panel = find('#map[data-tiles]');
if (panel) {
  startMapWhenSeen(panel, showResults);
}
const pin = find('#pin');
if (pin) {
  startPinWhenSeen(pin);
}
startKeeping();
