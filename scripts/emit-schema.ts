/**
 * Emits the graph to schema/: the published subgraph, the supergraph with a stub of the organizations subgraph, and the API
 * that clients see. With --check it writes nothing, and fails if the committed files differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { schemaFile, schemaFiles } from './schema-files.ts';

const drifted: string[] = [];
for (const [file, content] of Object.entries(schemaFiles())) {
  if (!process.argv.includes('--check')) writeFileSync(schemaFile(file), content);
  else if (readFileSync(schemaFile(file), 'utf8') !== content) drifted.push(file);
}
if (drifted.length > 0) {
  process.stderr.write(`schema/ has drifted: ${drifted.join(', ')}. Run \`npm run schema\` and commit.\n`);
  process.exitCode = 1;
}
