// The live map: Leaflet moves it, the server has already clustered what stands on it.
import { box as franceBox, outline as franceOutline, world as franceWorld } from 'agora:france';
import type { ZoomAnimEvent } from 'leaflet';

import { closest, find, findAll, isPlainClick } from './dom.js';
import { RESULTS_EVENT, VIEW_EVENT, type ResultsDetail } from './events.js';
import { Ground } from './ground.js';
import {
  LatLng,
  LatLngBounds,
  LeafletMap,
  pointAfterZoom,
  setPosition,
  setTransform,
} from './leaflet.js';
import { boxText, kindName, makeMark, markRect, readWords, type Words } from './marks.js';
import type { showResults } from './partial.js'; // a type: its code stays in the base script
import { placeNames, type Rect, type Town } from './names.js';
import { boxUrl } from './query.js';
import { TileSource, type Box, type Placed } from './tiles.js';

export { startPin } from './pin.js'; // it stands on the same parts of Leaflet

const ZOOM_MAX = 18;
const ZOOM_MIN = 2;
const ZOOM_FIT = 15; // the closest that what is found is shown at, as on the drawn map
const TAB_STOPS = 60;
const LEAST_CIRCLE_PX = 16; // a smaller circle says nothing and would veil everything
const EARTH_M = 40_075_016.686;

type ShowResults = typeof showResults;

interface Mark {
  link: HTMLAnchorElement;
  at: LatLng;
  feature: Placed;
}

/** A name on the map: no link, it only says where one is. */
interface Name {
  link: HTMLElement;
  at: LatLng;
}

const rectOf = ({ offsetLeft, offsetTop, offsetWidth, offsetHeight }: HTMLElement): Rect => ({
  west: offsetLeft,
  north: offsetTop,
  east: offsetLeft + offsetWidth,
  south: offsetTop + offsetHeight,
});

const boxOf = (text: string | undefined): LatLngBounds | null => {
  const [west, south, east, north] = (text ?? '').split(',').map(Number);
  return west !== undefined && south !== undefined && east !== undefined && north !== undefined &&
    [west, south, east, north].every(Number.isFinite)
    ? new LatLngBounds([south, west], [north, east])
    : null;
};

class LiveMap {
  private map: LeafletMap;
  private words: Words;
  private tiles: TileSource;
  private ground: Ground;
  private names: Name[] = [];
  private marks = new Map<string, Mark>();
  private wanted = 0; // number of the last load(): late answers of earlier ones are dropped
  private byProgram = false; // the present movement is ours, not the reader's
  private inHand = false; // dragged, or rolling on after that
  private wheelInside = false;
  private fitted = '';
  private litId = '';
  private circle: HTMLElement | null = null;
  private guest: Mark | null = null; // a pin taken out of its ring while its card is looked at
  private locator: SVGSVGElement | null = null;

  constructor(
    private panel: HTMLElement,
    private showResults: ShowResults,
  ) {
    this.words = readWords(panel);
    this.tiles = new TileSource(panel.dataset.tiles ?? '', this.results()?.dataset.tiles ?? '');
    const drawn = find<HTMLImageElement>('.map-ground', panel);
    this.map = this.makeMap();
    this.map.createPane('names');
    this.fit();
    const zooms = { min: ZOOM_MIN, max: ZOOM_MAX };
    this.ground = new Ground(this.map, drawn, panel.dataset.base ?? '', zooms);
    this.listen();
    this.byProgram = true;
    this.moved();
  }

  private results(): HTMLElement | null {
    return find('#results');
  }

  private makeMap(): LeafletMap {
    const view = find('#map-view', this.panel) ?? this.panel;
    const container = document.createElement('div');
    container.setAttribute('role', 'group');
    container.setAttribute('aria-labelledby', this.panel.getAttribute('aria-labelledby') ?? '');
    const hadFocus = view.contains(document.activeElement);
    view.replaceChildren(container);
    if (hadFocus) {
      this.panel.focus({ preventScroll: true });
    }
    return new LeafletMap(container, {
      zoomSnap: 0.25,
      zoomDelta: 1,
      wheelPxPerZoomLevel: 100,
      minZoom: ZOOM_MIN,
      maxZoom: ZOOM_MAX,
      maxBounds: [[-85, -180], [85, 180]],
      maxBoundsViscosity: 0.8,
      scrollWheelZoom: false,
      zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fadeAnimation: false,
    });
  }

