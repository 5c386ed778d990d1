/** The types without an id: parts of their parent, in which Graphcache embeds them. */
const EMBEDDED = [
  'ApproveTopupOrderPayload',
  'CancelTopupOrderPayload',
  'CheckTopupPaymentPayload',
  'ConfirmOrderPayload',
  'CreateTopupOrderPayload',
  'ExcessSummary',
  'HiddenTopupOption',
  'Money',
  'PageInfo',
  'PaymentExceptionConnection',
  'PaymentExceptionEdge',
  'QuotaLedgerConnection',
  'QuotaLedgerEdge',
  'RejectTopupOrderPayload',
  'SubmitTopupOrderPayload',
  'TopupActor',
  'TopupApproval',
  'TopupChoice',
  'TopupDocument',
  'TopupEligibility',
  'TopupOrderConnection',
  'TopupOrderEdge',
  'TopupOrderEvent',
  'TopupPermissions',
  'TopupPriceChange',
  'TopupPriceChangeLine',
  'TopupSettlement',
  'TopupTax',
  'TopupUserError',
  'UnavailableTopupOption',
] as const;

/** `keys` for urql's Graphcache. Every type that is not listed has an `id`, which Graphcache takes by itself. */
export const keys: Record<(typeof EMBEDDED)[number], () => null> = Object.fromEntries(
  EMBEDDED.map((type) => [type, () => null]),
) as Record<(typeof EMBEDDED)[number], () => null>;
