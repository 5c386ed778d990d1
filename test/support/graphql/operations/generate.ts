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
import { literalOf, type Seen, Values } from './values.ts';

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** What a page may hold at most: the limits of a query's cost are for others to test. */
const MOST_FIELDS = 24;
const DEEPEST = 8;

/** A valid operation over any schema: fields, arguments, variables, aliases, fragments, @skip and @include, all by chance. */
export function generateOperation(schema: GraphQLSchema, random: Random, seen: Seen): Operation {
  return new Generation(schema, random, seen).operation();
}

class Generation {
  private readonly values: Values;
  private readonly declared: string[] = [];
  private readonly variables: Record<string, unknown> = {};
  private readonly fragments: string[] = [];
  private fields = 0;
  private names = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
    seen: Seen,
  ) {
    this.values = new Values(random, seen);
  }

  operation(): Operation {
    const mutation = this.random.below(3) === 0 ? this.schema.getMutationType() : undefined;
    const root = mutation ?? this.schema.getQueryType();
    if (root == null) throw new Error('the schema has no query');
    // A mutation is of one field: what two would do to each other is not for one request.
    const selection = mutation
      ? `{ ${this.field(this.random.oneOf(Object.values(root.getFields())), 1)} }`
      : this.selection(root, 1);
    const variables = this.declared.length > 0 ? `(${this.declared.join(', ')})` : '';
    const head = `${mutation ? 'mutation' : 'query'} ${this.name('Operation')}${variables}`;
    return { query: [`${head} ${selection}`, ...this.fragments].join('\n'), variables: this.variables };
  }

  /** Never empty: __typename at least. */
  private selection(type: GraphQLObjectType, depth: number): string {
    // Whether _service answers is a matter of settings.
    const fields = Object.values(type.getFields()).filter(({ name }) => name !== '_service');
    const wanted = depth === 1 ? 1 + this.random.below(2) : 1 + this.random.below(5);
    const parts = Array.from({ length: wanted }, () => {
      if (this.fields >= MOST_FIELDS || this.random.below(12) === 0) return '__typename';
      return this.wrapped(type, this.field(this.random.oneOf(fields), depth));
    });
    return `{ ${parts.join(' ')} }`;
  }

  /** As it is, or in a fragment: inline, inline with the type, or named. */
  private wrapped(type: GraphQLObjectType, selected: string): string {
    const way = this.random.below(12);
    if (way === 0) return `...${this.condition()} { ${selected} }`;
    if (way === 1) return `... on ${type.name}${this.condition()} { ${selected} }`;
    if (way > 2) return selected;
    const name = this.name('Part');
    this.fragments.push(`fragment ${name} on ${type.name} { ${selected} }`);
    return `...${name}${this.condition()}`;
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const isDeep = isObjectType(type) || isAbstractType(type);
    if (isDeep && depth >= DEEPEST) return '__typename';
    this.fields += 1;
    const args = field.args.flatMap((arg) => this.argument(arg) ?? []);
    // With arguments under a name of its own: two of one name may not differ.
    const alias = field.args.length > 0 || this.random.below(6) === 0 ? `${this.name('a')}: ` : '';
    const call = `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${this.condition()}`;
    if (isObjectType(type)) return `${call} ${this.selection(type, depth + 1)}`;
    if (!isAbstractType(type)) return call;
    const members = this.schema.getPossibleTypes(type).filter(() => this.random.below(3) > 0);
    const parts = members.map((member) => `... on ${member.name} ${this.selection(member, depth + 1)}`);
    return `${call} { __typename ${parts.join(' ')} }`;
  }

  private argument(arg: GraphQLArgument): string | undefined {
    const value = this.values.of(arg.type, arg.name);
    if (value === undefined) return undefined;
    const literal = this.random.below(2) === 0 ? literalOf(arg.type, value) : undefined;
    if (literal !== undefined) return `${arg.name}: ${literal}`;
    return `${arg.name}: ${this.variable(String(arg.type), value)}`;
  }

  private condition(): string {
    if (this.random.below(10) > 0) return '';
    const value = this.random.below(2) === 0;
    const given = this.random.below(2) === 0 ? String(value) : this.variable('Boolean!', value);
    return ` @${this.random.oneOf(['include', 'skip'])}(if: ${given})`;
  }

  private variable(type: string, value: unknown): string {
    const name = this.name('v');
    this.declared.push(`$${name}: ${type}`);
    this.variables[name] = value;
    return `$${name}`;
  }

  private name(of: string): string {
    this.names += 1;
    return `${of}${this.names}`;
  }
}
