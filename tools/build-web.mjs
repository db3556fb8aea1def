#!/usr/bin/env node
// Builds what the browser gets, from web/ and a few npm packages:
//
//   build-web.mjs OUT_DIR [--depfile FILE]
//
// OUT_DIR/public/…        the files under the paths they are served at, .br and .gz beside them
// OUT_DIR/assets.S .c     the same files as a table for the program (shape: src/http/asset.h)
// OUT_DIR/assets_names.h  the hashed paths and the sprite as macros, for those who write pages
//
// The same input gives the same bytes. Names under /assets/ hold a hash of their content.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';
import { feature } from 'topojson-client';

import { assembly, declaration } from './embed.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WEB = join(ROOT, 'web');
const FONTS = join(ROOT, 'node_modules/@fontsource-variable');
const require = createRequire(import.meta.url);

const MEDIA_TYPES = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  ttf: 'font/ttf',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};
const STATIC = ['favicon.svg'];
const FONT_CUTS = [
  {
    name: 'text',
    source: 'source-sans-3/files/source-sans-3-latin-wght-normal.woff2',
    axes: ['wght=400:700'],
    pen: ['wght=400'], // for pictures: cairo 1.16 leaks a little for each variable face
  },
  {
    name: 'title',
    source: 'bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2',
    axes: ['wght=650'],
  },
];

const inputs = new Set([fileURLToPath(import.meta.url), join(ROOT, 'package-lock.json')]);
const read = (path, encoding) => {
  inputs.add(path);
  return readFileSync(path, encoding);
};
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 10);

// --- fonts ---------------------------------------------------------------------------------------

// A Python that has fontTools: Debian's own before another one that may stand in front of it.
function fontPython() {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      execFileSync(python, ['-c', 'import fontTools, brotli'], { stdio: 'ignore' });
      return python;
    } catch {
      continue;
    }
  }
  throw new Error('Python with fontTools is missing: install python3-fonttools and python3-brotli');
}

// Cutting takes a second or two a font: the result is kept under a hash of what it was made from.
function cutFonts(outDir) {
  const script = join(WEB, 'fonts/cut.py');
  const cache = join(outDir, 'font-cache');
  mkdirSync(cache, { recursive: true });
  return FONT_CUTS.map(({ name, source, axes, pen = axes }) => {
    const path = join(FONTS, source);
    const recipe = Buffer.concat([read(script), read(path), Buffer.from([...axes, ...pen].join(' '))]);
    const [bytes, plain] = ['woff2', 'ttf'].map((form) => {
      const cut = join(cache, `${name}-${hash(recipe)}.${form}`);
      if (!existsSync(cut)) {
        execFileSync(fontPython(), [script, path, cut, ...(form === 'ttf' ? pen : axes)], { stdio: 'inherit' });
      }
      return readFileSync(cut);
    });
    return { name, path: `/assets/${name}-${hash(bytes)}.woff2`, bytes, plain };
  });
}

// --- pictograms ----------------------------------------------------------------------------------

const squeeze = (svg) =>
  svg
    .replace(/<!--.*?-->/gs, '')
    .replace(/\s+/g, ' ')
    .replace(/> </g, '><')
    .replace(/ ?\/>/g, '/>')
    .trim();

// What a page inside another site's page, a poster or a printed list needs of the sprite.
const SMALL_SPRITE = [
  'initiative', 'idea', 'tool', 'place', 'event', 'actor', 'story', 'need', 'offer',
  'search', 'close', 'plus', 'minus', 'pin', 'info', 'alert', 'group', 'arrow', 'clock', 'phone', 'mail', 'link',
];

function icon(name) {
  const lucide = JSON.parse(read(join(WEB, 'sprite/icons.json'), 'utf8'))[name];
  const svg = read(require.resolve(`lucide-static/icons/${lucide}.svg`), 'utf8');
  const inner = /<svg[^>]*>(.*)<\/svg>/s.exec(svg);
  if (!inner) {
    throw new Error(`lucide-static/icons/${lucide}.svg: no <svg> in it`);
  }
  return squeeze(inner[1]);
}

// The same drawings for the pen of pictures (face/map), in the order of the kinds, the logo last.
const KINDS = ['initiative', 'idea', 'tool', 'place', 'event', 'actor', 'story', 'need', 'offer'];
function flatDrawings() {
  const script = join(WEB, 'sprite/flatten.py');
  const names = JSON.parse(read(join(WEB, 'sprite/icons.json'), 'utf8'));
  const paths = KINDS.map((kind) => require.resolve(`lucide-static/icons/${names[kind]}.svg`));
  paths.push(join(WEB, 'sprite/logo.svg'));
  [script, ...paths].forEach((path) => read(path));
  return execFileSync(fontPython(), [script, ...paths], { encoding: 'utf8' }).trim().split('\n');
}