  // --- where the map looks -----------------------------------------------------------------------

  /** Shows what the results ask for, when they ask for something else than before. */
  private fit(): void {
    const wanted = this.results()?.dataset.fit ?? '';
    const first = this.fitted === '';
    if (wanted === this.fitted && !first) {
      return;
    }
    const area = find('[data-area]', this.panel)?.dataset.area;
    const box = boxOf(wanted) ?? (first ? boxOf(area) : null);
    this.fitted = wanted || 'none';
    if (box) {
      this.show(box, false);
    } else if (first) {
      this.map.setView([20, 0], ZOOM_MIN);
    }
  }

  private show(box: LatLngBounds, animate: boolean): void {
    this.byProgram = true;
    const { top, bottom } = this.underPanels();
    this.map.fitBounds(box, {
      animate,
      paddingTopLeft: [12, top],
      paddingBottomRight: [12, bottom],
      maxZoom: ZOOM_FIT,
    });
    if (!animate) {
      this.byProgram = false;
    }
  }

  /** What the panels along the upper and lower edge cover, in pixels. */
  private underPanels(): { top: number; bottom: number } {
    const room = this.panel.clientHeight;
    const upper = find('.areas', this.panel);
    const lower = find('.map-foot', this.panel);
    return {
      top: upper ? upper.offsetTop + upper.offsetHeight + 4 : 12,
      bottom: lower?.offsetHeight ? room - lower.offsetTop + 4 : 12,
    };
  }

  private view(): Box {
    const b = this.map.getBounds();
    return { west: b.getWest(), south: b.getSouth(), east: b.getEast(), north: b.getNorth() };
  }

  /** Dragged, or still rolling: what comes into sight is asked for before it stands still. */
  private ahead(): void {
    this.ground.ahead();
    if (!this.tiles.has(this.view(), this.level())) {
      void this.load(false);
    }
  }

  private moved(): void {
    this.inHand = false;
    this.ground.settle(!this.byProgram);
    this.place();
    void this.load();
    this.markArea();
    this.drawLocator();
    const zoom = this.map.getZoom();
    for (const button of findAll('[data-zoom]', this.panel)) {
      const end = button.dataset.zoom === '1' ? zoom >= ZOOM_MAX : zoom <= ZOOM_MIN;
      button.setAttribute('aria-disabled', String(end));
    }
    const byReader = !this.byProgram;
    this.byProgram = false;
    if (byReader && find<HTMLInputElement>('#follow', this.panel)?.checked) {
      void this.showResults(boxUrl(boxText(this.view())), { history: 'replace', fromMap: true });
    }
  }

  private listen(): void {
    const { map, panel } = this;
    map.on('moveend', () => this.moved());
    map.on('dragstart', () => (this.inHand = true));
    map.on('move', () => this.inHand && this.ahead());
    map.on('viewreset zoom', () => this.place());
    map.on('zoomanim', (event) => this.placeForZoom(event as ZoomAnimEvent));
    panel.addEventListener('click', (event) => this.clicked(event));
    panel.addEventListener('wheel', (event) => this.wheel(event), { capture: true, passive: true });
    panel.addEventListener('mouseleave', () => (this.wheelInside = false));
    for (const [start, end] of [['mouseover', 'mouseout'], ['focusin', 'focusout']] as const) {
      panel.addEventListener(start, (event) =>
        this.light(closest(event, '.mark')?.dataset.id ?? ''),
      );
      panel.addEventListener(end, () => this.light(''));
      document.addEventListener(start, (event) => this.lightFromCard(event));
    }
    panel.addEventListener('focusin', (event) => this.uncover(event));
    find<HTMLInputElement>('#follow', panel)?.addEventListener('change', () => this.moved());
    document.addEventListener(RESULTS_EVENT, (event) => {
      this.renewed((event as CustomEvent<ResultsDetail>).detail.fromMap);
    });
    document.addEventListener(VIEW_EVENT, () => this.resized());
    new ResizeObserver(() => this.resized()).observe(panel);
  }

