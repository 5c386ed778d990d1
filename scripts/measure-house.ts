/**
 * `node scripts/measure-house.ts [ROOT]` prints a Markdown report on how heavy the code of ROOT reads. The default is this
 * repository. With --json it prints the figures as JSON. With --baseline it writes scripts/house/origins.json, by which later
 * runs recognize moved files.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureDatabase } from './house/database.ts';
import { measureMemory } from './house/memory.ts';
import { createNames } from './house/names.ts';
import { baselineOf, baselinePath, classify, readBaseline } from './house/origins.ts';
import { type Measured, report } from './house/report.ts';
import { measureLong, measureSize } from './house/sizes.ts';
import { readSources } from './house/sources.ts';
import { measureUseCases } from './house/use-cases.ts';
import { measureVoice } from './house/voice.ts';

/** Returns the commit of the measured tree, and notes changes of its src. */
function commitOf(root: string): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--short', 'src') === '' ? '' : ', with changes');
  } catch {
    return 'unknown';
  }
}

function measure(root: string): Measured {
  const files = readSources(root);
  const classified = classify(files, readBaseline());
  const names = createNames(files);
  return {
    commit: commitOf(root),
    size: measureSize(files, classified),
    long: measureLong(files),
    useCases: measureUseCases(names, classified),
    memory: measureMemory(names),
    database: measureDatabase(root, files),
    voice: measureVoice(files),
  };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, baseline: { type: 'boolean' } },
});
const root = positionals[0] ?? join(import.meta.dirname, '..');

if (values.baseline) writeFileSync(baselinePath, baselineOf(readSources(root)));
else if (values.json) console.log(JSON.stringify(measure(root), null, 2));
else console.log(report(measure(root)));
