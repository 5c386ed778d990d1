import { type GraphQLArgument, type GraphQLInputType, isEnumType, isListType, isNonNullType } from 'graphql';
import type { Random } from '../../tools/random.ts';
import { literalOf } from './literal.ts';
import type { Style } from './style.ts';
import { type Existing, Values } from './values.ts';

/** The arguments of one operation, and the variables that they need. */
export class Arguments {
  private readonly values: Values;
  private readonly declared: { name: string; type: string; value: unknown }[] = [];

  constructor(
    private readonly random: Random,
    existing: Existing,
    private readonly style: Style,
    private readonly name: (of: string) => string,
  ) {
    this.values = new Values(random, existing);
  }

  declarations(): string {
    const texts = this.declared.map(({ name, type }) => `$${name}: ${type}`);
    return texts.length > 0 ? `(${texts.join(', ')})` : '';
  }

  variables(): Record<string, unknown> {
    const sent = this.declared.filter(({ value }) => value !== undefined);
    // Object.fromEntries, unlike an assignment, makes a member even of __proto__.
    return Object.fromEntries(sent.map(({ name, value }) => [name, value]));
  }

  /** `name: value`; undefined when the argument is absent. */
  argument(arg: GraphQLArgument): string | undefined {
    const value = this.values.of(arg.type, arg.name);
    if (value === undefined) return undefined;
    const literal = this.style.literals && this.random.below(2) === 0 ? this.literal(arg.type, value) : undefined;
    return `${arg.name}: ${literal ?? this.variable(arg.type, value)}`;
  }

  /** A Boolean!, as a literal or by a variable. */
  condition(): string {
    const value = this.random.below(2) === 0;
    if (this.random.below(2) === 0) return String(value);
    if (!this.style.defaults || this.random.below(2) === 0) return this.declare('Boolean!', value);
    // A Boolean! refuses null, whatever the default.
    return this.declare(`Boolean = ${value}`, this.random.oneOf([true, false, null, undefined]));
  }

  private literal(type: GraphQLInputType, value: unknown): string | undefined {
    const declaredBefore = this.declared.length;
    const literal = literalOf(type, value, this.random, (inner, within) =>
      this.style.defaults && this.random.below(6) === 0 ? this.variable(inner, within) : undefined,
    );
    // A literal that cannot be written leaves its variables unused.
    if (literal === undefined) this.declared.length = declaredBefore;
    return literal;
  }

  private variable(type: GraphQLInputType, value: unknown): string {
    if (!this.style.looseVariables || this.random.below(3) === 0) return this.declare(String(type), value);
    const nullable = isNonNullType(type) ? type.ofType : type;
    const hasDefault = this.style.defaults && this.random.below(2) === 0;
    const fallback = hasDefault ? this.plainLiteral(nullable, value) : undefined;
    const sent = this.sent(nullable, value);
    // A nullable variable fits a Boolean!, and similar types, only with a default.
    if (fallback !== undefined) return this.declare(`${nullable} = ${fallback}`, sent);
    const isStricter = this.random.below(4) === 0;
    return this.declare(isStricter ? `${nullable}!` : String(type), sent);
  }

  private plainLiteral(type: GraphQLInputType, value: unknown): string | undefined {
    return value === null ? undefined : literalOf(type, value, this.random);
  }

  /** The value to send for a variable, which sometimes does not fit; undefined to send none. */
  private sent(type: GraphQLInputType, value: unknown): unknown {
    const way = this.random.below(12);
    if (way === 0) return undefined;
    if (way === 1) return null;
    if (isListType(type) && Array.isArray(value) && value.length > 0) {
      if (way === 2) return value[0];
      if (way === 3) return [...value, null];
      if (way === 4) return [value];
    }
    if (isEnumType(type) && way === 2) return this.random.oneOf(['toString', 'NONE', 1, {}]);
    if (way === 5 && typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
    return value;
  }

  private declare(type: string, value: unknown): string {
    const name = this.name('v');
    this.declared.push({ name, type, value });
    return `$${name}`;
  }
}