  private resized(): void {
    if (this.panel.clientHeight > 0) {
      this.byProgram = true;
      this.map.invalidateSize({ animate: false });
      this.byProgram = false;
    }
  }

  /** The results are others: other marks, perhaps another place. */
  private renewed(fromMap: boolean): void {
    const changed = this.tiles.setQuery(this.results()?.dataset.tiles ?? '');
    this.litId = '';
    this.closeCard();
    if (fromMap) {
      this.fitted = this.results()?.dataset.fit ?? '';
    } else {
      this.fit();
    }
    if (changed) {
      void this.load();
    }
    this.placeCircle();
  }

  // --- marks -------------------------------------------------------------------------------------

  /** While the map is in hand the names stay as they are: they would jump about. */
  private async load(withNames = true): Promise<void> {
    const call = ++this.wanted;
    const { features, towns } = await this.tiles.load(this.view(), this.level());
    if (call === this.wanted) {
      this.draw(features);
      if (withNames) {
        this.nameTowns(towns);
      }
    }
  }

  /** The whole zoom whose clusters are shown. */
  private level(): number {
    return Math.min(ZOOM_MAX, Math.max(0, Math.floor(this.map.getZoom() + 0.3)));
  }

  private nameTowns(towns: Town[]): void {
    const pointOf = (lat: number, lon: number) => this.map.latLngToContainerPoint([lat, lon]);
    const marks = this.allMarks().map(({ at, feature }): Rect => {
      const { x, y } = this.map.latLngToContainerPoint(at);
      return markRect(feature, x, y);
    });
    this.names.forEach(({ link }) => link.remove());
    const panels = findAll('.areas, .zoom, .map-foot', this.panel).map(rectOf);
    const size = this.map.getSize();
    if (this.locator) {
      panels.push({ west: size.x - 96, north: size.y - 96, east: size.x, south: size.y });
    }
    const asked = this.askedTown();
    const others = towns
      .filter(([, , , , name]) => name !== asked[0]?.[4])
      .sort((a, b) => a[3] - b[3] || a[2] - b[2]); // the country's first
    this.names = placeNames([...asked, ...others], marks, panels, size, pointOf).map((placed) => {
      const link = document.createElement('span');
      link.className = `town leaflet-zoom-animated${placed.isAbroad ? ' town--abroad' : ''}`;
      link.textContent = placed.name;
      link.setAttribute('aria-hidden', 'true');
      link.style.margin = `${placed.dy}px 0 0 ${placed.dx}px`;
      this.map.getPane('names')?.append(link);
      return { link, at: new LatLng(placed.lat, placed.lon) };
    });
    this.place();
  }

  /** Keeps the marks that stay (and the focus on them), adds and removes the others. */
  private draw(features: Placed[]): void {
    const next = new Map(features.map((feature) => [feature.key, feature]));
    const focused = [...this.marks.values()].find(({ link }) => link === document.activeElement);
    for (const [key, { link }] of this.marks) {
      if (!next.has(key)) {
        link.remove();
        this.marks.delete(key);
      }
    }
    const pane = this.map.getPane('markerPane');
    const query = this.results()?.dataset.tiles ?? '';
    const inReadingOrder = [...next.values()].sort((a, b) => b.lat - a.lat || a.lon - b.lon);
    for (const feature of inReadingOrder) {
      if (!this.marks.has(feature.key) && pane) {
        const link = makeMark(feature, this.words, this.panel.dataset.explore ?? '/explore', query);
        link.classList.add('leaflet-zoom-animated');
        pane.append(link);
        this.marks.set(feature.key, { link, at: new LatLng(feature.lat, feature.lon), feature });
      }
    }
    this.limitTabStops();
    this.place();
    this.light(this.litId);
    if (focused && !this.marks.has(focused.feature.key)) {
      this.focusNear(focused.at);
    }
  }

