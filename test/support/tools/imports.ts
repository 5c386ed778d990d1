import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Import {
  /** The importing file, from the project's root: "src/orders/rules/quote.ts". */
  from: string;
  /** A file of ours in the same form, or the name of a package. */
  to: string;
  /** `import type`, or only types between the braces: erased at run time. */
  typeOnly: boolean;
  /** The imported names, as written between "import" and "from". */
  names: string;
}

export interface SourceFile {
  path: string;
  /** The source without comments. */
  code: string;
  imports: Import[];
}

const STATEMENT = /^\s*(?:import|export)\s+(type\s+)?([\w*${}\s,]*?)\s*from\s+['"]([^'"]+)['"]/gm;
const BARE = /^\s*import\s+['"]([^'"]+)['"]/gm;
const DYNAMIC = /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;

/** Removes comments; a "//" within an address ("https://") stays. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}

/** The imports of one file: static ones, re-exports, bare ones and dynamic ones. */
export function parseImports(path: string, source: string): SourceFile {
  const code = withoutComments(source);
  const target = (specifier: string) =>
    specifier.startsWith('.')
      ? relative(ROOT, resolve(ROOT, path, '..', specifier))
          .split(sep)
          .join('/')
      : specifier;
  const imports: Import[] = [...code.matchAll(STATEMENT)].map(([, type, names = '', specifier = '']) => {
    const inBraces = /^\{([^}]*)\}$/.exec(names.trim())?.[1];
    const members = inBraces?.split(',').flatMap((member) => member.trim() || []) ?? [];
    const allTypes = members.length > 0 && members.every((member) => member.startsWith('type '));
    return { from: path, to: target(specifier), typeOnly: type !== undefined || allTypes, names };
  });
  for (const [, specifier = ''] of [...code.matchAll(BARE), ...code.matchAll(DYNAMIC)]) {
    imports.push({ from: path, to: target(specifier), typeOnly: false, names: '' });
  }
  return { path, code, imports };
}

/** Every TypeScript file under a folder of the project, with its imports. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name.split(sep).join('/')}`)
    .toSorted()
    .map((path) => parseImports(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** The cycles among files, each once, as "a → b → a". `counts` selects the imports that make an edge. */
export function findCycles(files: readonly SourceFile[], counts: (edge: Import) => boolean = () => true): string[] {
  const edges = new Map(files.map(({ path, imports }) => [path, imports.filter(counts).map(({ to }) => to)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}
