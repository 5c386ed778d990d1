import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../processes/built.ts';

/** A named step of the product at which a process can be killed. decisions/0026. */
export interface FaultPoint {
  /** "settle, event entered" */
  name: string;
  /** "settle" */
  flow: string;
  file: string;
}

/** The points of the sources, or of the compiled files, by file and from top to bottom. */
export function faultPointsIn(directory: 'src' | 'dist/src'): FaultPoint[] {
  const files = globSync('**/*.{ts,js}', { cwd: join(root, directory) }).toSorted();
  return files.flatMap((file) =>
    linesWithComment(join(root, directory, file)).flatMap((line) => {
      const [, name, flow] = /^\/\/ fault point: (([^,]+), .+)$/.exec(line) ?? [];
      return name === undefined || flow === undefined ? [] : [{ name, flow, file: file.replace(/\.\w+$/, '') }];
    }),
  );
}

/** Comments that miss the form of a fault point: a crash test would never stop there. */
export function misspeltFaultPoints(): string[] {
  const known = new Set(faultPointsIn('src').map(({ name }) => `// fault point: ${name}`));
  return globSync('src/**/*.ts', { cwd: root }).flatMap((file) =>
    linesWithComment(join(root, file)).filter((line) => !known.has(line)),
  );
}

function linesWithComment(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => /fault.?point/i.test(line));
}

/** The environment that kills a process at a point; its preload runs before dist/ is loaded. */
export function armedWith(name: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${new URL('./preload.ts', import.meta.url).href}`, FAULT_POINT: name };
}

/** The one line that the process writes to its standard error. */
export const lastWords = (name: string) => `died at fault point: ${name}\n`;
