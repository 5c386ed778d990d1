import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ESTree, parseSync } from 'rolldown/utils';
import { flatten, type Node } from './ast.ts';

export interface Comment {
  start: number;
  end: number;
  text: string;
  isLine: boolean;
}

export interface SourceFile {
  /** Relative to the measured root, with forward slashes. */
  path: string;
  text: string;
  /** The text with every comment replaced by blanks, to preserve offsets. */
  code: string;
  lines: number;
  program: ESTree.Program;
  nodes: Node[];
  comments: Comment[];
  lineAt(offset: number): number;
}

/** Reads all TypeScript files of `src` below the root, sorted by path. */
export function readSources(root: string): SourceFile[] {
  const paths = globSync('src/**/*.{ts,tsx}', { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return paths.toSorted().map((path) => readSource(root, path));
}

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const plainComments = comments.map(({ start, end, value, type }) => ({
    start,
    end,
    text: value,
    isLine: type === 'Line',
  }));
  return {
    path,
    text,
    code: plainComments.reduce(withoutComment, text),
    lines: countLines(text),
    program,
    nodes: flatten(program),
    comments: plainComments,
    lineAt: (offset) => text.slice(0, offset).split('\n').length,
  };
}

function withoutComment(text: string, { start, end }: Comment): string {
  const blank = text.slice(start, end).replace(/[^\n]/g, ' ');
  return text.slice(0, start) + blank + text.slice(end);
}
