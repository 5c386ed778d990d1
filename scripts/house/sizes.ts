import { declaredName, isFunction, type Node, parentOf } from './ast.ts';
import { type Classified, type Kind, readBaseline } from './origins.ts';
import type { SourceFile } from './sources.ts';

const LONGEST_FUNCTION = 40;
const LONGEST_FILE = 120;
const KINDS: readonly Kind[] = ['machinery', 'product', 'commands', 'kernel', 'composition'];

/** Counts the lines of code, without blank lines and comments. */
const codeLines = ({ code }: SourceFile) => code.split('\n').filter((line) => line.trim() !== '').length;

function sum(name: string, files: readonly SourceFile[]) {
  const lines = files.reduce((total, file) => total + file.lines, 0);
  return { name, files: files.length, lines, code: files.reduce((total, file) => total + codeLines(file), 0) };
}

export function measureSize(files: readonly SourceFile[], classified: ReadonlyMap<string, Classified>) {
  const ofKind = (kind: Kind) => files.filter(({ path }) => classified.get(path)?.kind === kind);
  const entries = [...classified].map(([path, found]) => ({ path, ...found }));
  const origins = new Set(entries.map(({ origin }) => origin));
  return {
    parts: [sum('total', files), ...KINDS.map((kind) => sum(kind, ofKind(kind)))],
    moved: entries.filter(({ by }) => by === 'content'),
    added: entries.filter(({ by }) => by === 'folder'),
    gone: readBaseline()
      .filter(({ path }) => !origins.has(path))
      .map(({ path, kind, lineCount }) => ({ path, kind, lines: lineCount })),
  };
}

/** A method is a function expression below its own node. An arrow may be the value of a variable or a member. */
function functionName(node: Node): string {
  return declaredName(node) ?? declaredName(parentOf(node)) ?? '(anonymous)';
}

function longFunctions(file: SourceFile) {
  return file.nodes.filter(isFunction).flatMap((node) => {
    const line = file.lineAt(node.start);
    const lines = file.lineAt(node.end) - line + 1;
    return lines > LONGEST_FUNCTION ? [{ at: `${file.path}:${line}`, name: functionName(node), lines }] : [];
  });
}

export function measureLong(files: readonly SourceFile[]) {
  const long = files.filter(({ lines }) => lines > LONGEST_FILE).map(({ path, lines }) => ({ path, lines }));
  return {
    functions: files.flatMap(longFunctions).toSorted((a, b) => b.lines - a.lines),
    files: long.toSorted((a, b) => b.lines - a.lines),
  };
}
