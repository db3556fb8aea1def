// Small helpers that every part of the script shares.

export const find = <T extends Element = HTMLElement>(
  selector: string,
  root: ParentNode = document,
) => root.querySelector<T>(selector);

export const findAll = <T extends Element = HTMLElement>(
  selector: string,
  root: ParentNode = document,
) => [...root.querySelectorAll<T>(selector)];

/** The nearest ancestor of an event's target that matches. */
export const closest = (event: Event, selector: string) =>
  event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;

/** A click that wants the link followed here, not in another tab or with a menu. */
export const isPlainClick = (event: MouseEvent) =>
  event.button === 0 &&
  !event.defaultPrevented &&
  !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

const numbers = new Intl.NumberFormat(document.documentElement.lang || 'fr');
export const formatNumber = (n: number) => numbers.format(n);

/** "{n} de plus" with its values put in. */
export const fill = (template: string, values: Record<string, string | number>) =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

let announcement = 0;
/** Says a text once in the page's status region, when things have settled. */
export function announce(text: string, delay = 500): void {
  const status = find('#status');
  if (!status || !text) {
    return;
  }
  clearTimeout(announcement);
  announcement = window.setTimeout(() => {
    status.textContent = '';
    requestAnimationFrame(() => {
      status.textContent = text;
    });
  }, delay);
}
