// The pin of a place, on a page that has a field for its position: moved by hand, by the arrow keys,
// by four buttons, or put where the map is clicked. The field stays the truth: what is typed there
// moves the pin, and the form sends nothing else.
import { announce, closest, fill, find, findAll } from './dom.js';
import { Ground } from './ground.js';
import { LatLng, LeafletMap, pointAfterZoom, setPosition } from './leaflet.js';
import { placeNames } from './names.js';
import { TileSource } from './tiles.js';
import type { LeafletMouseEvent, ZoomAnimEvent } from 'leaflet';

const ZOOMS = { min: 4, max: 18 };
const ZOOM_PLACE = 16;
const ZOOM_COMMUNE = 13;
const STEP_PX = 16;
const FINE_PX = 2; // with Shift
const DIGITS = 6; // of degrees: ten centimetres
const ARROWS: Record<string, [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

const language = document.documentElement.lang || 'fr';
const number = (value: number, digits: number) =>
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** "45.5646, 5.9178", with whatever stands between them. */
function pointOf(text: string | undefined): LatLng | null {
  const [lat, lon] = (text ?? '').split(/[\s,]+/).filter(Boolean).map(Number);
  return lat !== undefined && lon !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180
    ? new LatLng(lat, lon)
    : null;
}

class Pin {
  private map: LeafletMap;
  private ground: Ground;
  private tiles: TileSource;
  private names: { text: HTMLElement; at: LatLng }[] = [];
  private wanted = 0; // number of the last load of names
  private handle = document.createElement('button');
  private at: LatLng;
  private grip = { x: 0, y: 0 }; // from the pin's point to the finger that holds it

  constructor(
    private panel: HTMLElement,
    private field: HTMLInputElement,
  ) {
    const [lat = 0, lon = 0, zoom = 5] = (panel.dataset.view ?? '').split(',').map(Number);
    const container = document.createElement('div');
    const drawn = find<HTMLImageElement>('.map-ground', panel);
    find('.pin-view', panel)?.replaceChildren(container);
    this.map = new LeafletMap(container, {
      minZoom: ZOOMS.min,
      maxZoom: ZOOMS.max,
      keyboard: false,
      scrollWheelZoom: false,
      fadeAnimation: false,
      zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    });
    this.at = new LatLng(lat, lon);
    this.map.setView(this.at, Math.min(zoom, ZOOMS.max));
    this.ground = new Ground(this.map, drawn, panel.dataset.base ?? '', ZOOMS);
    this.tiles = new TileSource(panel.dataset.tiles ?? '', '');
    this.map.createPane('names');
    this.makeHandle();
    this.listen();
    this.ground.settle(false);
    this.takeField();
    this.takeChoice();
    void this.showCommune();
    void this.nameTowns();
  }

  private makeHandle(): void {
    const { handle } = this;
    handle.type = 'button';
    handle.className = 'pin-handle leaflet-zoom-animated';
    handle.setAttribute('aria-describedby', 'pin-help');
    handle.innerHTML =
      '<svg viewBox="0 0 36 46" aria-hidden="true"><path d="M18 45C11 34 2 28 2 17a16 16 0 0 1 32 0c0 11-9 17-16 28z"/><circle cx="18" cy="17" r="6"/></svg>';
    this.map.getPane('markerPane')?.append(handle);
  }

  private listen(): void {
    const { map, handle } = this;
    map.on('moveend', () => {
      this.ground.settle(true);
      void this.nameTowns();
    });
    map.on('move', () => this.ground.ahead());
    map.on('viewreset zoom move', () => this.place());
    map.on('zoomanim', (event) => {
      const { zoom, center } = event as ZoomAnimEvent;
      setPosition(handle, pointAfterZoom(map, this.at, zoom, center).round());
      for (const { text, at } of this.names) {
        setPosition(text, pointAfterZoom(map, at, zoom, center).round());
      }
    });
    map.on('click', (event) => this.move((event as LeafletMouseEvent).latlng));
    for (const type of ['mousedown', 'touchstart', 'click', 'dblclick']) {
      handle.addEventListener(type, (event) => event.stopPropagation()); // not the map's
    }
    handle.addEventListener('pointerdown', (event) => this.hold(event));
    handle.addEventListener('pointermove', (event) => this.drag(event));
    handle.addEventListener('keydown', (event) => this.key(event));
    this.panel.addEventListener('click', (event) => this.pressed(event));
    this.field.addEventListener('change', () => this.takeField());
    document.addEventListener('change', (event) => {
      if (closest(event, 'input[name=answer]')) {
        this.takeChoice();
      }
      if (closest(event, '#where')) {
        void this.showCommune();
      }
    });
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(this.panel);
  }

  /** As long as no pin stands, the map shows the commune that is typed. */
  private async showCommune(): Promise<void> {
    const where = find<HTMLInputElement>('#where');
    const typed = where?.value.trim();
    if (!typed || where?.value === where?.defaultValue || this.field.value) {
      return; // of what was kept the page shows the place by itself
    }
    const answer = await fetch(`/api/v1/territories?level=commune&q=${encodeURIComponent(typed)}`).catch(() => null);
    const found = answer?.ok ? ((await answer.json()) as { items: { lat: number; lon: number }[] }).items[0] : undefined;
    if (found && !this.field.value) {
      this.at = new LatLng(found.lat, found.lon);
      this.map.setView(this.at, ZOOM_COMMUNE, { animate: false });
      this.place();
    }
  }

  // --- by hand -----------------------------------------------------------------------------------

  private hold(event: PointerEvent): void {
    const from = this.map.mouseEventToContainerPoint(event);
    const pin = this.map.latLngToContainerPoint(this.at);
    this.grip = { x: from.x - pin.x, y: from.y - pin.y };
    this.handle.setPointerCapture(event.pointerId);
  }

  private drag(event: PointerEvent): void {
    if (this.handle.hasPointerCapture(event.pointerId)) {
      const { x, y } = this.map.mouseEventToContainerPoint(event);
      this.move(this.map.containerPointToLatLng([x - this.grip.x, y - this.grip.y]));
    }
  }

  // --- by keys and buttons -----------------------------------------------------------------------

  private key(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    const zoom = event.key === '+' || event.key === '=' ? 1 : event.key === '-' ? -1 : 0;
    if ((!arrow && !zoom) || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    if (arrow) {
      this.step(arrow, event.shiftKey ? FINE_PX : STEP_PX);
    } else {
      this.zoom(zoom);
    }
  }

  private pressed(event: Event): void {
    const button = closest(event, '[data-move], [data-zoom]');
    if (button?.dataset.zoom) {
      this.zoom(Number(button.dataset.zoom));
    } else if (button) {
      this.step(ARROWS[button.dataset.move ?? ''] ?? [0, 0], STEP_PX);
    }
  }

  private step([x, y]: [number, number], px: number): void {
    const from = this.map.latLngToContainerPoint(this.at);
    this.move(this.map.containerPointToLatLng([from.x + x * px, from.y + y * px]));
    this.map.panInside(this.at, { padding: [48, 64] });
  }

  private zoom(by: number): void {
    this.map.setZoomAround(this.at, this.map.getZoom() + by);
  }

  // --- where it is -------------------------------------------------------------------------------

  private move(to: LatLng): void {
    const { lat, lng } = to.wrap();
    const sound = Math.max(-85, Math.min(85, lat)); // where the map ends
    this.at = new LatLng(Number(sound.toFixed(DIGITS)), Number(lng.toFixed(DIGITS)));
    this.field.value = `${this.at.lat}, ${this.at.lng}`;
    this.say(true);
  }

  /** The typed one; without any the pin waits in the middle of the map, and says so. */
  private takeField(): void {
    const typed = pointOf(this.field.value);
    if (typed) {
      this.at = typed;
      this.map.setView(typed, Math.max(this.map.getZoom(), ZOOM_PLACE), { animate: false });
    }
    this.say(false);
  }

  /** An address that was found and is chosen: "45.5646 5.9178 73065 …". */
  private takeChoice(): void {
    const chosen = find<HTMLInputElement>('input[name=answer]:checked');
    const [lat, lon] = (chosen?.value ?? '').split(' ');
    const found = pointOf(`${lat}, ${lon}`);
    if (found) {
      this.move(found);
      this.map.setView(found, ZOOM_PLACE, { animate: false });
    }
  }

  private say(aloud: boolean): void {
    const set = pointOf(this.field.value) !== null;
    const { said = '', near = '', unset = '', town = '', signs = '' } = this.panel.dataset;
    const [north, south, east, west] = signs.split(',');
    const { lat, lng } = this.at;
    const centre = pointOf(this.panel.dataset.centre);
    const metres = centre ? this.at.distanceTo(centre) : 0;
    const distance =
      metres < 1000 ? `${number(Math.round(metres / 10) * 10, 0)} m` : `${number(metres / 1000, 1)} km`;
    const words =
      fill(said, {
        lat: `${number(Math.abs(lat), 4)} ${lat < 0 ? south : north}`,
        lon: `${number(Math.abs(lng), 4)} ${lng < 0 ? west : east}`,
      }) + (centre ? fill(near, { distance, town }) : '');
    this.handle.setAttribute('aria-label', set ? words : unset);
    this.handle.classList.toggle('is-unset', !set);
    const told = find('.pin-told', this.panel);
    if (told) {
      told.textContent = set ? words : unset;
    }
    if (aloud) {
      announce(words);
    }
    this.place();
  }

  private place(): void {
    setPosition(this.handle, this.map.latLngToLayerPoint(this.at).round());
    for (const { text, at } of this.names) {
      setPosition(text, this.map.latLngToLayerPoint(at).round());
    }
  }

  private async nameTowns(): Promise<void> {
    const call = ++this.wanted;
    const { map } = this;
    const bounds = map.getBounds();
    const [west, south] = [bounds.getWest(), bounds.getSouth()];
    const view = { west, south, east: bounds.getEast(), north: bounds.getNorth() };
    const { towns } = await this.tiles.load(view, Math.floor(map.getZoom()));
    if (call !== this.wanted) {
      return;
    }
    const inOrder = towns.sort((a, b) => a[3] - b[3] || a[2] - b[2]); // the country's first
    const pointAt = (lat: number, lon: number) => map.latLngToContainerPoint([lat, lon]);
    this.names.forEach(({ text }) => text.remove());
    this.names = placeNames(inOrder, [], [], map.getSize(), pointAt).map((placed) => {
      const text = document.createElement('span');
      text.className = `town leaflet-zoom-animated${placed.isAbroad ? ' town--abroad' : ''}`;
      text.textContent = placed.name;
      text.setAttribute('aria-hidden', 'true');
      text.style.margin = `${placed.dy}px 0 0 ${placed.dx}px`;
      map.getPane('names')?.append(text);
      return { text, at: new LatLng(placed.lat, placed.lon) };
    });
    this.place();
  }
}

export function startPin(panel: HTMLElement): void {
  const field = find<HTMLInputElement>('#point');
  if (field) {
    findAll('[hidden]', panel).forEach((part) => (part.hidden = false));
    new Pin(panel, field);
  }
}
