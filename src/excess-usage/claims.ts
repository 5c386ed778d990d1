import type { Translations } from '../kernel/translated.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import type { OwedExcess } from './rules/owed.ts';

/** Excess on a line of an order that awaits its payment, at the frozen price. */
export interface ClaimedExcess extends OwedExcess {
  orderId: string;
  label: string;
  labelTranslations: Translations | null;
}

/** The port through which the page learns of claims from orders/, which imports excess-usage/. The composition root connects them. */
export interface Claims {
  ofOrganization(request: RequestContext, organizationId: string): Promise<readonly ClaimedExcess[]>;
}
