import type { ESTree } from 'rolldown/utils';
import { ancestorsOf, declaredName, isFunction, isWithin, type Node, nameOf, parentOf } from './ast.ts';
import { WRITES } from './memory-patterns.ts';
import type { SourceFile } from './sources.ts';

/** A class field or a variable, and the class or function that it belongs to. Undefined scope: the module. */
export interface Holder {
  name: string;
  node: ESTree.PropertyDefinition | ESTree.VariableDeclarator;
  scope: Node | undefined;
}

const isMethod = (node: Node | undefined) => node?.type === 'MethodDefinition';

/** The field or variable that is given the value of an expression. */
export function holderOf(expression: Node): Holder | undefined {
  const chain = [expression, ...ancestorsOf(expression)];
  const index = chain.findIndex(({ type }) => !/^(TSAs|TSNonNull|New|Call|Await|Logical)Expression$/.test(type));
  const node = chain[index];
  if (node?.type !== 'PropertyDefinition' && node?.type !== 'VariableDeclarator') return undefined;
  const name = declaredName(node);
  return name === undefined ? undefined : { name, node, scope: scopeOf(node) };
}

export function scopeOf(node: Node): Node | undefined {
  return ancestorsOf(node).find((each) => isFunction(each) || each.type === 'ClassDeclaration');
}

/** A function that a caller may call later: it has a name, is returned, or is a member. Callbacks of a call are not. */
function outlivesCall(node: Node): boolean {
  const parent = parentOf(node);
  if (node.type === 'FunctionDeclaration' || isMethod(parent)) return true;
  return /^(VariableDeclarator|ReturnStatement|Property|ArrowFunctionExpression)$/.test(parent?.type ?? '');
}

/** True if the name is used by a function within the scope which may be called after the scope itself has returned. */
function isCaptured({ name, scope }: Holder, file: SourceFile): boolean {
  if (scope === undefined) return true;
  return file.nodes.some((node) => {
    if (node.type !== 'Identifier' || node.name !== name || !isWithin(node, scope)) return false;
    const inner = ancestorsOf(node).filter((each) => each !== scope && isWithin(each, scope) && isFunction(each));
    return inner.some(outlivesCall);
  });
}

/** An object of a class of the file's own that is used up where it is made: it ends with the call. */
function isOfOneCall(scope: Node | undefined, file: SourceFile): boolean {
  if (scope?.type !== 'ClassDeclaration' || parentOf(scope)?.type === 'ExportNamedDeclaration') return false;
  const name = declaredName(scope);
  const made = file.nodes.filter((node) => node.type === 'NewExpression' && nameOf(node.callee) === name);
  return made.every((node) => /^(MemberExpression|CallExpression)$/.test(parentOf(node)?.type ?? ''));
}

/** True if the value that is held still exists at the next call. */
export function isKept(holder: Holder, file: SourceFile): boolean {
  if (holder.node.type === 'PropertyDefinition') return !isOfOneCall(holder.scope, file);
  return isCaptured(holder, file);
}

/** `x.set(…)` and the like, or `this.x.set(…)`. */
export function isWrittenTo({ name }: Holder, file: SourceFile): boolean {
  return new RegExp(`\\b${name}\\s*\\??\\.\\s*(${WRITES.join('|')})\\(`).test(file.code);
}

/** True if a function other than the constructor gives the variable or field another value. */
export function isReassigned({ name, node, scope }: Holder, file: SourceFile): boolean {
  return file.nodes.some((each) => {
    if (each.type !== 'AssignmentExpression' || (scope && !isWithin(each, scope))) return false;
    const { left } = each;
    const isField = left.type === 'MemberExpression' && left.object.type === 'ThisExpression';
    const target = isField ? nameOf(left.property) : nameOf(left as Node);
    if (target !== name || isField !== (node.type === 'PropertyDefinition')) return false;
    const inner = ancestorsOf(each).filter((outer) => isFunction(outer) && outer !== scope);
    return inner.some((outer) => {
      const method = parentOf(outer);
      return !(method?.type === 'MethodDefinition' && method.kind === 'constructor');
    });
  });
}
