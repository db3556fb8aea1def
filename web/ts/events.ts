// What the parts of the script tell each other through the document.

/** The results on the page are others now. */
export const RESULTS_EVENT = 'agora:results';
export interface ResultsDetail {
  /** The map itself asked: it must not be moved by the answer. */
  fromMap: boolean;
}
/** Another view (filters, list, map) is in front. */
export const VIEW_EVENT = 'agora:view';
