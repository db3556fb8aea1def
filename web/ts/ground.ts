// What lies under the marks: the picture that the page came with, or one that fits the view better;
// tiles once the reader has moved the map beyond it.
import type { ZoomAnimEvent } from 'leaflet';

import { LatLng, TileLayer, pointAfterZoom, setTransform, type LeafletMap } from './leaflet.js';

const TILE_PX = 512;
const SIDE_MAX = 1600; // px of a picture (src/face/map/map_int.h)
const STRETCH = 1; // zooms that a picture is stretched; once the reader moves the map, half a zoom
const AROUND = 1.25; // a picture asked for is so much larger than the view
const AHEAD_PX = 64; // while the map is dragged, ground is asked for so long before it is needed
const FAR = 3; // zooms away from its own a picture shows nothing

interface Picture {
  image: HTMLImageElement;
  at: LatLng;
  zoom: number;
  width: number;
  height: number;
}

/** The address of a drawn window says what it shows: "at=lat,lon&z=5&w=738&h=910". */
function readPicture(image: HTMLImageElement | null): Picture[] {
  const asked = image ? new URL(image.src).searchParams : null;
  const [lat, lon] = (asked?.get('at') ?? '').split(',').map(Number);
  const [zoom, width, height] = ['z', 'w', 'h'].map((key) => Number(asked?.get(key)));
  return image && lat !== undefined && lon !== undefined && zoom && width && height
    ? [{ image, at: new LatLng(lat, lon), zoom, width, height }]
    : [];
}

export class Ground {
  private pictures: Picture[]; // the newest last; older ones stay until it has come
  private laidAt = 0; // the zoom at which they have their size
  private tiles: TileLayer;
  private hasTiles = false;

  constructor(
    private map: LeafletMap,
    drawn: HTMLImageElement | null,
    template: string,
    private zooms: { min: number; max: number },
  ) {
    this.pictures = readPicture(drawn);
    this.pictures.forEach(({ image }) => this.show(image));
    this.tiles = new TileLayer(template, {
      tileSize: TILE_PX,
      zoomOffset: -1,
      maxZoom: zooms.max,
      keepBuffer: 1,
    });
    let failed = false;
    // A pixel larger than their place: no seams between tiles that are scaled.
    this.tiles.on('tileloadstart', ({ tile }) => {
      tile.style.width = tile.style.height = `${TILE_PX + 1}px`;
    });
    this.tiles.on('tileerror', () => (failed = true)); // pictures stay under what is missing
    this.tiles.on('load', () => failed || this.keepLast(0));
    map.on('drag', () => this.hasTiles || this.covers(STRETCH, AHEAD_PX) || this.addTiles());
    map.on('zoom', () => this.place());
    map.on('viewreset', () => this.lay());
    map.on('zoomanim', (event) => this.placeForZoom(event as ZoomAnimEvent));
  }

  /** The map stands still, moved by the reader or by the page: is there ground for all of it? */
  settle(byReader: boolean): void {
    if (!this.hasTiles && !this.covers(byReader ? STRETCH / 2 : STRETCH, 0)) {
      if (byReader || !this.ask()) {
        this.addTiles();
      }
    }
    this.lay();
  }

  private addTiles(): void {
    this.hasTiles = true;
    this.tiles.addTo(this.map);
  }

  private show(image: HTMLImageElement): void {
    image.className = 'leaflet-tile leaflet-tile-loaded leaflet-zoom-animated';
    image.loading = 'eager';
    image.alt = '';
    this.map.getPane('tilePane')?.append(image);
  }

  private keepLast(count: number): void {
    for (const { image } of this.pictures.splice(0, this.pictures.length - count)) {
      image.remove();
    }
  }

  /** One picture of the view; false when it is larger than pictures are. */
  private ask(): boolean {
    const now = this.map.getZoom();
    const size = this.map.getSize();
    let zoom = Math.min(this.zooms.max, Math.max(this.zooms.min, Math.round(now)));
    const side = (px: number) => Math.ceil(px * AROUND * this.map.getZoomScale(zoom, now));
    if (Math.max(side(size.x), side(size.y)) > SIDE_MAX) {
      zoom--;
    }
    const [width, height] = [side(size.x), side(size.y)];
    if (Math.max(width, height) > SIDE_MAX || zoom < this.zooms.min || now - zoom > STRETCH) {
      return false;
    }
    const at = this.map.getCenter();
    const place = `${at.lat.toFixed(5)},${at.lng.toFixed(5)}`;
    const image = new Image();
    const picture = { image, at, zoom, width, height };
    image.addEventListener('load', () => this.pictures.at(-1) === picture && this.keepLast(1));
    image.src = `/basemap/view.svg?at=${place}&z=${zoom}&w=${width}&h=${height}`;
    this.pictures.push(picture);
    this.show(image);
    return true;
  }

  private covers(stretch: number, around: number): boolean {
    const newest = this.pictures.at(-1);
    if (!newest) {
      return false;
    }
    const scale = this.map.getZoomScale(this.map.getZoom(), newest.zoom);
    const middle = this.map.latLngToContainerPoint(newest.at);
    const size = this.map.getSize();
    const reaches = (half: number, from: number, room: number) =>
      from - half * scale <= -around && from + half * scale >= room + around;
    return (
      Math.abs(this.map.getZoom() - newest.zoom) <= stretch &&
      reaches(newest.width / 2, middle.x, size.x) &&
      reaches(newest.height / 2, middle.y, size.y)
    );
  }

  /** Gives the pictures their size at this zoom: drawn anew, they are sharp. */
  private lay(): void {
    this.laidAt = this.map.getZoom();
    for (const { image, zoom, width, height } of this.pictures) {
      const scale = this.map.getZoomScale(this.laidAt, zoom);
      image.hidden = Math.abs(this.laidAt - zoom) > FAR;
      image.style.width = `${width * scale}px`;
      image.style.height = `${height * scale}px`;
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
    for (const { image, at, zoom, width, height } of this.pictures) {
      const half = this.map.getZoomScale(to, zoom) / 2;
      const corner = pointOf(at).subtract([width * half, height * half]);
      setTransform(image, corner, this.map.getZoomScale(to, this.laidAt));
    }
  }
}
