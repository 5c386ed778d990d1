import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, nameOf } from './ast.ts';
import { MAY_NAME_ALL, TABLE_OWNERS, WAYS, type Way } from './database-patterns.ts';
import type { SourceFile } from './sources.ts';

interface Site {
  way: string;
  at: string;
  file: SourceFile;
  /** The first argument if it is a name, as in `getRepository(TopupOrder)`. */
  subject: string | undefined;
}

/** True if the file imports or exports the function. A local helper of the same name is another function. */
function isShared(file: SourceFile, name: string): boolean {
  return file.program.body.some((node) => {
    if (node.type === 'ImportDeclaration') return node.specifiers.some(({ local }) => local.name === name);
    const given = node.type === 'ExportNamedDeclaration' ? node.declaration : null;
    return given?.type === 'FunctionDeclaration' && given.id?.name === name;
  });
}

function wayOf(file: SourceFile, node: Node): Way | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const { callee } = node;
  const name = callee.type === 'MemberExpression' ? nameOf(callee.property) : nameOf(callee);
  if (name === undefined) return undefined;
  if (callee.type !== 'MemberExpression') {
    return WAYS.find(({ called }) => called?.test(name) && isShared(file, name));
  }
  const object = file.code.slice(callee.object.start, callee.object.end).replace(/\s|this\.|[?!]/g, '');
  return WAYS.find(({ method, on }) => method?.test(name) && (on === undefined || on.test(object)));
}

function sitesIn(file: SourceFile): Site[] {
  return file.nodes.flatMap((node) => {
    const way = wayOf(file, node);
    if (way === undefined || node.type !== 'CallExpression') return [];
    const subject = nameOf(node.arguments[0]);
    return [{ way: way.name, at: `${file.path}:${file.lineAt(node.start)}`, file, subject }];
  });
}

/** Returns the tables that the migrations create, and the names of TABLE_OWNERS. */
function tablesOf(root: string): string[] {
  const texts = globSync('{,src/**/}migrations/**/*.ts', { cwd: root }).map((path) =>
    readFileSync(join(root, path), 'utf8'),
  );
  const created = texts.flatMap((text) => [...text.matchAll(/create table (?:if not exists )?(\w+)/gi)]);
  return [...new Set([...Object.keys(TABLE_OWNERS), ...created.map(([, name]) => name ?? '')])];
}

/** Returns the class of each table's entity, from `@Entity('table') class Name`. */
function entitiesOf(files: readonly SourceFile[]): Map<string, string> {
  const found = files.flatMap(({ code }) => [...code.matchAll(/@Entity\(\s*'(\w+)'.*?\bclass (\w+)/gs)]);
  return new Map(found.map(([, table = '', name = '']) => [table, name]));
}

const liesIn = (path: string, folders: readonly string[]) => folders.some((at) => path.startsWith(`src/${at}/`));

function measureTable(name: string, files: readonly SourceFile[], sites: readonly Site[], entity: string | undefined) {
  const owners = TABLE_OWNERS[name] ?? [];
  const isForeign = (path: string) => !liesIn(path, [...owners, ...MAY_NAME_ALL]);
  const word = new RegExp(`\\b${name}\\b`);
  const naming = files.filter(({ code }) => word.test(code)).map(({ path }) => path);
  const viaEntity = sites.filter(({ subject }) => entity !== undefined && subject === entity);
  return {
    name,
    owners,
    files: naming,
    outside: naming.filter(isForeign),
    entityOutside: [...new Set(viaEntity.map(({ file }) => file.path))].filter(isForeign),
  };
}

export function measureDatabase(root: string, files: readonly SourceFile[]) {
  const sites = files.flatMap(sitesIn);
  const ways = [...new Set(WAYS.map(({ name }) => name))].map((name) => {
    const found = sites.filter(({ way }) => way === name);
    return {
      name,
      count: found.length,
      files: new Set(found.map(({ file }) => file)).size,
      at: found.map((s) => s.at),
    };
  });
  const entities = entitiesOf(files);
  const tables = tablesOf(root).map((name) => measureTable(name, files, sites, entities.get(name)));
  return { ways, tables };
}
