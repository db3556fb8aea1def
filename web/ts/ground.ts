// What lies under the marks: the picture that the page came with, or one that fits the view better;
// tiles where the reader moves the map. All are pieces: images that stand on the world.
import type { ZoomAnimEvent } from 'leaflet';

import { fill } from './dom.js';
import { LatLng, pointAfterZoom, setTransform, type LeafletMap } from './leaflet.js';

const TILE_PX = 512;
const SIDE_MAX = 1600; // px of a picture (src/face/map/map_int.h)
const STRETCH = 1; // zooms that a picture is stretched; once the reader moves the map, half a zoom
const AROUND = 1.25; // a picture asked for is so much larger than the view
const AHEAD_PX = 128; // while the map is moved by hand, ground is asked for so long before it shows
const KEPT = 40; // pieces of the present zoom that stay when they are out of sight

interface Piece {
  image: HTMLImageElement;
  at: LatLng; // its middle
  zoom: number;
  width: number;
  height: number;
  tile?: string;
}

/** The address of a drawn window says what it shows: "at=lat,lon&z=5&w=738&h=910". */
function readPicture(image: HTMLImageElement | null): Piece[] {
  const asked = image ? new URL(image.src).searchParams : null;
  const [lat, lon] = (asked?.get('at') ?? '').split(',').map(Number);
  const [zoom, width, height] = ['z', 'w', 'h'].map((key) => Number(asked?.get(key)));
  return image && lat !== undefined && lon !== undefined && zoom && width && height
    ? [{ image, at: new LatLng(lat, lon), zoom, width, height }]
    : [];
}

export class Ground {
  private pieces: Piece[]; // the newest last, which is on top
  private needed: Piece[] = []; // what the present view is made of
  private laidAt = 0; // the zoom at which they have their size

  constructor(
    private map: LeafletMap,
    drawn: HTMLImageElement | null,
    private template: string,
    private zooms: { min: number; max: number },
  ) {
    this.pieces = readPicture(drawn);
    this.pieces.forEach((piece) => this.show(piece));
    map.on('zoom', () => this.place());
    map.on('viewreset', () => this.lay());
    map.on('zoomanim', (event) => this.placeForZoom(event as ZoomAnimEvent));
  }

  /** The map stands still, moved by the reader or by the page: is there ground for all of it? */
  settle(byReader: boolean): void {
    const known = this.covering(byReader ? STRETCH / 2 : STRETCH, 0);
    this.needed = known ?? (byReader ? null : this.askPicture()) ?? this.askTiles(0);
    this.lay();
    this.tidy();
  }

  /** The map is being moved by hand. */
  ahead(): void {
    if (!this.covering(STRETCH, AHEAD_PX)) {
      this.needed = this.askTiles(AHEAD_PX);
      this.lay();
    }
  }

  private show(piece: Piece): Piece {
    const { image } = piece;
    image.className = 'ground leaflet-zoom-animated';
    image.loading = 'eager';
    image.alt = '';
    image.addEventListener('load', () => this.tidy());
    image.addEventListener('error', () => this.drop(piece)); // asked for again when next needed
    this.map.getPane('tilePane')?.append(image);
    return piece;
  }

  private add(piece: Omit<Piece, 'image'>, address: string): Piece {
    const made = this.show({ ...piece, image: new Image() });
    made.image.src = address;
    this.pieces.push(made);
    return made;
  }

  private drop(piece: Piece): void {
    piece.image.remove();
    this.pieces = this.pieces.filter((one) => one !== piece);
  }

  /** Once all that is needed has come, nothing of another zoom shows under it or beside it. */
  private tidy(): void {
    if (this.needed.every(({ image }) => image.complete && image.naturalWidth > 0)) {
      const others = this.pieces.filter((piece) => !this.needed.includes(piece));
      const kept = others.filter(({ zoom }) => zoom === this.needed[0]?.zoom).slice(-KEPT);
      others.filter((piece) => !kept.includes(piece)).forEach((piece) => this.drop(piece));
    }
  }

