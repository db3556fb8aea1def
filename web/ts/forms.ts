// Forms of several pages: how many boxes of a folded list are on, and a text as it will be shown,
// both as the server would say it.
import { closest, find, findAll } from './dom.js';

function count(event: Event): void {
  const list = closest(event, '.form-boxes');
  const told = list && find('[data-chosen]', list);
  if (told) {
    told.textContent = String(findAll(':checked', list).length || '');
  }
}

async function preview(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const body = new URLSearchParams();
  new FormData(form).forEach((value, name) => typeof value === 'string' && body.append(name, value));
  body.append('do', button.value);
  try {
    const answer = await fetch(form.action, { method: 'POST', body });
    const parsed = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const shown = find('#preview', parsed);
    if (answer.ok && shown) {
      find('#preview')?.replaceChildren(...shown.childNodes);
      find('#preview')?.focus();
    }
  } catch {
    // no network: what stands there stays
  }
}

export function startForms(): void {
  const form = find<HTMLFormElement>('form.form');
  form?.addEventListener('change', count);
  form?.addEventListener('submit', (event) => {
    const button = event.submitter;
    if (button instanceof HTMLButtonElement && button.value === 'preview') {
      event.preventDefault();
      void preview(form, button);
    }
  });
}