const drawing = (name) => squeeze(read(join(WEB, `sprite/${name}.svg`), 'utf8'));

// An inline sprite: lucide icons by the names of web/sprite/icons.json, and drawings of our own.
function makeSprite(icons, drawings) {
  return (
    '<svg class="sprite" width="0" height="0" aria-hidden="true">' +
    [
      ...icons.map((name) => `<symbol id="i-${name}" viewBox="0 0 24 24">${icon(name)}</symbol>`),
      ...drawings.map(drawing),
    ].join('') +
    '</svg>'
  );
}

// --- the locator's outline -----------------------------------------------------------------------

const LOCATOR_WORLD = 8192; // Web Mercator units around the equator

function mercator([lon, lat]) {
  const y = Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
  return [Math.round((lon / 360 + 0.5) * LOCATOR_WORLD), Math.round((0.5 - y) * LOCATOR_WORLD)];
}

// Ramer-Douglas-Peucker.
function simplify(points, tolerance) {
  const [a, b] = [points[0], points[points.length - 1]];
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  let far = 0;
  let index = 0;
  points.forEach(([x, y], i) => {
    const distance =
      length === 0
        ? Math.hypot(x - a[0], y - a[1])
        : Math.abs(dy * (x - a[0]) - dx * (y - a[1])) / length;
    if (distance > far) {
      [far, index] = [distance, i];
    }
  });
  if (far <= tolerance) {
    return [a, b];
  }
  return [
    ...simplify(points.slice(0, index + 1), tolerance).slice(0, -1),
    ...simplify(points.slice(index), tolerance),
  ];
}

// Mainland France and Corsica as one small path.
function franceModule() {
  const atlas = JSON.parse(read(require.resolve('world-atlas/countries-50m.json'), 'utf8'));
  const france = feature(atlas, atlas.objects.countries).features.find((f) => f.id === '250');
  const rings = france.geometry.coordinates
    .map(([outer]) => outer)
    .filter((ring) => ring.every(([lon, lat]) => lon > -6 && lon < 10 && lat > 41 && lat < 52))
    .map((ring) => {
      const half = ring.length >> 1; // a closed ring has no chord: simplify its two halves
      const points = ring.map(mercator);
      return [
        ...simplify(points.slice(0, half + 1), 2).slice(0, -1),
        ...simplify(points.slice(half), 2).slice(0, -1),
      ];
    })
    .filter((ring) => ring.length > 4);
  const path = rings.map((ring) => `M${ring.map((p) => p.join(' ')).join('L')}Z`).join('');
  const xs = rings.flat().map((p) => p[0]);
  const ys = rings.flat().map((p) => p[1]);
  const pad = 12;
  const box = [Math.min(...xs) - pad, Math.min(...ys) - pad];
  box.push(Math.max(...xs) + pad - box[0], Math.max(...ys) + pad - box[1]);
  return `export const world = ${LOCATOR_WORLD};
export const outline = ${JSON.stringify(path)};
export const box = ${JSON.stringify(box)};`;
}

// --- style and script ----------------------------------------------------------------------------

// The tokens for a page whose reader's choice of light or dark another site may overrule:
// <html data-look="light"> or "dark". The dark ones stand in tokens.css once, here twice.
function tokensByLook() {
  const text = read(join(WEB, 'css/tokens.css'), 'utf8');
  const dark = /@media \(prefers-color-scheme: dark\) \{\s*:root \{([^}]*)\}\s*\}/.exec(text);
  if (!dark) {
    throw new Error('web/css/tokens.css: no dark tokens in the form that is looked for');
  }
  return (
    text.replace(dark[0], dark[0].replace(':root {', ':root:not([data-look=light]) {')) +
    `:root[data-look=light] { color-scheme: light; }
:root[data-look=dark] { color-scheme: dark; ${dark[1]} }`
  );
}

// Names that only the build knows: font:NAME and agora:tokens in the style sheets, agora:france in
// the map, agora:kept in the worker, and the map itself in the scripts of pages: a file of its own
// that is imported when it is needed.
const generated = (fonts, mapPath, kept) => ({
  name: 'generated',
  setup(build) {
    build.onResolve({ filter: /^font:/ }, ({ path }) => {
      const font = fonts.find((f) => `font:${f.name}` === path);
      return font ? { path: font.path, external: true } : { errors: [{ text: `no ${path}` }] };
    });
    build.onResolve({ filter: /^\.\/map\.js$/ }, () => ({ path: mapPath, external: true }));
    build.onResolve({ filter: /^agora:/ }, ({ path }) => ({ path, namespace: 'agora' }));
    build.onLoad({ filter: /^agora:france$/, namespace: 'agora' }, () => ({
      contents: franceModule(),
    }));
    build.onLoad({ filter: /^agora:kept$/, namespace: 'agora' }, () => ({
      contents: `export const kept = ${JSON.stringify(kept)};`,
    }));
    build.onLoad({ filter: /^agora:tokens$/, namespace: 'agora' }, () => ({
      contents: tokensByLook(),
      loader: 'css',
      resolveDir: join(WEB, 'css'),
    }));
  },
});

