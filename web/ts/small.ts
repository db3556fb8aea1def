// Copy an address, share, play a video after a click, say where one is.
import { announce, closest, find, findAll, isPlainClick } from './dom.js';
import { goToPlace } from './suggest.js';

async function copy(button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? location.href);
    announce(button.dataset.done ?? '', 0);
    const label = button.lastChild;
    if (label && button.dataset.done) {
      label.textContent = button.dataset.done;
    }
  } catch {
    prompt('', button.dataset.copy ?? location.href); // no clipboard here: let it be copied by hand
  }
}

function share(button: HTMLElement): void {
  const data = { title: button.dataset.title ?? document.title, url: button.dataset.share ?? '' };
  navigator.share(data).catch(() => undefined); // closed without sharing
}

/** Nothing of a video's host is loaded before this. A chapter's link names the frame and the start. */
function play(link: HTMLElement): boolean {
  const frame =
    link.closest<HTMLElement>('.video-frame') ?? find(`#${CSS.escape(link.dataset.frame ?? '')}`);
  const source = link.dataset.play || frame?.dataset.embed;
  if (!frame || !source?.startsWith('https://')) {
    return false;
  }
  const player = document.createElement(frame.dataset.element === 'iframe' ? 'iframe' : 'video');
  player.src = source;
  player.title = frame.dataset.title ?? '';
  if (player instanceof HTMLIFrameElement) {
    player.allow = 'fullscreen; picture-in-picture; autoplay';
    player.referrerPolicy = 'strict-origin-when-cross-origin';
  } else {
    player.controls = true;
    player.autoplay = true;
  }
  player.tabIndex = 0;
  frame.replaceChildren(player);
  player.focus();
  frame.scrollIntoView({ block: 'nearest' });
  return true;
}

/** To about a hundred metres: the service need not know the house. */
function locate(button: HTMLElement): void {
  const form =
    button.closest('form') ??
    button.closest('.band')?.querySelector<HTMLFormElement>('form.search');
  const failed = () => announce(button.dataset.failed ?? '', 0);
  const showFailure = () => {
    failed();
    const message = document.createElement('p');
    message.className = 'field-error';
    message.textContent = button.dataset.failed ?? '';
    const field = find('.field--place, .field', form ?? document);
    field?.querySelector('.field-error')?.remove();
    field?.append(message);
    setTimeout(() => message.remove(), 8000);
  };
  if (!form || !navigator.geolocation) {
    showFailure();
    return;
  }
  button.setAttribute('aria-busy', 'true');
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      button.removeAttribute('aria-busy');
      goToPlace(form, { near: `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}` });
    },
    () => {
      button.removeAttribute('aria-busy');
      showFailure();
    },
    { maximumAge: 300_000, timeout: 10_000 },
  );
}

export function startSmall(): void {
  if (typeof navigator.share === 'function') {
    findAll('[data-share]').forEach((button) => (button.hidden = false));
  }
  document.addEventListener('click', (event) => {
    const target = closest(event, '[data-copy], [data-share], [data-play], [data-locate]');
    if (!target || !isPlainClick(event)) {
      return;
    }
    if (target.dataset.copy !== undefined) {
      void copy(target);
    } else if (target.dataset.share !== undefined) {
      share(target);
    } else if (target.dataset.locate !== undefined) {
      locate(target);
    } else if (play(target)) {
      event.preventDefault();
    }
  });
}
