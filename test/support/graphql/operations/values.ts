import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Random } from '../../tools/random.ts';

/** Rows that exist, so that some operations find something. */
export interface Existing {
  orders: { id: string; total: string }[];
  cursors: string[];
  keys: string[];
}

/** The first one belongs to most callers. */
const ORGANIZATIONS = ['1001', '1001', '1001', '1001', '1001', '1002', '1003', '1004', '1005', '9999'];
/** Options with valid quantities, and one that does not exist. */
const QUANTITIES: Record<string, readonly string[]> = {
  wa_balance: ['1000000', '1500000'],
  muv: ['500', '2500'],
  agent_extra: ['1', '2'],
  voice_call_extra: ['500000', '1000000'],
  chatbot_ai_extra: ['1', '5'],
  email_extra: ['1'],
  nothing: ['1'],
};
/** Invalid text; a lone surrogate needs a variable, see literal.ts. */
const HOSTILE = [
  '',
  ' ',
  '\u0000',
  'with\u0000in',
  '\ud800',
  'tail\udfff',
  '🧾💸',
  'é'.normalize('NFD'),
  '\u202egnp.exe',
  "'; drop table topup_orders; --",
  '%',
  '\\',
  '{"a":1}',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  'x'.repeat(10_000),
  '9'.repeat(400),
  '-1',
  '1e9',
  'NaN',
];
/** All before any order, so that nobody waits. A literal that is no instant would not pass validation. */
const INSTANTS = ['1970-01-01T00:00:00Z', '1999-12-31T17:00:00.678Z', '2000-02-29T23:59:59.999+07:00'];
const HUGE = ['0', '9007199254740993', '9'.repeat(30), '0'.repeat(30)];

/** Callers mostly leave the organization to the token, and the other two to few orders: with them most orders are refused. */
const RARE = new Set(['organizationId', 'withholding', 'purchaseOrderNumber']);

/** Values for arguments: mostly valid ones, and then anything else that the type accepts. */
export class Values {
  /** The order of the last generated id: its total may be generated next. */
  private order: { id: string; total: string } | undefined;
  /** The quota of the last generated option. */
  private code = 'nothing';

  constructor(
    private readonly random: Random,
    private readonly existing: Existing,
  ) {}

  /** `undefined`: the argument is absent. */
  of(type: GraphQLInputType, name: string): unknown {
    if (isNonNullType(type)) return this.given(type.ofType, name);
    const isLeftOut = RARE.has(name) ? this.random.below(5) > 0 : this.random.below(3) === 0;
    if (isLeftOut) return undefined;
    return this.random.below(8) === 0 ? null : this.given(type, name);
  }

  private given(type: GraphQLInputType, name: string): unknown {
    if (isNonNullType(type)) return this.given(type.ofType, name);
    if (isListType(type)) {
      return Array.from({ length: this.random.oneOf([0, 1, 1, 1, 2, 3]) }, () => this.given(type.ofType, name));
    }
    if (isEnumType(type)) return this.random.oneOf(type.getValues()).name;
    if (isInputObjectType(type)) return this.object(type);
    // Most waits are within their bounds. A wait outside of them is an error, and errors are not compiled.
    if (name === 'waitSeconds' && this.random.below(8) > 0) return this.random.oneOf([0, 1, 5, 25]);
    if (type.name === 'Int') return this.random.oneOf([1, 2, 5, 20, 100, 101, 0, -1, 2_147_483_647, -2_147_483_648]);
    if (type.name === 'Boolean') return this.random.below(2) === 0;
    if (type.name === '_Any') return this.representation();
    if (type.name === 'Decimal') return this.decimal(name);
    if (type.name === 'DateTime') return this.random.oneOf(INSTANTS);
    return this.text(name);
  }

  private object(type: GraphQLInputObjectType): Record<string, unknown> {
    const given = Object.values(type.getFields()).map(
      (field) => [field.name, this.of(field.type, field.name)] as const,
    );
    return Object.fromEntries(given.filter(([, value]) => value !== undefined));
  }

  private text(name: string): string {
    if (this.random.below(8) === 0) return this.random.oneOf(HOSTILE);
    if (name === 'organizationId') return this.random.oneOf(ORGANIZATIONS);
    if (name === 'optionId') return this.optionId();
    if (name === 'code') return this.random.oneOf(Object.keys(QUANTITIES));
    if (name === 'after') return this.random.oneOf(this.existing.cursors);
    if (name !== 'idempotencyKey') return this.orderId();
    const repeated = this.random.below(4) === 0 && this.existing.keys.length > 0;
    const key = repeated ? this.random.oneOf(this.existing.keys) : `key-${this.random.below(2 ** 31)}`;
    this.existing.keys.push(key);
    return key;
  }

  private optionId(): string {
    this.code = this.random.oneOf(Object.keys(QUANTITIES));
    return `${this.random.oneOf(ORGANIZATIONS)}:${this.code}`;
  }

  private orderId(): string {
    this.order = this.random.oneOf(this.existing.orders);
    return this.order.id;
  }

  private decimal(name: string): unknown {
    if (name === 'expectedTotal' && this.order !== undefined && this.random.below(4) > 0) return this.order.total;
    const text =
      this.random.below(8) === 0 ? this.random.oneOf(HUGE) : this.random.oneOf(QUANTITIES[this.code] ?? HUGE);
    return this.random.below(5) === 0 && text.length < 16 ? Number(text) : text;
  }

  /** Mostly a reference to an entity. `_Any` accepts any object. */
  private representation(): Record<string, unknown> {
    const __typename = this.random.oneOf(['Organization', 'TopupOption', 'TopupOrder']);
    const ids = { Organization: () => this.random.oneOf(ORGANIZATIONS), TopupOption: () => this.optionId() };
    const id = (ids[__typename as keyof typeof ids] ?? (() => this.orderId()))();
    if (this.random.below(6) > 0) return { __typename, id };
    return this.random.oneOf<Record<string, unknown>>([
      { __typename },
      { __typename, id: null },
      { __typename, id: Number(id) || 7 },
      { __typename, id: [id] },
      { __typename, id: { id } },
      { __typename, id, name: 'of another subgraph', extra: [{}] },
      { __typename, id: this.random.oneOf(HOSTILE) },
    ]);
  }
}
