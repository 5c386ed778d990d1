import { ancestorsOf, declaredName, isFunction, isWithin, type Node, nameOf, parentOf } from './ast.ts';
import { type Find, findsIn } from './memory-finds.ts';
import { KEYED_BY_OBJECT, NOT_READ_PATH, READ_PATH } from './memory-patterns.ts';
import type { Names } from './names.ts';
import type { SourceFile } from './sources.ts';

/** Collects the files that the read path's entries import, by value or type, directly or through others. */
function filesOfRead(names: Names): { files: SourceFile[]; missing: string[] } {
  const entries = READ_PATH.map((entry) => ({ entry, file: names.find(entry)?.file }));
  const left = new Set(NOT_READ_PATH.map((name) => names.find([name])?.file));
  const reached = new Set(entries.flatMap(({ file }) => (file === undefined ? [] : [file])));
  for (const file of reached) {
    for (const { declared } of names.importsOf(file)) if (!left.has(declared.file)) reached.add(declared.file);
  }
  const missing = entries.filter(({ file }) => file === undefined).map(({ entry }) => entry.join(' or '));
  return { files: [...reached].toSorted((a, b) => (a.path < b.path ? -1 : 1)), missing };
}

const PRIMITIVES = /^(string|number|boolean|bigint|null|undefined|'[^']*'|\s|\|)*$/;

/** True if the file declares the property as an object. A property declared elsewhere counts as a plain value. */
function isObjectProperty(file: SourceFile, name: string): boolean {
  return file.nodes.some((node) => {
    if (node.type !== 'TSPropertySignature' || nameOf(node.key) !== name || !node.typeAnnotation) return false;
    return !PRIMITIVES.test(file.code.slice(node.typeAnnotation.start + 1, node.typeAnnotation.end));
  });
}

/** True for `a.b === c` if b is declared as an object, and c is neither a literal nor undefined. */
function comparesObjects(file: SourceFile, node: Node): boolean {
  if (node.type !== 'BinaryExpression' || !/^[!=]==$/.test(node.operator)) return false;
  const sides: Node[] = [node.left, node.right].map((side) =>
    side.type === 'ChainExpression' ? side.expression : side,
  );
  if (sides.some((side) => side.type === 'Literal' || nameOf(side) === 'undefined')) return false;
  return sides.some((side) => side.type === 'MemberExpression' && isObjectProperty(file, nameOf(side.property) ?? ''));
}

/** True for `new Map<Node, …>()`, whose first type argument names a type. Plain keys have keywords as types. */
function hasObjectKeys({ node }: Find): boolean {
  const initial =
    node.type === 'PropertyDefinition' ? node.value : node.type === 'VariableDeclarator' ? node.init : null;
  return initial?.type === 'NewExpression' && initial.typeArguments?.params[0]?.type === 'TSTypeReference';
}

/** Returns the means by which another object's identity decides the value's validity, if it does. */
function identityOf(file: SourceFile, find: Find): 'keyed' | 'compared' | undefined {
  const { what, name, scope } = find;
  if (KEYED_BY_OBJECT.includes(what) || hasObjectKeys(find)) return 'keyed';
  const users = file.nodes.filter((node) => nameOf(node) === name && (scope === undefined || isWithin(node, scope)));
  const functions = users.flatMap((node) => ancestorsOf(node).find(isFunction) ?? []);
  const isCompared = file.nodes.some(
    (node) => comparesObjects(file, node) && functions.some((each) => isWithin(node, each)),
  );
  return isCompared ? 'compared' : undefined;
}

function describe(file: SourceFile, find: Find) {
  const owner = find.scope && (declaredName(find.scope) ?? declaredName(parentOf(find.scope)));
  return {
    at: `${file.path}:${file.lineAt(find.node.start)}`,
    place: `${file.path} ${owner ?? ''}`,
    name: [owner, find.name].filter((part) => part !== undefined).join('.'),
    what: find.what,
    lives: find.isOfRequest ? ('request' as const) : ('longer' as const),
    identity: identityOf(file, find),
  };
}

export function measureMemory(names: Names) {
  const { files, missing } = filesOfRead(names);
  const things = files.flatMap((file) => findsIn(file).map((find) => describe(file, find)));
  return {
    scanned: files.length,
    missing,
    count: things.length,
    places: new Set(things.map(({ place }) => place)).size,
    request: things.filter(({ lives }) => lives === 'request'),
    longer: things.filter(({ lives }) => lives === 'longer'),
    byIdentity: things.filter(({ identity }) => identity !== undefined).length,
  };
}