async function bundle(entries, fonts, mapPath, kept) {
  const result = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: entries.map((entry) => join(WEB, entry)),
    outdir: '/assets',
    entryNames: '[name]-[hash]',
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'es2020',
    legalComments: 'inline',
    metafile: true,
    write: false,
    logLevel: 'warning',
    plugins: [generated(fonts, mapPath, kept)],
  });
  for (const path of Object.keys(result.metafile.inputs)) {
    if (!path.startsWith('agora:')) {
      inputs.add(resolve(ROOT, path));
    }
  }
  return result.outputFiles.map(({ path, contents }) => ({ path, bytes: Buffer.from(contents) }));
}

// What no kept page asks for: the live map gives way to the drawn one.
const NOT_KEPT = /\/(admin|embed|form|hand|map|photo|pin|poster|print|share)-/;

// The map carries its own copy of the few helpers it shares with the base script: two files asked
// for one after the other would cost more than those bytes. The worker comes last: it knows the
// names of all the others, and keeps one address for ever.
async function bundleAll(fonts) {
  const [map] = await bundle(['ts/map.ts'], fonts, null);
  const mapPath = `./${map.path.split('/').pop()}`;
  const sheets = ['app', 'site', 'embed', 'poster', 'print', 'share', 'form', 'admin', 'photo', 'pin', 'hand'].map(
    (name) => `css/${name}.css`,
  );
  const rest = await bundle(['ts/app.ts', 'ts/embed.ts', ...sheets], fonts, mapPath);
  const files = [map, ...rest];
  const kept = [...files, ...fonts].map(({ path }) => path).filter((path) => !NOT_KEPT.test(path));
  const [worker] = await bundle(['ts/offline.ts'], fonts, null, kept);
  return [...files, { path: '/sw.js', bytes: worker.bytes }];
}

// --- output --------------------------------------------------------------------------------------

function compress(bytes) {
  const br = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  const gz = gzipSync(bytes, { level: 9 });
  gz[9] = 255; // the operating system's byte: unknown, the same everywhere
  return { br: br.length < bytes.length ? br : null, gz: gz.length < bytes.length ? gz : null };
}

const cString = (text) => JSON.stringify(text).replace(/\?\?/g, '?\\?');

function writeTable(outDir, files) {
  const blobs = [];
  const blob = (index, form, path) => {
    const symbol = `assets_${index}_${form}`;
    blobs.push({ symbol, path });
    return symbol;
  };
  const built = (path) => join(outDir, 'public', path);
  const rows = files.map((file, index) => {
    const slice = (form, bytes, suffix) =>
      bytes
        ? `{.p = ${blob(index, form, built(file.path + suffix))}, .n = ${bytes.length}}`
        : '{.p = "", .n = 0}';
    const type = MEDIA_TYPES[file.path.split('.').pop()];
    const text = (value) => `{.p = ${cString(value)}, .n = ${Buffer.byteLength(value)}}`;
    return [
      `    {.path = ${text(file.path)},`,
      `     .media_type = ${text(type)},`,
      `     .etag = ${text(`"${hash(file.bytes)}"`)},`,
      `     .identity = ${slice('identity', file.bytes, '')},`,
      `     .br = ${slice('br', file.br, '.br')},`,
      `     .gz = ${slice('gz', file.gz, '.gz')},`,
      `     .immutable = ${file.path.startsWith('/assets/')}},`,
    ].join('\n');
  });
  writeFileSync(join(outDir, 'assets.S'), assembly(blobs));
  writeFileSync(
    join(outDir, 'assets.c'),
    [
      '/* Generated by tools/build-web.mjs; do not edit. */',
      '#include "http/asset.h"',
      '',
      ...blobs.map(({ symbol }) => declaration(symbol)),
      '',
      'const struct asset assets_table[] = {',
      ...rows,
      '};',
      `const size_t assets_count = ${files.length};`,
      '',
    ].join('\n'),
  );
}

const macro = (text) =>
  text
    .split(/(?=<symbol)/)
    .map((part) => `    ${cString(part)}`)
    .join(' \\\n');

