import { FieldResolver, Resolver, Root } from 'type-graphql';
import { inLanguage, type Language } from '../../kernel/translated.ts';
import { InLanguage } from '../../platform/graphql/language.ts';
import { TopupPriceChangeLine } from './price-change.type.ts';

@Resolver(() => TopupPriceChangeLine)
export class TopupPriceChangeLineResolver {
  @FieldResolver(() => String, { description: 'The name to show.' })
  label(@Root() { label }: TopupPriceChangeLine, @InLanguage() language?: Language) {
    return inLanguage(label, language);
  }
}
