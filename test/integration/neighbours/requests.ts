import type { PaidPi } from '../../../src/clients/moderator.ts';
import type { NewInvoice } from '../../../src/payments/provider.ts';

/** An invoice that the sandbox accepts; 1,000,000 rupiah by default. */
export function newInvoice(changes: Partial<NewInvoice> = {}): NewInvoice {
  return {
    orderNumber: 'TU-1',
    amount: 1_000_000n,
    description: 'Top-up TU-1',
    items: [{ name: 'WhatsApp balance', quantity: 1_000_000n, unitPrice: 1n, amount: 1_000_000n }],
    customer: { organizationId: '1001', name: 'PT Maju Jaya' },
    returnUrl: 'http://127.0.0.1/topup',
    expiresAt: new Date(Date.now() + 86_400_000),
    ...changes,
  };
}

/** A paid PI that the sandbox books. */
export function paidPi(changes: Partial<PaidPi> = {}): PaidPi {
  return {
    organizationId: '1001',
    orderNumber: 'TU-1',
    revision: 0,
    billingVersion: 'v3',
    activeFrom: '2026-11-22',
    paidDate: '2026-11-22',
    amount: 1_000_000n,
    lines: [
      {
        packageId: 'pkg-wa',
        packageCode: 'WA_BALANCE',
        quotaType: 'lifetime',
        kind: 'TOPUP',
        quantity: 1_000_000n,
        unitPrice: 1n,
        amount: 1_000_000n,
        periodStart: '2026-11-22',
        periodEnd: undefined,
      },
    ],
    ...changes,
  };
}