  /** The biggest in view are reached by Tab, at most 60; all are in the list. */
  private limitTabStops(): void {
    const bounds = this.map.getBounds();
    const inView = [...this.marks.values()].filter(({ at }) => bounds.contains(at));
    const stops = new Set(
      inView.sort((a, b) => b.feature.count - a.feature.count).slice(0, TAB_STOPS),
    );
    for (const mark of this.marks.values()) {
      mark.link.tabIndex = stops.has(mark) ? 0 : -1;
    }
  }

  /** What had the focus has opened into several: it goes to the nearest of them. */
  private focusNear(at: LatLng): void {
    const [nearest] = [...this.marks.values()]
      .filter(({ link }) => link.tabIndex === 0)
      .sort((a, b) => at.distanceTo(a.at) - at.distanceTo(b.at));
    (nearest?.link ?? this.map.getContainer()).focus({ preventScroll: true });
  }

  /** A mark reached by Tab comes out from under the panels and the edge. */
  private uncover(event: Event): void {
    const link = closest(event, '.mark:focus-visible');
    const mark = [...this.marks.values()].find((m) => m.link === link);
    if (mark) {
      this.byProgram = true;
      this.map.panInside(mark.at, { paddingTopLeft: [40, 110], paddingBottomRight: [70, 110] });
    }
  }

  private allMarks(): Mark[] {
    return this.guest ? [...this.marks.values(), this.guest] : [...this.marks.values()];
  }

  private place(): void {
    for (const { link, at } of [...this.allMarks(), ...this.names]) {
      setPosition(link, this.map.latLngToLayerPoint(at).round());
    }
    this.placeCircle();
  }

  private placeForZoom({ zoom, center }: ZoomAnimEvent): void {
    for (const { link, at } of [...this.allMarks(), ...this.names]) {
      setPosition(link, pointAfterZoom(this.map, at, zoom, center).round());
    }
    const near = this.near();
    if (this.circle && near) {
      const radius = this.circlePixels(near.at, near.radius, this.map.getZoom());
      const scale = this.map.getZoomScale(zoom, this.map.getZoom());
      const middle = pointAfterZoom(this.map, near.at, zoom, center);
      setTransform(this.circle, middle.subtract([radius * scale, radius * scale]), scale);
    }
  }

  // --- the circle "around here" ------------------------------------------------------------------

  private near(): { at: LatLng; radius: number } | null {
    const { near, radius } = this.results()?.dataset ?? {};
    const [lat, lon] = (near ?? '').split(',').map(Number);
    return lat !== undefined && lon !== undefined && Number(radius) > 0
      ? { at: new LatLng(lat, lon), radius: Number(radius) * 1000 }
      : null;
  }

