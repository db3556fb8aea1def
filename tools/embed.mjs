#!/usr/bin/env node
// Puts files into the program: an assembly file that includes their bytes, a C file and a header
// that name them.
//
//   embed.mjs OUT_DIR BASE NAME=PATH…
//
// writes OUT_DIR/BASE.S, BASE.c and BASE.h. Each NAME becomes `extern const slice PREFIX_NAME;`, where
// PREFIX is BASE without a final `_files` (embedded_files.h declares embedded_themes). One more zero
// byte follows each blob, outside its length. Blobs start on 64-byte boundaries, so that what was laid
// out for a processor's words or cache lines may be read in place.
import { realpathSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const GENERATED = 'Generated at build time; do not edit.';

// The assembly for `blobs` ({symbol, path}); the paths are made absolute: the assembler has its own
// working folder.
export function assembly(blobs) {
  const parts = [
    `/* ${GENERATED} */`,
    '#if defined(__CET__)',
    '#include <cet.h>', // keeps the program's control-flow protection whole
    '#endif',
    '    .section .rodata',
  ];
  for (const { symbol, path } of blobs) {
    const quoted = resolve(path).replace(/[\\"]/g, '\\$&');
    parts.push(
      '    .balign 64',
      `    .global ${symbol}`,
      `    .hidden ${symbol}`,
      `    .type ${symbol}, %object`,
      `${symbol}:`,
      `    .incbin "${quoted}"`,
      `    .size ${symbol}, . - ${symbol}`,
      '    .byte 0',
    );
  }
  parts.push('    .section .note.GNU-stack,"",%progbits', '');
  return parts.join('\n');
}

export const declaration = (symbol) =>
  `extern const char ${symbol}[] __attribute__((visibility("hidden")));`;

function main([outDir, base, ...pairs]) {
  if (!outDir || !/^[a-z][a-z0-9_]*$/.test(base ?? '') || pairs.length === 0) {
    throw new Error('usage: embed.mjs OUT_DIR BASE NAME=PATH…');
  }
  const prefix = base.replace(/_files$/, '');
  const blobs = pairs.map((pair) => {
    const cut = pair.indexOf('=');
    const name = pair.slice(0, cut);
    const path = pair.slice(cut + 1);
    if (cut < 1 || !/^[a-z][a-z0-9_]*$/.test(name)) {
      throw new Error(`${pair}: NAME=PATH is wanted, NAME of a-z, 0-9 and _`);
    }
    return { name, path, symbol: `${prefix}_${name}_bytes`, size: statSync(path).size };
  });
  const guard = `AGORA_${base.toUpperCase()}_H`;
  writeFileSync(join(outDir, `${base}.S`), assembly(blobs));
  writeFileSync(
    join(outDir, `${base}.h`),
    [
      `/* ${GENERATED} Files that the program carries with it. */`,
      `#ifndef ${guard}`,
      `#define ${guard}`,
      '',
      '#include "base/slice.h"',
      '',
      ...blobs.map((b) => `extern const slice ${prefix}_${b.name}; /* ${basename(b.path)} */`),
      '',
      '#endif',
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(outDir, `${base}.c`),
    [
      `/* ${GENERATED} */`,
      `#include "${base}.h"`,
      '',
      ...blobs.map((b) => declaration(b.symbol)),
      '',
      ...blobs.map((b) => `const slice ${prefix}_${b.name} = {.p = ${b.symbol}, .n = ${b.size}};`),
      '',
    ].join('\n'),
  );
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(`embed: ${error.message}`);
    process.exit(1);
  }
}
