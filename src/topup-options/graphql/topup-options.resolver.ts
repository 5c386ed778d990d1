import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { inLanguage, type Language } from '../../kernel/translated.ts';
import { type BalancesLoader, QuotaBalance } from '../../ledger/index.ts';
import { canRead, Organization, organizationToRead, requireCaller } from '../../organizations/index.ts';
import { RequiresRead, RequiresSupport } from '../../platform/graphql/access-directives.ts';
import type { ReferenceResolver } from '../../platform/graphql/entities.ts';
import { InLanguage } from '../../platform/graphql/language.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { ListOptions } from '../list-options.ts';
import { parseOptionId } from '../rules/option-id.ts';
import { toTopupOption, toUnavailableOption } from './to-graphql.ts';
import { HiddenTopupOption, TopupOption, UnavailableTopupOption } from './topup-option.type.ts';

const OWN = 'Defaults to the organization of the token.';
const OPTIONS =
  'The options that the organization may top up now, in page order. Empty while the page is gated: topupEligibility gives the reason. Options without a current price are left out.';

@Resolver(() => Organization)
export class TopupOptionsResolver {
  constructor(private readonly options: ListOptions) {}

  @RequiresRead()
  @ListSize(8)
  @Query(() => [TopupOption], { nullable: true, description: OPTIONS })
  topupOptions(
    @Arg('organizationId', () => ID, { nullable: true, description: OWN }) organizationId: string | undefined,
    @Ctx() request: RequestContext,
  ) {
    return this.list(request, organizationToRead(request, organizationId));
  }

  @RequiresSupport()
  @ListSize(8)
  @Query(() => [HiddenTopupOption], {
    nullable: true,
    description: 'The catalogue rows that are hidden from the organization, with the reason, for support.',
  })
  async hiddenTopupOptions(
    @Arg('organizationId', () => ID, { nullable: true, description: OWN }) organizationId: string | undefined,
    @Ctx() request: RequestContext,
  ): Promise<HiddenTopupOption[] | undefined> {
    const hidden = await this.options.hidden(request, organizationToRead(request, organizationId));
    return hidden?.map(({ configuration, reason, detail }) => ({ code: configuration.code, reason, detail }));
  }

  @RequiresRead()
  @ListSize(8)
  @FieldResolver(() => [TopupOption], { name: 'topupOptions', nullable: true, description: OPTIONS })
  organizationTopupOptions(@Root() organization: Organization, @Ctx() request: RequestContext) {
    return this.list(request, organization.id);
  }

  @RequiresRead()
  @ListSize(3)
  @FieldResolver(() => [UnavailableTopupOption], {
    nullable: true,
    description:
      'The options that are left out of topupOptions because their price cannot be had at the moment. Empty while the page is gated.',
  })
  async unavailableTopupOptions(
    @Root() organization: Organization,
    @Ctx() request: RequestContext,
  ): Promise<UnavailableTopupOption[] | undefined> {
    const unpriced = await this.options.unpriced(request, organization.id);
    return unpriced?.map(toUnavailableOption);
  }

  private async list(request: RequestContext, organizationId: string): Promise<TopupOption[] | undefined> {
    const offered = await this.options.offered(request, organizationId);
    const now = this.options.clock.now();
    return offered?.map((option) => toTopupOption(option, now));
  }
}

@Resolver(() => TopupOption)
export class TopupOptionResolver {
  constructor(private readonly balances: BalancesLoader) {}

  @FieldResolver(() => String, { description: 'The name that people see.' })
  label(@Root() { label: text, labelTranslations: translations }: TopupOption, @InLanguage() language?: Language) {
    return inLanguage({ text, translations }, language);
  }

  @FieldResolver(() => String, { nullable: true, description: 'A longer text for people.' })
  description(@Root() option: TopupOption, @InLanguage() language?: Language): string | null {
    const { description: text, descriptionTranslations: translations } = option;
    return text === null ? null : inLanguage({ text, translations }, language);
  }

  @SemanticNonNull()
  @FieldResolver(() => QuotaBalance, {
    nullable: true,
    description: 'Units that top-ups credited to this quota, minus refunds.',
  })
  balance(@Root() option: TopupOption, @Ctx() request: RequestContext): Promise<QuotaBalance> {
    return this.balances.ofCode(request, option.organizationId, option.code);
  }
}

@Resolver(() => UnavailableTopupOption)
export class UnavailableTopupOptionResolver {
  @FieldResolver(() => String, { description: 'The name that people see.' })
  label(
    @Root() { label: text, labelTranslations: translations }: UnavailableTopupOption,
    @InLanguage() language?: Language,
  ) {
    return inLanguage({ text, translations }, language);
  }
}

/** Answers null alike for an option that is forbidden, hidden or unknown. */
export function topupOptionReference(options: ListOptions): ReferenceResolver {
  return async (reference, request) => {
    const caller = requireCaller(request);
    const parsed = typeof reference['id'] === 'string' ? parseOptionId(reference['id']) : undefined;
    if (parsed === undefined || !canRead(caller, parsed.organizationId)) return null;
    const option = await options.offeredByCode(request, parsed.organizationId, parsed.code);
    return option === undefined ? null : toTopupOption(option, options.clock.now());
  };
}