function writeNames(outDir, files, sprite, smallSprite, flat) {
  const find = (pattern) => {
    const found = files.filter((f) => pattern.test(f.path));
    if (found.length !== 1) {
      throw new Error(`${found.length} files match ${pattern}, one is wanted`);
    }
    return found[0].path;
  };
  const names = {
    ASSET_APP_CSS: /^\/assets\/app-\w+\.css$/,
    ASSET_SITE_CSS: /^\/assets\/site-\w+\.css$/,
    ASSET_APP_JS: /^\/assets\/app-\w+\.js$/,
    ASSET_EMBED_CSS: /^\/assets\/embed-\w+\.css$/,
    ASSET_EMBED_JS: /^\/assets\/embed-\w+\.js$/,
    ASSET_MAP_JS: /^\/assets\/map-\w+\.js$/,
    ASSET_PHOTO_CSS: /^\/assets\/photo-\w+\.css$/,
    ASSET_PIN_CSS: /^\/assets\/pin-\w+\.css$/,
    ASSET_POSTER_CSS: /^\/assets\/poster-\w+\.css$/,
    ASSET_PRINT_CSS: /^\/assets\/print-\w+\.css$/,
    ASSET_FONT_TEXT: /^\/assets\/text-\w+\.woff2$/,
    ASSET_FONT_TITLE: /^\/assets\/title-\w+\.woff2$/,
    ASSET_ICON_SVG: /^\/favicon\.svg$/,
    ASSET_FORM_CSS: /^\/assets\/form-\w+\.css$/,
    ASSET_HAND_CSS: /^\/assets\/hand-\w+\.css$/,
    ASSET_ADMIN_CSS: /^\/assets\/admin-\w+\.css$/,
    ASSET_SHARE_CSS: /^\/assets\/share-\w+\.css$/,
    ASSET_WORKER: /^\/sw\.js$/,
  };
  writeFileSync(
    join(outDir, 'assets_names.h'),
    [
      '/* Generated by tools/build-web.mjs: paths of the assets, the inline sprite. */',
      '#ifndef AGORA_ASSETS_NAMES_H',
      '#define AGORA_ASSETS_NAMES_H',
      '',
      ...Object.entries(names).map(
        ([name, pattern]) => `#define ${name} ${cString(find(pattern))}`,
      ),
      '',
      '/* Stands first in <body>; <use href="#i-NAME"/> draws from it. */',
      '#define ASSETS_SPRITE \\',
      macro(sprite),
      '',
      '/* Kinds and the few others of pages in a dress of their own. */',
      '#define ASSETS_SPRITE_SMALL \\',
      macro(smallSprite),
      '',
      '/* The pictograms of the kinds and the logo as paths (web/sprite/flatten.py). */',
      '#define ASSETS_KIND_PATHS \\',
      flat
        .slice(0, -1)
        .map((path) => `    ${cString(path)},`)
        .join(' \\\n'),
      `#define ASSETS_LOGO_PATH ${cString(flat.at(-1))}`,
      '',
      '#endif',
      '',
    ].join('\n'),
  );
}

function writeDepfile(path, outDir) {
  const quote = (name) => name.replace(/ /g, '\\ ');
  const target = quote(join(outDir, 'assets.S'));
  writeFileSync(path, `${target}: ${[...inputs].sort().map(quote).join(' ')}\n`);
}

async function main(args) {
  const flag = args.indexOf('--depfile');
  const depfile = flag >= 0 ? args.splice(flag, 2)[1] : null;
  if (args.length !== 1) {
    throw new Error('usage: build-web.mjs OUT_DIR [--depfile FILE]');
  }
  const outDir = args[0];
  mkdirSync(outDir, { recursive: true });
  const fonts = cutFonts(outDir);
  const icons = Object.keys(JSON.parse(read(join(WEB, 'sprite/icons.json'), 'utf8')));
  const sprite = makeSprite(icons, ['logo', 'arcs', 'scenes']);
  const smallSprite = makeSprite(SMALL_SPRITE, ['logo']);
  const files = [
    ...(await bundleAll(fonts)),
    ...fonts,
    // For the pen of pictures (face/map), never served: no route has these paths.
    ...fonts.map(({ name, plain }) => ({ path: `/faces/${name}.ttf`, bytes: plain })),
    ...STATIC.map((name) => ({ path: `/${name}`, bytes: read(join(WEB, 'static', name)) })),
  ]
    .map((file) => ({ ...file, ...compress(file.bytes) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

  rmSync(join(outDir, 'public'), { recursive: true, force: true });
  for (const { path, bytes, br, gz } of files) {
    const target = join(outDir, 'public', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
    if (br) writeFileSync(`${target}.br`, br);
    if (gz) writeFileSync(`${target}.gz`, gz);
  }
  writeTable(outDir, files);
  writeNames(outDir, files, sprite, smallSprite, flatDrawings());
  if (depfile) {
    writeDepfile(depfile, relative(process.cwd(), outDir));
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`build-web: ${error.message}`);
  process.exit(1);
});
