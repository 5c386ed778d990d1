/** A file whose every change for the worse must fail a test, and the tests that are to see it. */
export interface Subject {
  file: string;
  tests: readonly string[];
  /** Signatures, amounts, currencies, tenants: not one mutant may live. Elsewhere the score counts. */
  strict: boolean;
}

const strict = (file: string, ...tests: string[]): Subject => ({ file, tests, strict: true });
const scored = (file: string, ...tests: string[]): Subject => ({ file, tests, strict: false });

export const SUBJECTS: readonly Subject[] = [
  strict('src/kernel/money.ts', 'test/unit/kernel/money.test.ts'),
  scored('src/topup-options/gating.ts', 'test/unit/topup-options/gating.test.ts'),
  scored('src/topup-options/option-id.ts', 'test/unit/topup-options/option-id.test.ts'),
  scored('src/topup-options/option-value.ts', 'test/unit/topup-options/option-value.test.ts'),
  scored('src/topup-options/pricing.ts', 'test/unit/topup-options/pricing.test.ts'),
  strict('src/topup-options/quantity.ts', 'test/unit/topup-options/quantity.test.ts'),
  strict('src/orders/quote.ts', 'test/unit/orders/quote.test.ts'),
  scored('src/orders/order-state.ts', 'test/unit/orders/order-state.test.ts'),
  scored('src/orders/idempotency.ts', 'test/integration/idempotency-keys.test.ts'),
  strict('src/payments/decide-payment.ts', 'test/unit/payments/decide-payment.test.ts'),
  strict('src/payments/webhook-signature.ts', 'test/unit/payments/webhook-signature.test.ts'),
  strict('src/payments/webhook-body.ts', 'test/unit/payments/webhook-body.test.ts'),
  strict('src/payments/strict-json.ts', 'test/unit/payments/strict-json.test.ts'),
  strict('src/clients/payment-url.ts', 'test/unit/clients/payment-url.test.ts'),
  strict('src/clients/signing.ts', 'test/unit/clients/signing.test.ts'),
  strict('src/organizations/access.ts', 'test/unit/organizations/access.test.ts'),
  strict('src/platform/auth/caller.ts', 'test/unit/organizations/access.test.ts'),
  strict('src/platform/auth/token-claims.ts', 'test/unit/platform/token-claims.test.ts'),
  // Which algorithms there are is seen where tokens are verified.
  strict(
    'src/platform/auth/key-set.ts',
    'test/unit/platform/key-set.test.ts',
    'test/unit/platform/verify-token.test.ts',
  ),
  strict('src/platform/auth/verify-token.ts', 'test/unit/platform/verify-token.test.ts'),
  strict('src/platform/database/tenant-database.ts', 'test/integration/tenant-database.test.ts'),
  strict('src/platform/graphql/access-directives.ts', 'test/unit/platform/access-directives.test.ts'),
  scored(
    'src/platform/server/request-contexts.ts',
    'test/unit/platform/gateway-secret.test.ts',
    'test/unit/platform/request-contexts.test.ts',
  ),
];
