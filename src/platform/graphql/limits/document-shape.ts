import { type ASTNode, type DocumentNode, Kind } from 'graphql';
import { type ExpandedShape, expandedShapeOf } from './expanded-shape.ts';

/** The largest values over all operations and fragments of a document, used or not. */
export interface DocumentShape extends TextShape, ExpandedShape {}

/** Counts of the text, with no spread expanded. */
interface TextShape {
  operations: number;
  fragments: number;
  /** The most fields that share a response name: validation compares them in pairs. */
  fieldsOfOneName: number;
  directives: number;
  directivesAtOnePlace: number;
  variables: number;
  valueNesting: number;
  nameLength: number;
}

/** Counts a document before its validation: the text, and the same with every spread expanded. */
export function shapeOf(document: DocumentNode): DocumentShape {
  return { ...new TextCounter().count(document), ...expandedShapeOf(document) };
}

/** Kinds of values and types that contain others. */
const NESTING: ReadonlySet<string> = new Set([Kind.LIST, Kind.OBJECT, Kind.LIST_TYPE]);

class TextCounter {
  private readonly fieldsByName = new Map<string, number>();
  private nesting = 0;
  private readonly shape: TextShape = {
    operations: 0,
    fragments: 0,
    fieldsOfOneName: 0,
    directives: 0,
    directivesAtOnePlace: 0,
    variables: 0,
    valueNesting: 0,
    nameLength: 0,
  };

  count(document: DocumentNode): TextShape {
    for (const definition of document.definitions) {
      // Validation refuses types and the like.
      if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.node(definition);
    }
    return this.shape;
  }

  /** Replaces graphql-js's visitor, which takes three times as long because it supports edits. */
  private node(node: ASTNode): void {
    this.enter(node);
    for (const part in node) {
      const value: unknown = part === 'loc' ? undefined : node[part as keyof ASTNode];
      if (Array.isArray(value)) for (const each of value) this.node(each);
      else if (typeof value === 'object' && value !== null) this.node(value as ASTNode);
    }
    if (NESTING.has(node.kind)) this.nesting -= 1;
  }

  private enter(node: ASTNode): void {
    this.raise('valueNesting', this.nesting);
    if (NESTING.has(node.kind)) this.nesting += 1;
    if ('directives' in node) this.raise('directivesAtOnePlace', node.directives?.length);
    if (node.kind === Kind.DIRECTIVE) this.shape.directives += 1;
    if (node.kind === Kind.NAME) this.raise('nameLength', node.value.length);
    if (node.kind === Kind.FRAGMENT_DEFINITION) this.shape.fragments += 1;
    if (node.kind === Kind.OPERATION_DEFINITION) {
      this.shape.operations += 1;
      this.raise('variables', node.variableDefinitions?.length);
    }
    if (node.kind === Kind.FIELD) {
      const { value: name } = node.alias ?? node.name;
      const fields = (this.fieldsByName.get(name) ?? 0) + 1;
      this.fieldsByName.set(name, fields);
      this.raise('fieldsOfOneName', fields);
    }
  }

  private raise(count: keyof TextShape, value = 0): void {
    if (value > this.shape[count]) this.shape[count] = value;
  }
}
