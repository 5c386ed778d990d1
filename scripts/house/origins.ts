import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from './sources.ts';

export type Kind = 'machinery' | 'product' | 'commands' | 'kernel' | 'composition';

interface Origin {
  path: string;
  kind: Kind;
  lineCount: number;
  /** Short hashes of the file's significant lines, separated by spaces. */
  lines: string;
}

export interface Classified {
  kind: Kind;
  /** The reason for the kind: the file has its baseline path, has a baseline file's lines, or is new. */
  by: 'path' | 'content' | 'folder';
  origin: string | undefined;
}

export const baselinePath = join(import.meta.dirname, 'origins.json');
const FOLDERS: Readonly<Record<string, Kind>> = {
  platform: 'machinery',
  clients: 'machinery',
  commands: 'commands',
  kernel: 'kernel',
  app: 'composition',
};
/** The share of significant lines from one baseline file at which a file counts as moved. */
const SAME_PART = 0.6;
/** The minimum length of a significant line. Shorter ones, such as closing brackets, occur in every file. */
const SHORTEST_LINE = 4;
/** The minimum of significant lines by which a file can be recognized. */
const FEWEST_LINES = 3;

function kindOfFolder(path: string): Kind {
  const [, folder = '', ...rest] = path.split('/');
  if (rest.length === 0) return 'composition';
  return FOLDERS[folder] ?? 'product';
}

/** Hashes the lines that a move does not change: without comments, imports and white space. */
function fingerprint(file: SourceFile): string[] {
  const imports = file.program.body.filter((node) => node.type === 'ImportDeclaration');
  const code = imports.reduce(
    (text, { start, end }) => text.slice(0, start) + ' '.repeat(end - start) + text.slice(end),
    file.code,
  );
  const lines = code.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  return lines.filter((line) => line.length >= SHORTEST_LINE).map(hashOf);
}

const hashOf = (line: string) => createHash('sha256').update(line).digest('hex').slice(0, 6);

/** Returns the content of origins.json for the given files. */
export function baselineOf(files: readonly SourceFile[]): string {
  const origins: Origin[] = files.map((file) => ({
    path: file.path,
    kind: kindOfFolder(file.path),
    lineCount: file.lines,
    lines: fingerprint(file).join(' '),
  }));
  return `${JSON.stringify(origins, null, 2)}\n`;
}

export function readBaseline(): Origin[] {
  return JSON.parse(readFileSync(baselinePath, 'utf8'));
}

/** Returns the kind of every file by its path. A moved file keeps its kind of the baseline. */
export function classify(files: readonly SourceFile[], origins: readonly Origin[]): Map<string, Classified> {
  const byPath = new Map(origins.map((origin) => [origin.path, origin]));
  const sets = origins.map((origin) => ({ origin, lines: new Set(origin.lines.split(' ')) }));
  return new Map(files.map((file) => [file.path, classifyOne(file)]));

  function classifyOne(file: SourceFile): Classified {
    const same = byPath.get(file.path);
    if (same !== undefined) return { kind: same.kind, by: 'path', origin: same.path };
    const own = fingerprint(file);
    const shares = sets.map(({ origin, lines }) => ({ origin, share: own.filter((hash) => lines.has(hash)).length }));
    const best = shares.toSorted((a, b) => b.share - a.share)[0];
    if (best === undefined || own.length < FEWEST_LINES || best.share / own.length < SAME_PART) {
      return { kind: kindOfFolder(file.path), by: 'folder', origin: undefined };
    }
    return { kind: best.origin.kind, by: 'content', origin: best.origin.path };
  }
}
