import type { ESTree } from 'rolldown/utils';
import { ancestorsOf, declaredName, isFunction, isWithin, type Node, nameOf, parentOf } from './ast.ts';
import { WRITES } from './memory-patterns.ts';
import type { SourceFile } from './sources.ts';

/** A class field or a variable, and its class or function. An undefined scope is the module. */
export interface Holder {
  name: string;
  node: ESTree.PropertyDefinition | ESTree.VariableDeclarator;
  scope: Node | undefined;
}

const isMethod = (node: Node | undefined) => node?.type === 'MethodDefinition';

/** Returns the field or variable that an expression initializes. */
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

/** True for a function that may run later: it has a name, is returned, or is a member. A call's callback is not. */
function outlivesCall(node: Node): boolean {
  const parent = parentOf(node);
  if (node.type === 'FunctionDeclaration' || isMethod(parent)) return true;
  return /^(VariableDeclarator|ReturnStatement|Property|ArrowFunctionExpression)$/.test(parent?.type ?? '');
}

/** True if a function within the scope uses the name and may run after the scope has returned. */
function isCaptured({ name, scope }: Holder, file: SourceFile): boolean {
  if (scope === undefined) return true;
  return file.nodes.some((node) => {
    if (node.type !== 'Identifier' || node.name !== name || !isWithin(node, scope)) return false;
    const inner = ancestorsOf(node).filter((each) => each !== scope && isWithin(each, scope) && isFunction(each));
    return inner.some(outlivesCall);
  });
}

/** True if every object of a class that the file does not export is used only where it is created. */
function isOfOneCall(scope: Node | undefined, file: SourceFile): boolean {
  if (scope?.type !== 'ClassDeclaration' || parentOf(scope)?.type === 'ExportNamedDeclaration') return false;
  const name = declaredName(scope);
  const creations = file.nodes.filter((node) => node.type === 'NewExpression' && nameOf(node.callee) === name);
  return creations.every((node) => /^(MemberExpression|CallExpression)$/.test(parentOf(node)?.type ?? ''));
}

/** True if the value still exists at the next call. */
export function isLongLived(holder: Holder, file: SourceFile): boolean {
  if (holder.node.type === 'PropertyDefinition') return !isOfOneCall(holder.scope, file);
  return isCaptured(holder, file);
}

/** True if the file calls `x.set(…)`, `this.x.add(…)` or the like. */
export function isWrittenTo({ name }: Holder, file: SourceFile): boolean {
  return new RegExp(`\\b${name}\\s*\\??\\.\\s*(${WRITES.join('|')})\\(`).test(file.code);
}

/** True if a function other than the constructor reassigns the variable or field. */
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
