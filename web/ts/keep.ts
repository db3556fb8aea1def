// Keeps the last pages for when the network fails (offline.ts), where the site wants it so. Asked for
// when the page has settled: it must cost the first visit nothing.
import { find } from './dom.js';

export function startKeeping(): void {
  const worker = find('#status')?.dataset.worker;
  if (!worker || !('serviceWorker' in navigator)) {
    return;
  }
  const register = () => void navigator.serviceWorker.register(worker).catch(() => undefined);
  if (document.readyState === 'complete') {
    register();
  } else {
    addEventListener('load', register, { once: true });
  }
}
