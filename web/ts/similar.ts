// "Is it one of these?" while a title is being typed: the same list that the page has without script.
import { find } from './dom.js';

const PAUSE_MS = 400;

export function startSimilar(): void {
  const list = find('#similar');
  const title = find<HTMLInputElement>('#title');
  if (!list || !title) {
    return;
  }
  let timer = 0;
  let turn = 0;
  const show = async () => {
    const mine = ++turn;
    const url = `${location.pathname}?${new URLSearchParams({ title: title.value }).toString()}`;
    try {
      const answer = await fetch(url, { headers: { 'X-Agora-Part': 'similar', Accept: 'text/html' } });
      const parsed = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (answer.ok && mine === turn) {
        list.replaceChildren(...parsed.body.childNodes);
      }
    } catch {
      // no network: what stands there stays
    }
  };
  title.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void show(), PAUSE_MS);
  });
}
