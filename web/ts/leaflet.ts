// The parts of Leaflet that the map stands on. No layers, controls, popups, vectors or plugins.
/*! Leaflet 1.9.4, © Volodymyr Agafonkin and contributors, BSD-2-Clause, https://leafletjs.com */
import { Map } from 'leaflet/src/map/Map.js';
import 'leaflet/src/map/handler/Map.DoubleClickZoom.js';
import 'leaflet/src/map/handler/Map.Drag.js';
import 'leaflet/src/map/handler/Map.Keyboard.js';
import 'leaflet/src/map/handler/Map.ScrollWheelZoom.js';
import 'leaflet/src/map/handler/Map.TouchZoom.js';

export { Map as LeafletMap };
Map.include({ _addLayers: () => undefined }); // a map adds its layers when it is made: ours has none
export { LatLng } from 'leaflet/src/geo/LatLng.js';
export { LatLngBounds } from 'leaflet/src/geo/LatLngBounds.js';
export { setPosition, setTransform } from 'leaflet/src/dom/DomUtil.js';

import type { LatLng as LatLngType, Point } from 'leaflet';

/** The one private function we need: where a place will be once a zoom has ended. */
export const pointAfterZoom = (map: Map, at: LatLngType, zoom: number, centre: LatLngType): Point =>
  (
    map as unknown as {
      _latLngToNewLayerPoint(at: LatLngType, zoom: number, centre: LatLngType): Point;
    }
  )._latLngToNewLayerPoint(at, zoom, centre);
