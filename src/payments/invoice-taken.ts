import { UpstreamError } from '../clients/upstream-error.ts';

/**
 * Another order got an invoice of the answer after its owner was read. Nothing was settled. If the provider is asked again, the
 * invoice is set apart.
 */
export class InvoiceTaken extends UpstreamError {
  constructor(provider: string) {
    super(provider, 'malformed', "it gave another order's invoice");
  }
}
