// Embeds migrations/ENGINE/NNNN-name.sql as a C table.
// node tools/embed-migrations.mjs FOLDER OUT.c OUT.d
// A file whose first line is "-- destructive" takes data away and is applied only when allowed.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, out, depfile] = process.argv.slice(2);
const files = readdirSync(folder).filter((name) => name.endsWith(".sql")).sort();

const fail = (why) => {
  process.stderr.write(`embed-migrations: ${why}\n`);
  process.exit(1);
};
const cString = (text) =>
  text.split(/(?<=\n)/)
    .map((line) => '        "' + line.replace(/\\/g, "\\\\").replace(/"/g, '\\"')
      .replace(/\n/g, "\\n").replace(/\?\?/g, "?\\?") + '"')
    .join("\n");

const rows = files.map((file, index) => {
  const match = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file);
  if (!match) fail(`${file}: a migration is named NNNN-name.sql`);
  if (Number(match[1]) !== index + 1) fail(`${file}: number ${index + 1} is missing or taken twice`);
  const sql = readFileSync(join(folder, file), "utf8");
  if (/[\x00-\x09\x0b-\x1f\x7f]/.test(sql)) fail(`${file}: no tabs, no carriage returns`);
  if (sql === "") fail(`${file}: empty`);
  const destructive = sql.startsWith("-- destructive\n");
  return `    {.number = ${index + 1}, .name = "${match[2]}", .destructive = ${destructive},\n` +
    `     .sql = {.n = ${Buffer.byteLength(sql)}, .p =\n${cString(sql)}}},\n`;
});
if (rows.length === 0) fail(`${folder}: no migration`);

writeFileSync(out, "/* Made by tools/embed-migrations.mjs. */\n" +
  '#include "db/migrations.h"\n\n' +
  `const struct db_migration store_migrations[] = {\n${rows.join("")}};\n` +
  `const size_t store_migration_count = ${rows.length};\n`);
writeFileSync(depfile, `${out}: ${[folder, ...files.map((file) => join(folder, file))].join(" ")}\n`);