  /** One picture of the view; null when that is larger than pictures are. */
  private askPicture(): Piece[] | null {
    const now = this.map.getZoom();
    const view = this.map.getSize();
    const side = (px: number, zoom: number) =>
      Math.ceil(px * AROUND * this.map.getZoomScale(zoom, now));
    let zoom = this.level();
    if (side(Math.max(view.x, view.y), zoom) > SIDE_MAX) {
      zoom--;
    }
    const [width, height] = [side(view.x, zoom), side(view.y, zoom)];
    if (Math.max(width, height) > SIDE_MAX || zoom < this.zooms.min || now - zoom > STRETCH) {
      return null;
    }
    const at = this.map.getCenter();
    const place = `${at.lat.toFixed(5)},${at.lng.toFixed(5)}`;
    const address = `/basemap/view.svg?at=${place}&z=${zoom}&w=${width}&h=${height}`;
    return [this.add({ at, zoom, width, height }, address)];
  }

  /** The tiles of the view and a little around it: those that are here, and those that come. */
  private askTiles(around: number): Piece[] {
    const zoom = this.level();
    const n = 2 ** (zoom - 1); // tiles of 512 px around the world
    const { min, max } = this.map.getPixelBounds();
    const scale = this.map.getZoomScale(zoom, this.map.getZoom()) / TILE_PX;
    const tileOf = (px: number | undefined, more: number) =>
      Math.floor(((px ?? 0) + more) * scale);
    const found: Piece[] = [];
    for (let x = tileOf(min?.x, -around); x <= tileOf(max?.x, around); x++) {
      const first = Math.max(0, tileOf(min?.y, -around));
      for (let y = first; y <= Math.min(n - 1, tileOf(max?.y, around)); y++) {
        const tile = `${zoom}/${x}/${y}`;
        const values = { z: zoom - 1, x: ((x % n) + n) % n, y }; // around the world once more
        const at = this.map.unproject([(x + 0.5) * TILE_PX, (y + 0.5) * TILE_PX], zoom);
        found.push(
          this.pieces.find((piece) => piece.tile === tile) ??
            this.add(
              { at, zoom, width: TILE_PX, height: TILE_PX, tile },
              fill(this.template, values),
            ),
        );
      }
    }
    return found;
  }

  /** The zoom that is drawn: the nearest whole one, of two as near the farther. */
  private level(): number {
    const nearest = Math.ceil(this.map.getZoom() - 0.5);
    return Math.min(this.zooms.max, Math.max(this.zooms.min, nearest));
  }

  /** A picture that alone is enough for the view, stretched by so much at most. */
  private covering(stretch: number, around: number): Piece[] | null {
    const now = this.map.getZoom();
    const view = this.map.getSize();
    const found = this.pieces.find(({ at, zoom, width, height }) => {
      const half = this.map.getZoomScale(now, zoom) / 2;
      const middle = this.map.latLngToContainerPoint(at);
      const reaches = (reach: number, from: number, room: number) =>
        from - reach <= -around && from + reach >= room + around;
      return (
        Math.abs(now - zoom) <= stretch &&
        reaches(width * half, middle.x, view.x) &&
        reaches(height * half, middle.y, view.y)
      );
    });
    return found ? [found] : null;
  }

  /** Gives the pieces their size at this zoom: drawn anew, they are sharp. A pixel more than their
   * place: no seams between neighbours. */
  private lay(): void {
    this.laidAt = this.map.getZoom();
    for (const { image, zoom, width, height } of this.pieces) {
      const scale = this.map.getZoomScale(this.laidAt, zoom);
      image.style.width = `${width * scale + 1}px`;
      image.style.height = `${height * scale + 1}px`;
    }
    this.place();
  }

  private place(): void {
    this.put(this.map.getZoom(), (at) => this.map.latLngToLayerPoint(at));
  }

  private placeForZoom({ zoom, center }: ZoomAnimEvent): void {
    this.put(zoom, (at) => pointAfterZoom(this.map, at, zoom, center));
  }

  private put(to: number, pointOf: (at: LatLng) => ReturnType<typeof pointAfterZoom>): void {
    for (const { image, at, zoom, width, height } of this.pieces) {
      const half = this.map.getZoomScale(to, zoom) / 2;
      const corner = pointOf(at).subtract([width * half, height * half]);
      setTransform(image, corner.round(), this.map.getZoomScale(to, this.laidAt));
    }
  }
}
