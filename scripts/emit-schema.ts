/**
 * Emits the graph to schema/ (schema-files.ts) and packages/client/ (client-files.ts), and the tables of docs/composition.md, for
 * which every composer composes our subgraph beside every neighbour. With --check it writes nothing, and fails if the committed
 * files differ. Either way it fails if a composer refuses a neighbour or gives a hint that scripts/composition/hints.ts does not
 * explain.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientFiles } from './client-files.ts';
import { COMPOSERS } from './composition/composers.ts';
import { isGrafbaseInstalled } from './composition/grafbase.ts';
import { fillPage } from './composition/page.ts';
import { composition } from './composition/report.ts';
import { schemaFiles, topupSource } from './schema-files.ts';

const PAGE = 'docs/composition.md';
const inRoot = (file: string) => join(process.cwd(), file);
const read = (file: string) => readFileSync(inRoot(file), 'utf8');

const { unexplained, refused, ...tables } = composition(topupSource(), COMPOSERS);
const schemas = Object.entries(schemaFiles()).map(([file, text]) => [`schema/${file}`, text]);
const files: Record<string, string> = { ...Object.fromEntries(schemas), ...clientFiles() };
// Where Grafbase's program cannot run, its column is unknown.
if (isGrafbaseInstalled) files[PAGE] = fillPage(read(PAGE), tables);

const faults = [
  ...refused.map((error) => `A composer refuses a neighbour: ${error}`),
  ...unexplained.map((hint) => `scripts/composition/hints.ts does not explain this hint: ${hint}`),
];
for (const [file, content] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(inRoot(file), content);
  else if (read(file) !== content) faults.push(`${file} has drifted. Run \`npm run schema\` and commit.`);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
