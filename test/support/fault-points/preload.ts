/**
 * Loaded before the built server (`node --import`): replaces the comment of the armed fault point by the death of the
 * process. No other line changes, so line numbers stay the same. decisions/0026.
 */
import { registerHooks } from 'node:module';

const armed = process.env['FAULT_POINT'] ?? '';
const built = new URL('../../../dist/src/', import.meta.url).href;

/** Both calls are synchronous: the line is written, and nothing runs after the signal. */
const death =
  `;{ const { writeSync } = process.getBuiltinModule('node:fs');` +
  ` writeSync(2, ${JSON.stringify(`died at fault point: ${armed}\n`)}); process.kill(process.pid, 'SIGKILL'); }`;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.startsWith(built) || loaded.source == null) return loaded;
    const source = Buffer.from(loaded.source as string | Uint8Array).toString('utf8');
    const lines = source.split('\n').map((line) => (line.trim() === `// fault point: ${armed}` ? death : line));
    return { ...loaded, source: lines.join('\n') };
  },
});
