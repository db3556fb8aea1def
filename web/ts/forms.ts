// How many boxes of a folded list are on, as the server would count them.
import { closest, find, findAll } from './dom.js';

export function startForms(): void {
  find('form.form')?.addEventListener('change', (event) => {
    const list = closest(event, '.form-boxes');
    const told = list && find('[data-chosen]', list);
    if (told) {
      told.textContent = String(findAll(':checked', list).length || '');
    }
  });
}
