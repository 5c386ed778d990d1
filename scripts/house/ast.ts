import type { ESTree } from 'rolldown/utils';

export type Node = ESTree.Node;

const parents = new WeakMap<Node, Node>();

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Returns the given node and all nodes below it, in source order. Records each parent for parentOf(). */
export function flatten(root: Node): Node[] {
  const nodes: Node[] = [];
  const visit = (node: Node) => {
    nodes.push(node);
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (!isNode(child)) continue;
        parents.set(child, node);
        visit(child);
      }
    }
  };
  visit(root);
  return nodes;
}

export const parentOf = (node: Node): Node | undefined => parents.get(node);

/** Returns the chain of parents, nearest first. */
export function ancestorsOf(node: Node): Node[] {
  const chain: Node[] = [];
  for (let at = parentOf(node); at !== undefined; at = parentOf(at)) chain.push(at);
  return chain;
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

export const isFunction = (node: Node): boolean => FUNCTIONS.has(node.type);

export const isWithin = (node: Node, outer: Node): boolean => node.start >= outer.start && node.end <= outer.end;

/** Returns the name of an identifier, a private name or a literal key. */
export function nameOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Identifier' || node?.type === 'PrivateIdentifier') return node.name;
  if (node?.type === 'Literal') return String(node.value);
  return undefined;
}

/** Returns the name of a declaration, a class field, a method or an object's member. */
export function declaredName(node: Node | undefined): string | undefined {
  switch (node?.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSEnumDeclaration':
    case 'VariableDeclarator':
      return nameOf(node.id);
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      return nameOf(node.key);
    default:
      return undefined;
  }
}
