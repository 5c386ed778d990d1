import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** The data of an answer as JSON, made before. */
export class KnownData {
  [name: string]: unknown;

  constructor(readonly json: string) {}

  /** For whoever writes it without knowing what it is. */
  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}

/** As Apollo writes its answers, and what is written already is not written again. */
export function writeAnswer({
  errors,
  data,
  extensions,
}: {
  errors?: unknown;
  data?: unknown;
  extensions?: unknown;
}): string {
  const isWritten = data instanceof KnownData && errors === undefined && extensions === undefined;
  return `${isWritten ? `{"data":${data.json}}` : JSON.stringify({ errors, data, extensions })}\n`;
}

/** What one execution found for its only root field. */
interface Found {
  operation: OperationDefinitionNode;
  list: object | undefined;
  known: KnownData | undefined;
}

const underWay = Symbol('what is found for the root field');
/** The context of a request, which executes one operation. */
type Asking = object & { [underWay]?: Found | undefined };

/**
 * Answers of operations whose one root field gives a frozen list that nothing below it has to be asked for: the same list to the
 * same operation is the same text. Kept with the list, and gone with it: whoever made it decides how long it is the same.
 */
export class KnownAnswers {
  private readonly byList = new WeakMap<object, WeakMap<OperationDefinitionNode, KnownData>>();

  /** Has every root field of this schema look whether its answer is known; such a field then gives null, and is done. */
  watch(schema: GraphQLSchema): GraphQLSchema {
    for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
      const { resolve } = field;
      if (resolve === undefined) continue;
      field.resolve = (source, args, context: Asking, info) => {
        const found = context[underWay];
        const given = resolve(source, args, context, info);
        if (found === undefined) return given;
        return Promise.resolve(given).then((list) => (this.note(found, list) ? null : list));
      };
    }
    return schema;
  }

  /** Runs it; what is known already takes the place of what it came to. */
  async through<T>(
    operation: OperationDefinitionNode,
    context: Asking,
    run: () => Promise<T | undefined>,
  ): Promise<T | KnownData | undefined> {
    const found: Found = { operation, list: undefined, known: undefined };
    context[underWay] = found;
    try {
      const data = await run();
      if (data === undefined || found.list === undefined) return data;
      return found.known ?? this.keep(found.list, operation, data);
    } finally {
      context[underWay] = undefined;
    }
  }

  /** Whether the answer is known. */
  private note(found: Found, list: unknown): boolean {
    if (!Array.isArray(list) || !Object.isFrozen(list)) return false;
    found.list = list;
    found.known = this.byList.get(list)?.get(found.operation);
    return found.known !== undefined;
  }

  private keep(list: object, operation: OperationDefinitionNode, data: unknown): KnownData {
    const known = new KnownData(JSON.stringify(data));
    const ofList = this.byList.get(list) ?? new WeakMap<OperationDefinitionNode, KnownData>();
    this.byList.set(list, ofList.set(operation, known));
    return known;
  }
}

/** Whether everything below the one root field is read from what that gives: then its answer depends on nothing else. */
export function isReadFromOneField(
  schema: GraphQLSchema,
  { selectionSet }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  const [root] = selectionSet.selections;
  if (selectionSet.selections.length !== 1 || root?.kind !== Kind.FIELD || root.selectionSet === undefined)
    return false;
  const type = getNamedType(schema.getQueryType()?.getFields()[root.name.value]?.type);
  return isObjectType(type) && isRead(root.selectionSet, type, fragments);
}

function isRead(
  { selections }: SelectionSetNode,
  type: GraphQLObjectType,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  return selections.every((selection) => {
    if (selection.kind === Kind.FIELD) return isFieldRead(selection, type, fragments);
    const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return within !== undefined && isRead(within.selectionSet, type, fragments);
  });
}

function isFieldRead(
  { name, selectionSet }: FieldNode,
  parent: GraphQLObjectType,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  if (name.value === '__typename') return true;
  const field = parent.getFields()[name.value];
  if (field === undefined || field.resolve !== undefined) return false;
  const type = getNamedType(field.type);
  if (selectionSet === undefined) return isLeafType(type);
  return isObjectType(type) && isRead(selectionSet, type, fragments);
}
