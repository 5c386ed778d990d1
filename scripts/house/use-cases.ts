import type { Node } from './ast.ts';
import type { Declared, Imported, Names } from './names.ts';
import type { Classified } from './origins.ts';

/** The entry of each use case: an exported class or function. The first name that exists counts. */
const USE_CASES: readonly { name: string; entry: readonly string[] }[] = [
  { name: 'createTopupOrder', entry: ['CreateOrder', 'createOrder'] },
  { name: 'confirmOrder', entry: ['ConfirmOrder', 'confirmOrder'] },
  { name: 'settling a payment', entry: ['SettlePayment', 'settlePayment'] },
  { name: 'topupOptions', entry: ['TopupOptionsService', 'ListOptions'] },
];

/** True for a type of something that is called, false for a type of data. */
function isCallable(node: Node): boolean {
  if (node.type === 'TSMethodSignature' || node.type === 'TSFunctionType') return true;
  if (node.type === 'TSTypeReference') return 'name' in node.typeName && node.typeName.name === 'ReturnType';
  return node.type === 'TSPropertySignature' && node.typeAnnotation?.typeAnnotation.type === 'TSFunctionType';
}

/** True for a class with behaviour or a type with methods, which a reader opens to understand a call. */
function isCollaborator({ node, file }: Declared): boolean {
  if (node.type === 'ClassDeclaration') {
    const isEntity = file.text.slice(node.start, node.end).startsWith('@Entity') || file.path.endsWith('.entity.ts');
    return !isEntity;
  }
  if (node.type === 'TSInterfaceDeclaration') return node.body.body.some(isCallable);
  if (node.type !== 'TSTypeAliasDeclaration') return false;
  const { typeAnnotation } = node;
  return typeAnnotation.type === 'TSTypeLiteral' ? typeAnnotation.members.some(isCallable) : isCallable(typeAnnotation);
}

const isTypeDeclaration = ({ node }: Declared) =>
  node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration';

/** A reader opens every value import, and type imports of collaborators. */
function hasToBeOpened({ declared, isType }: Imported): boolean {
  return isType || isTypeDeclaration(declared) ? isCollaborator(declared) : true;
}

export function measureUseCases(names: Names, classified: ReadonlyMap<string, Classified>) {
  const isProduct = (path: string) => classified.get(path)?.kind === 'product';
  const openedFrom = (declared: Declared) => {
    const imported = names.importsOf(declared.file).filter(hasToBeOpened);
    return imported.map((entry) => entry.declared).filter(({ file }) => isProduct(file.path));
  };

  return USE_CASES.map(({ name, entry }) => {
    const start = names.find(entry);
    if (start === undefined) throw new Error(`no file exports the entry of ${name}: add its name to USE_CASES`);
    const files = new Set([start.file.path, ...openedFrom(start).map(({ file }) => file.path)]);
    const reached = new Map([[start.file.path, start]]);
    for (const at of reached.values()) {
      for (const next of openedFrom(at)) if (!reached.has(next.file.path)) reached.set(next.file.path, next);
    }
    return { name, count: files.size, files: [...files], reachable: reached.size };
  });
}
