import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';
import type { Random } from '../../tools/random.ts';
import { Arguments } from './arguments.ts';
import { CAREFUL, ODD_NAMES, type Style } from './style.ts';
import type { Existing } from './values.ts';

export interface Operation {
  query: string;
  /** The operation to execute, of several. */
  operationName: string;
  variables: Record<string, unknown>;
}

const DEEPEST = 8;

/**
 * Generates a valid operation over any schema at random: fields, arguments, variables, aliases, fragments and more
 * (style.ts).
 */
export function generateOperation(
  schema: GraphQLSchema,
  random: Random,
  existing: Existing,
  style = CAREFUL,
): Operation {
  return new Generation(schema, random, existing, style).operation();
}

class Generation {
  private readonly args: Arguments;
  private readonly fragments: { name: string; type: GraphQLObjectType; text: string }[] = [];
  private readonly oddNames = new Set(ODD_NAMES);
  private fields = 0;
  private names = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
    existing: Existing,
    private readonly style: Style,
  ) {
    this.args = new Arguments(random, existing, style, (of) => this.name(of));
  }

  operation(): Operation {
    // Often enough that orders are placed and moved, of which each needs the right one of several mutations.
    const mutation = this.style.mutations && this.random.below(2) === 0 ? this.schema.getMutationType() : undefined;
    const root = mutation ?? this.schema.getQueryType();
    if (root == null) throw new Error('the schema has no query');
    // A mutation has one field, so that two do not affect each other in one request.
    const selection = mutation
      ? `{ ${this.field(this.random.oneOf(Object.values(root.getFields())), 1)} }`
      : this.selection(root, 1);
    const operationName = this.name('Operation');
    const texts = [`${mutation ? 'mutation' : 'query'} ${operationName}${this.args.declarations()} ${selection}`];
    if (this.style.severalOperations && this.random.below(8) === 0) {
      const other = `query ${this.name('Operation')} { ${this.name('a')}: __typename }`;
      texts.splice(this.random.below(2), 0, other);
    }
    texts.push(...this.fragments.map(({ text }) => text));
    return { query: texts.join('\n'), operationName, variables: this.args.variables() };
  }

  /** Never empty: __typename at least. */
  private selection(type: GraphQLObjectType, depth: number): string {
    // The settings decide whether _service answers.
    const fields = Object.values(type.getFields()).filter(({ name }) => name !== '_service');
    const wanted = depth === 1 ? 1 + this.random.below(2) : 1 + this.random.below(5);
    const parts = Array.from({ length: wanted }, () => {
      if (this.fields >= this.style.mostFields || this.random.below(12) === 0) return '__typename';
      return this.wrapped(type, this.field(this.random.oneOf(fields), depth));
    });
    return `{ ${parts.join(' ')}${this.repeated(type)} }`;
  }

  /** Writes the selection plainly, or in a fragment: inline, inline with the type, or named. */
  private wrapped(type: GraphQLObjectType, selected: string): string {
    const way = this.random.below(12);
    if (way === 0) return `...${this.condition()} { ${selected} }`;
    if (way === 1) return `... on ${type.name}${this.condition()} { ${selected} }`;
    if (way > 2) return selected;
    const name = this.name('Part');
    this.fragments.push({ name, type, text: `fragment ${name} on ${type.name} { ${selected} }` });
    return `...${name}${this.condition()}`;
  }

  /** Reuses a fragment from elsewhere. It is complete, so it does not contain this place. */
  private repeated(type: GraphQLObjectType): string {
    const fragments = this.fragments.filter((fragment) => fragment.type === type);
    if (!this.style.repeatedFragments || fragments.length === 0 || this.random.below(2) === 0) return '';
    return ` ...${this.random.oneOf(fragments).name}${this.condition()}`;
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const isDeep = isObjectType(type) || isAbstractType(type);
    if (isDeep && depth >= DEEPEST) return '__typename';
    this.fields += 1;
    const call = `${this.alias(field)}${field.name}${this.call(field.args)}${this.condition()}`;
    if (isObjectType(type)) return `${call} ${this.selection(type, depth + 1)}`;
    if (!isAbstractType(type)) return call;
    const members = this.schema.getPossibleTypes(type).filter(() => this.random.below(3) > 0);
    const parts = members.map((member) => `... on ${member.name} ${this.selection(member, depth + 1)}`);
    return `${call} { __typename ${parts.join(' ')} }`;
  }

  /** A field with arguments gets an alias of its own: two of one name may not differ. */
  private alias(field: GraphQLField<unknown, unknown>): string {
    return field.args.length > 0 || this.random.below(6) === 0 ? `${this.name('a')}: ` : '';
  }

  private call(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap((arg) => this.args.argument(arg) ?? []);
    return given.length > 0 ? `(${given.join(', ')})` : '';
  }

  private condition(): string {
    if (!this.style.conditions || this.random.below(10) > 0) return '';
    return ` @${this.random.oneOf(['include', 'skip'])}(if: ${this.args.condition()})`;
  }

  /** A name never stands for two things. */
  private name(of: string): string {
    this.names += 1;
    if (!this.style.oddNames || this.oddNames.size === 0 || this.random.below(8) > 0) return `${of}${this.names}`;
    const odd = this.random.oneOf([...this.oddNames]);
    this.oddNames.delete(odd);
    return odd;
  }
}
