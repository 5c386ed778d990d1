/** A file whose faults must fail a test, and the tests that must detect them. */
export interface Subject {
  file: string;
  tests: readonly string[];
  /** True for signatures, amounts, currencies and tenants: no mutant may live. Elsewhere the score counts. */
  strict: boolean;
}

const strict = (file: string, ...tests: string[]): Subject => ({ file, tests, strict: true });
const scored = (file: string, ...tests: string[]): Subject => ({ file, tests, strict: false });

export const SUBJECTS: readonly Subject[] = [
  strict('src/kernel/money.ts', 'test/unit/kernel/money.test.ts'),
  scored('src/topup-options/rules/gating.ts', 'test/unit/topup-options/gating.test.ts'),
  scored('src/topup-options/rules/option-id.ts', 'test/unit/topup-options/option-id.test.ts'),
  scored('src/topup-options/rules/option-value.ts', 'test/unit/topup-options/option-value.test.ts'),
  scored('src/topup-options/rules/placeholders.ts', 'test/unit/topup-options/placeholders.test.ts'),
  strict('src/topup-options/rules/quantity.ts', 'test/unit/topup-options/quantity.test.ts'),
  scored('src/topup-options/rules/validity.ts', 'test/unit/topup-options/validity.test.ts'),
  strict('src/orders/rules/quote.ts', 'test/unit/orders/quote.test.ts'),
  strict('src/orders/rules/compare-quotes.ts', 'test/unit/orders/quote.test.ts'),
  scored('src/orders/rules/order-state.ts', 'test/unit/orders/order-state.test.ts'),
  scored('src/orders/store/idempotency-keys.ts', 'test/integration/orders/idempotency-keys.test.ts'),
  strict('src/payments/rules/decide-payment.ts', 'test/unit/payments/decide-payment.test.ts'),
  strict('src/payments/rules/received-sum.ts', 'test/unit/payments/received-sum.test.ts'),
  strict('src/payments/rules/provider-end.ts', 'test/unit/payments/provider-end.test.ts'),
  strict('src/kernel/amount.ts', 'test/unit/kernel/amount.test.ts'),
  strict('src/clients/mekari-pay/webhook-signature.ts', 'test/unit/clients/mekari-pay-webhook-signature.test.ts'),
  strict('src/clients/mekari-pay/webhook-body.ts', 'test/unit/clients/mekari-pay-webhook-body.test.ts'),
  strict('src/kernel/json.ts', 'test/unit/kernel/json.test.ts'),
  strict('src/clients/mekari-pay/payment-url.ts', 'test/unit/clients/payment-url.test.ts'),
  strict('src/clients/signing.ts', 'test/unit/clients/signing.test.ts'),
  strict('src/organizations/rules/access.ts', 'test/unit/organizations/access.test.ts'),
  strict('src/platform/auth/caller.ts', 'test/unit/organizations/access.test.ts'),
  strict('src/platform/auth/token-claims.ts', 'test/unit/platform/auth/token-claims.test.ts'),
  // verify-token.test.ts covers the list of algorithms.
  strict(
    'src/platform/auth/key-set.ts',
    'test/unit/platform/auth/key-set.test.ts',
    'test/unit/platform/auth/verify-token.test.ts',
  ),
  strict(
    'src/platform/auth/verify-token.ts',
    'test/unit/platform/auth/issuer-keys.test.ts',
    'test/unit/platform/auth/verify-token.test.ts',
  ),
  strict('src/platform/database/tenant-database.ts', 'test/integration/database/tenant-database.test.ts'),
  strict('src/platform/graphql/access-directives.ts', 'test/unit/platform/graphql/access-directives.test.ts'),
  strict(
    'src/platform/graphql/decorate-schema.ts',
    'test/unit/platform/graphql/access-directives.test.ts',
    'test/unit/platform/graphql/decorate-schema.test.ts',
  ),
  scored('src/platform/server/authenticate.ts', 'test/unit/platform/server/authenticate.test.ts'),
  scored('src/platform/server/correlation.ts', 'test/unit/platform/server/authenticate.test.ts'),
  scored('src/platform/server/gateway-secret.ts', 'test/unit/platform/server/gateway-secret.test.ts'),
];
