import { Directive, Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Rupiah } from '../../kernel/money.ts';
import { DecimalScalar } from './scalars.ts';

export const CurrencyCode = { IDR: 'IDR' } as const;

registerEnumType(CurrencyCode, {
  name: 'CurrencyCode',
  description: 'ISO 4217 currency code.',
  valuesConfig: { IDR: { description: 'Indonesian rupiah, without decimals.' } },
});

@ObjectType({ simpleResolvers: true, description: 'An amount of money.' })
@Directive('@shareable')
export class Money {
  @Field(() => DecimalScalar, { description: 'Whole units of the currency.' })
  amount!: Rupiah;

  @Field(() => CurrencyCode, { description: 'The currency: always IDR today.' })
  currencyCode!: keyof typeof CurrencyCode;
}

export function money(amount: Rupiah): Money {
  return { amount, currencyCode: 'IDR' };
}
