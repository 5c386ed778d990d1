import { dirname, join } from 'node:path/posix';
import { declaredName, type Node, nameOf } from './ast.ts';
import type { SourceFile } from './sources.ts';

/** The place of a declaration. */
export interface Declared {
  file: SourceFile;
  node: Node;
}

export interface Imported {
  /** The original declaration, found through re-exports. */
  declared: Declared;
  isType: boolean;
}

interface ImportedName {
  local: string;
  from: { source: string; name: string };
  isType: boolean;
  isExport: boolean;
}

export interface Names {
  /** Returns the first of the names that some file of `src` declares and exports. */
  find(names: readonly string[]): Declared | undefined;
  importsOf(file: SourceFile): Imported[];
}

function declarationsIn(statement: Node): Node[] {
  return statement.type === 'VariableDeclaration' ? statement.declarations : [statement];
}

/** Returns the declarations at the top level of a file, exported or not. */
function declarationsOf(file: SourceFile): Map<string, Node> {
  const statements = file.program.body.flatMap((node: Node) =>
    node.type === 'ExportNamedDeclaration' && node.declaration ? [node.declaration as Node] : [node],
  );
  const named = statements.flatMap(declarationsIn).map((node) => [declaredName(node), node] as const);
  return new Map(named.filter((entry): entry is readonly [string, Node] => entry[0] !== undefined));
}

/** Returns the names that a file imports or re-exports. `*` stands for all of them. */
function importedNames(file: SourceFile): ImportedName[] {
  return file.program.body.flatMap((node): ImportedName[] => {
    if (node.type === 'ImportDeclaration') {
      return node.specifiers.map((specifier) => {
        const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : undefined;
        const isOwnType = specifier.type === 'ImportSpecifier' && specifier.importKind === 'type';
        const from = { source: node.source.value, name: name ?? '*' };
        return { local: specifier.local.name, from, isType: isOwnType || node.importKind === 'type', isExport: false };
      });
    }
    if (node.type === 'ExportNamedDeclaration' && node.source) {
      const source = node.source.value;
      return node.specifiers.map(({ local, exported, exportKind }) => {
        const from = { source, name: nameOf(local) ?? '*' };
        return { local: nameOf(exported) ?? '*', from, isType: exportKind === 'type', isExport: true };
      });
    }
    if (node.type !== 'ExportAllDeclaration') return [];
    return [{ local: '*', from: { source: node.source.value, name: '*' }, isType: false, isExport: true }];
  });
}

/** True if the file exports its own declaration of the name. */
function isExported(file: SourceFile, name: string): boolean {
  return file.program.body.some((node) => {
    if (node.type !== 'ExportNamedDeclaration' || node.source) return false;
    if (node.declaration) return declarationsIn(node.declaration).some((each) => declaredName(each) === name);
    return node.specifiers.some(({ local }) => nameOf(local) === name);
  });
}

/** Returns undefined for packages and files outside of `src`. Throws if a file of `src` is missing. */
function targetIn(byPath: ReadonlyMap<string, SourceFile>, file: SourceFile, source: string): SourceFile | undefined {
  if (source.startsWith('#')) throw new Error(`${file.path} imports ${source}: subpath imports are not followed`);
  if (!source.startsWith('.')) return undefined;
  const path = join(dirname(file.path), source);
  const found = [path, path.replace(/\.js$/, '.ts'), `${path}.ts`, `${path}/index.ts`].find((at) => byPath.has(at));
  if (found === undefined && /^src\/.*\.[jt]sx?$/.test(path)) throw new Error(`${file.path} imports ${path}`);
  return found === undefined ? undefined : byPath.get(found);
}

export function createNames(files: readonly SourceFile[]): Names {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const declared = new Map(files.map((file) => [file, declarationsOf(file)]));
  const imports = new Map(files.map((file) => [file, importedNames(file)]));

  function resolve(file: SourceFile, name: string, visited = new Set<SourceFile>()): Declared | undefined {
    const node = declared.get(file)?.get(name);
    if (node !== undefined) return { file, node };
    if (visited.has(file)) return undefined;
    const among = new Set([...visited, file]);
    for (const { local, from } of imports.get(file) ?? []) {
      if (local !== name && local !== '*') continue;
      const to = targetIn(byPath, file, from.source);
      const found = to && resolve(to, from.name === '*' ? name : from.name, among);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return {
    importsOf: (file) =>
      (imports.get(file) ?? []).flatMap(({ from, isType, isExport }) => {
        const to = isExport ? undefined : targetIn(byPath, file, from.source);
        if (to === undefined) return [];
        return [{ declared: resolve(to, from.name) ?? { file: to, node: to.program }, isType }];
      }),
    find: (names) =>
      names.flatMap((name) => {
        const file = files.find((each) => isExported(each, name));
        const node = file && declared.get(file)?.get(name);
        return file && node ? [{ file, node }] : [];
      })[0],
  };
}
