// Leaflet's own source files (so that only what we use is bundled), typed by its published types.
declare module 'leaflet/src/map/Map.js' {
  export { Map } from 'leaflet';
}
declare module 'leaflet/src/map/handler/*' {
  const handler: unknown;
  export default handler;
}
declare module 'leaflet/src/dom/DomUtil.js' {
  import { DomUtil } from 'leaflet';
  export const setPosition: typeof DomUtil.setPosition;
  export const setTransform: typeof DomUtil.setTransform;
}
declare module 'leaflet/src/geo/LatLng.js' {
  export { LatLng } from 'leaflet';
}
declare module 'leaflet/src/geo/LatLngBounds.js' {
  export { LatLngBounds } from 'leaflet';
}
// Made by tools/build-web.mjs: mainland France and Corsica in Web Mercator units.
declare module 'agora:france' {
  export const world: number;
  export const outline: string;
  export const box: [number, number, number, number];
}
// Made by tools/build-web.mjs: the addresses of the files that kept pages ask for.
declare module 'agora:kept' {
  export const kept: string[];
}
