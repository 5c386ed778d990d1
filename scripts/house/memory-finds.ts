import { ancestorsOf, declaredName, isFunction, type Node, nameOf, parentOf } from './ast.ts';
import { type Holder, holderOf, isLongLived, isReassigned, isWrittenTo, scopeOf } from './memory-holders.ts';
import * as patterns from './memory-patterns.ts';
import type { SourceFile } from './sources.ts';

/** Something that remembers a value, and the scope that owns it. */
export interface Find {
  node: Node;
  what: string;
  name: string;
  scope: Node | undefined;
  isOfRequest: boolean;
}

/** Returns `X` for `new X(…)` and `x` for `x(…)`. */
function calleeName(node: Node): string | undefined {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  const { callee } = node;
  if (callee.type === 'MemberExpression' && callee.object.type === 'ThisExpression') return nameOf(callee.property);
  return nameOf(callee);
}

const isPerRequest = (node: Node) => patterns.PER_REQUEST.includes(calleeName(node) ?? '');
const definesPerRequest = (node: Node) => isFunction(node) && patterns.PER_REQUEST.includes(declaredName(node) ?? '');

/** The file's functions that create something self-filling for their caller. */
function makersIn(file: SourceFile): Map<string, string> {
  const calls = file.nodes.filter((node) => patterns.SELF_FILLING.includes(calleeName(node) ?? ''));
  const makers = calls.flatMap((node) => {
    const maker = ancestorsOf(node).find(isFunction);
    const name = maker && (declaredName(maker) ?? declaredName(parentOf(maker)));
    return name === undefined ? [] : [[name, calleeName(node) ?? ''] as const];
  });
  return new Map(makers);
}

function isOfRequest(scope: Node | undefined): boolean {
  if (scope?.type !== 'ClassDeclaration') return false;
  return scope.implements?.some(({ expression }) => patterns.REQUEST_TYPES.test(nameOf(expression) ?? '')) ?? false;
}

function findOf(holder: Holder, what: string, ofRequest = isOfRequest(holder.scope)): Find {
  return { node: holder.node, what, name: holder.name, scope: holder.scope, isOfRequest: ofRequest };
}

function isMemory(node: Node, holder: Holder, file: SourceFile): boolean {
  const callee = calleeName(node) ?? '';
  if (node.type !== 'NewExpression' || patterns.CACHES.includes(callee)) return node.type === 'NewExpression';
  return patterns.MAYBE_CONSTANT.includes(callee) && (node.arguments.length === 0 || isWrittenTo(holder, file));
}

/** Finds `perRequest(…)`, `new Map()`, `new DataLoader(…)` and the like that outlive a call. */
function stores(file: SourceFile): Find[] {
  const makers = makersIn(file);
  return file.nodes.flatMap((node) => {
    const callee = calleeName(node);
    if (callee === undefined || ancestorsOf(node).some((outer) => isPerRequest(outer) || definesPerRequest(outer)))
      return [];
    const holder = holderOf(node);
    if (isPerRequest(node)) return holder === undefined ? [] : [findOf(holder, callee, true)];
    const filling =
      node.type === 'NewExpression' ? patterns.SELF_FILLING.find((name) => name === callee) : makers.get(callee);
    if (holder === undefined) return [];
    // A shared store lives outside of the process, so it needs no long-lived holder.
    if (filling === 'Keyv') return [findOf(holder, filling)];
    const isStore = filling !== undefined || isMemory(node, holder, file);
    return isStore && isLongLived(holder, file) ? [findOf(holder, filling ?? callee)] : [];
  });
}

/** True for a variable or field that holds a count, a time or a timer, by its type or by its first value. */
function isPlain({ node }: Holder, file: SourceFile): boolean {
  const [annotation, first] =
    node.type === 'VariableDeclarator' ? [node.id.typeAnnotation, node.init] : [node.typeAnnotation, node.value];
  if (annotation) {
    const parts = file.code.slice(annotation.start + 1, annotation.end).split('|');
    return parts.map((part) => part.trim()).every((part) => part === 'undefined' || patterns.PLAIN_TYPES.test(part));
  }
  return first != null && /^(-?\d|true|false|Number\.|performance\.)/.test(file.code.slice(first.start, first.end));
}

/** Finds variables and fields that a later call reassigns, such as a shared promise or the last value. */
function lastValues(file: SourceFile): Find[] {
  return file.nodes.flatMap((node) => {
    const isVariable = node.type === 'VariableDeclarator' && (parentOf(node) as { kind?: string }).kind === 'let';
    if (!isVariable && !(node.type === 'PropertyDefinition' && !node.readonly)) return [];
    const name = declaredName(node);
    if (name === undefined || (node.type !== 'VariableDeclarator' && node.type !== 'PropertyDefinition')) return [];
    const holder: Holder = { name, node, scope: scopeOf(node) };
    if (isPlain(holder, file) || !isReassigned(holder, file) || !isLongLived(holder, file)) return [];
    return [findOf(holder, 'last value')];
  });
}

/** Finds symbols that store a value on another object, as in `request[correlationId] ??= …`. */
function onOthers(file: SourceFile): Find[] {
  return file.nodes.flatMap((node) => {
    const isSymbol =
      node.type === 'VariableDeclarator' && node.init?.type === 'CallExpression' && calleeName(node.init);
    const name = declaredName(node);
    if (isSymbol !== 'Symbol' || name === undefined || ancestorsOf(node).some(definesPerRequest)) return [];
    const written = new RegExp(`(\\w+)\\[${name}\\]\\s*(\\?\\?)?=[^=]`).exec(file.code);
    if (written === null) return [];
    const ofRequest = patterns.REQUEST_NAMES.test(written[1] ?? '');
    return [{ node, what: 'kept on an object', name, scope: undefined, isOfRequest: ofRequest }];
  });
}

/** Returns each variable or field once, in the order of the file. */
export function findsIn(file: SourceFile): Find[] {
  const all = [...stores(file), ...lastValues(file), ...onOthers(file)];
  const distinct = [...new Map(all.toReversed().map((find) => [find.node, find])).values()];
  return distinct.toSorted((a, b) => a.node.start - b.node.start);
}
