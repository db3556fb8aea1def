// A map that is not ours draws our vector tiles: MapLibre GL, in the real browser, with WebGL by software.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';

import { start } from '../http/harness.mjs';

const DIST = join(dirname(createRequire(import.meta.url).resolve('maplibre-gl/package.json')), 'dist');
const PAGE = `<!DOCTYPE html><meta charset="utf-8"><link rel="stylesheet" href="/maplibre-gl.css">
<div id="map" style="width:600px;height:500px"></div>
<script type="module">window.maplibregl = await import('/maplibre-gl.mjs');</script>`;

describe('MapLibre', () => {
  let server;
  let site;
  let browser;
  before(async () => {
    server = await start({ demo: true });
    // A page of another origin, as anyone's would be.
    site = createServer((request, response) => {
      const name = new URL(request.url, 'http://localhost').pathname.slice(1);
      const known = /^maplibre-gl[a-z-]*\.(mjs|css)$/.test(name);
      response.setHeader('Content-Type', name.endsWith('.mjs') ? 'text/javascript' : name.endsWith('.css') ? 'text/css' : 'text/html');
      response.end(known ? readFileSync(join(DIST, name)) : PAGE);
    });
    await new Promise((done) => site.listen(0, '127.0.0.1', done));
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-quic', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
        '--ignore-gpu-blocklist', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
    });
  });
  after(async () => {
    await browser?.close();
    site?.closeAllConnections();
    site?.close();
    await server.stop();
  });

  test('shows what a query finds, from the TileJSON alone', async () => {
    const page = await browser.newPage();
    const said = [];
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    await page.waitForFunction(() => window.maplibregl?.Map);
    for (const query of ['', 'kind=actor']) {
      const { total, unplaced } = await (await fetch(`${server.url}/api/v1/entries?${query}&limit=1`)).json();
      const drawn = await page.evaluate(async (tiles) => {
        const { bounds } = await (await fetch(tiles)).json();
        const map = new window.maplibregl.Map({
          container: 'map',
          fadeDuration: 0,
          bounds,
          fitBoundsOptions: { padding: 40, maxZoom: 5 },
          attributionControl: { compact: false },
          style: {
            version: 8,
            sources: { agora: { type: 'vector', url: tiles } },
            layers: [{ id: 'entries', type: 'circle', source: 'agora', 'source-layer': 'entries',
              paint: { 'circle-radius': ['case', ['>', ['get', 'count'], 1], 14, 6], 'circle-color': '#b3261e' } }],
          },
        });
        await new Promise((done) => map.once('idle', done));
        const features = map.queryRenderedFeatures({ layers: ['entries'] });
        const cells = new Map(features.map((one) => [one.geometry.coordinates.map((x) => x.toFixed(3)).join(), one.properties]));
        const counts = [...cells.values()].map(({ count }) => count);
        const single = features.find(({ properties }) => properties.count === 1);
        const attribution = document.querySelector('.maplibregl-ctrl-attrib')?.textContent ?? '';
        map.remove();
        return { cells: cells.size, sum: counts.reduce((a, b) => a + b, 0), kind: single?.properties.kind, title: single?.properties.title, attribution };
      }, `${server.url}/tiles.json?${query}`);
      assert.ok(drawn.cells > 3, `${query}: ${JSON.stringify(drawn)}`);
      assert.equal(drawn.sum, total - unplaced, `${query}: ${JSON.stringify(drawn)}`);
      assert.ok(drawn.kind && drawn.title);
      assert.match(drawn.attribution, /Agora/);
    }
    assert.deepEqual(said, []);
  });
});