  /** The place that was asked for is named first, however small it is. */
  private askedTown(): Town[] {
    const near = this.near();
    const name = find<HTMLInputElement>('#where')?.defaultValue.replace(/ \([^)]*\)$/, '');
    return near && name ? [[near.at.lng, near.at.lat, 0, 0, name]] : [];
  }

  private circlePixels(at: LatLng, metres: number, zoom: number): number {
    return (metres * 256 * 2 ** zoom) / (EARTH_M * Math.cos((at.lat * Math.PI) / 180));
  }

  private placeCircle(): void {
    const near = this.near();
    if (!near) {
      this.circle?.remove();
      this.circle = null;
      return;
    }
    if (!this.circle) {
      this.circle = document.createElement('div');
      this.circle.className = 'near-circle leaflet-zoom-animated';
      this.map.getPane('overlayPane')?.append(this.circle);
    }
    const radius = this.circlePixels(near.at, near.radius, this.map.getZoom());
    this.circle.hidden = radius < LEAST_CIRCLE_PX;
    this.circle.style.width = this.circle.style.height = `${2 * radius}px`;
    setTransform(this.circle, this.map.latLngToLayerPoint(near.at).subtract([radius, radius]), 1);
  }

  // --- a card and its pin ------------------------------------------------------------------------

  private light(id: string): void {
    this.litId = id || (find('.map-card .card', this.panel)?.dataset.id ?? '');
    for (const lit of findAll('.is-lit')) {
      lit.classList.remove('is-lit');
    }
    if (this.litId) {
      const selector = `[data-id="${CSS.escape(this.litId)}"]`;
      findAll(`.mark${selector}, .card${selector}`).forEach((el) => el.classList.add('is-lit'));
    }
  }

  /** A card looked at lights its pin; one that stands in a ring comes out for that time. */
  private lightFromCard(event: Event): void {
    // What is being left says nothing, only where pointer or focus go.
    const leaves = event.type === 'mouseout' || event.type === 'focusout';
    const looked = leaves ? (event as MouseEvent | FocusEvent).relatedTarget : event.target;
    const card =
      looked instanceof Element ? looked.closest<HTMLElement>('#results .card[data-id]') : null;
    if (this.panel.contains(event.target as Node) || (!card && !this.guest && !this.litId)) {
      return;
    }
    const id = card?.dataset.id ?? '';
    const [lat, lon] = (card?.dataset.at ?? '').split(',').map(Number);
    this.guest?.link.remove();
    this.guest = null;
    const alone = this.marks.has(`entry ${id}`);
    const known = lat !== undefined && lon !== undefined;
    if (card && !alone && known && this.map.getBounds().contains([lat, lon])) {
      const kind = [...card.classList].find((name) => name.startsWith('k-'))?.slice(2) ?? 'story';
      const cell = { west: lon, east: lon, south: lat, north: lat };
      const feature = { lon, lat, count: 1, kinds: [], id, kind, key: `guest ${id}`, cell };
      const link = makeMark(feature, this.words, '', '');
      link.tabIndex = -1;
      link.setAttribute('aria-hidden', 'true');
      this.map.getPane('markerPane')?.append(link);
      this.guest = { link, at: new LatLng(lat, lon), feature };
      this.place();
    }
    this.light(id);
  }

  private closeCard(): void {
    find('.map-card', this.panel)?.remove();
  }

  /** A glance at an entry without leaving the map; its title is the link to it. */
  private showCard({ feature, link }: Mark): void {
    this.closeCard();
    const inList = find(`#results .card[data-id="${CSS.escape(String(feature.id))}"]`);
    const card = inList
      ? (inList.cloneNode(true) as HTMLElement)
      : this.makeCard(feature, link.href);
    card.removeAttribute('id');
    const holder = document.createElement('div');
    holder.className = 'map-card';
    const close = document.createElement('button');
    close.type = 'button';
    close.setAttribute('aria-label', this.panel.dataset.close ?? '×');
    close.innerHTML = '<svg class="i" aria-hidden="true"><use href="#i-close"/></svg>';
    close.addEventListener('click', () => {
      this.closeCard();
      this.light('');
      link.focus({ preventScroll: true });
    });
    holder.append(card, close);
    this.panel.append(holder);
    this.light(String(feature.id));
  }

  private makeCard(feature: Placed, href: string): HTMLElement {
    const kind = feature.kind ?? 'story';
    const card = document.createElement('article');
    card.className = `card k-${kind}`;
    card.dataset.id = String(feature.id);
    card.innerHTML =
      '<div class="thumb"><svg class="scene" aria-hidden="true"><use/></svg></div>' +
      '<div class="card-body"><p class="card-top"><span class="badge">' +
      '<svg class="i" aria-hidden="true"><use/></svg></span></p>' +
      '<h3><a></a></h3><p class="where"></p></div>';
    const [scene, icon] = findAll<SVGUseElement>('use', card);
    scene?.setAttribute('href', '#scene-0');
    icon?.setAttribute('href', `#i-${kind}`);
    find('.badge', card)?.append(kindName(this.words, kind));
    const title = find<HTMLAnchorElement>('h3 a', card);
    if (title) {
      title.href = href;
      title.textContent = feature.title ?? '';
    }
    const where = find('.where', card);
    if (where) {
      where.textContent = feature.place ?? '';
      where.hidden = !feature.place;
    }
    return card;
  }

  // --- clicks and the wheel ----------------------------------------------------------------------

  private clicked(event: MouseEvent): void {
    if (!isPlainClick(event)) {
      return;
    }
    const zoom = closest(event, '[data-zoom]');
    const area = closest(event, '[data-area]');
    const link = closest(event, '.mark');
    const mark = [...this.marks.values()].find((m) => m.link === link);
    if (zoom) {
      this.map.setZoom(this.map.getZoom() + Number(zoom.dataset.zoom));
    } else if (area) {
      const box = boxOf(area.dataset.area);
      if (box) {
        event.preventDefault();
        this.show(box, false);
      }
    } else if (mark && mark.feature.id === undefined) {
      this.openRing(event, mark);
    } else if (mark && event.detail > 0) {
      event.preventDefault(); // by pointer a glance first; by keyboard the link is followed
      this.showCard(mark);
    } else if (this.map.getContainer().contains(event.target as Node)) {
      this.wheelInside = true;
      this.closeCard();
      this.light('');
    }
  }

  /** Zooms to a ring's cell. What no zoom parts (one point, the deepest level) opens as a list. */
  private openRing(event: MouseEvent, { feature, link }: Mark): void {
    const { cell, stack } = feature;
    if (stack || this.map.getZoom() >= ZOOM_MAX - 1) {
      if (matchMedia('(min-width: 50em)').matches) {
        event.preventDefault(); // list and map stand side by side: no need to leave the page
        void this.showResults(new URL(link.href), { history: 'push', toResults: true });
      }
      return;
    }
    event.preventDefault();
    const box = new LatLngBounds([cell.south, cell.west], [cell.north, cell.east]);
    const zoom = this.map.getZoom();
    const wanted = Math.max(zoom + 1, Math.min(this.map.getBoundsZoom(box), zoom + 3));
    this.map.setView(box.getCenter(), Math.min(wanted, ZOOM_MAX));
  }

  /** The page scrolls over the map; the wheel zooms with Ctrl or once the map was clicked. */
  private wheel(event: WheelEvent): void {
    const handler = this.map.scrollWheelZoom;
    if (event.ctrlKey || event.metaKey || this.wheelInside) {
      handler.enable();
    } else {
      handler.disable();
    }
  }

  // --- where we are ------------------------------------------------------------------------------

  private markArea(): void {
    const centre = this.map.getCenter();
    for (const link of findAll('[data-area]', this.panel)) {
      if (boxOf(link.dataset.area)?.contains(centre)) {
        link.setAttribute('aria-current', 'true');
      } else {
        link.removeAttribute('aria-current');
      }
    }
  }

  /** A small France with a frame on it, when only a part of it is seen. */
  private drawLocator(): void {
    const [x, y, width, height] = franceBox;
    const unit = (v: number) => v * franceWorld;
    const { west, east, north, south } = this.view();
    const yOf = (lat: number) => 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
    const left = unit(west / 360 + 0.5);
    const right = unit(east / 360 + 0.5);
    const top = unit(yOf(north));
    const bottom = unit(yOf(south));
    const [midX, midY] = [(left + right) / 2, (top + bottom) / 2];
    const inside = midX > x && midX < x + width && midY > y && midY < y + height;
    if (!inside || right - left > width / 2) {
      this.locator?.remove();
      this.locator = null;
      return;
    }
    if (!this.locator) {
      this.locator = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      this.locator.setAttribute('class', 'locator');
      this.locator.setAttribute('viewBox', franceBox.join(' '));
      this.locator.setAttribute('aria-hidden', 'true');
      this.locator.innerHTML = `<path d="${franceOutline}"/><rect rx="4"/>`;
      this.panel.append(this.locator);
    }
    const least = 28; // the frame stays visible however close one looks
    const frame = find<SVGRectElement>('rect', this.locator);
    const [w, h] = [Math.max(least, right - left), Math.max(least, bottom - top)];
    const place = { x: midX - w / 2, y: midY - h / 2, width: w, height: h };
    for (const [key, value] of Object.entries(place)) {
      frame?.setAttribute(key, value.toFixed(0));
    }
  }
}

export function startMap(panel: HTMLElement, show: ShowResults): void {
  new LiveMap(panel, show);
}
