/** A package as Mekari Billing answers it. The price per unit is a decimal string. */
export interface BillingPackage {
  id: string;
  code: string;
  name: string;
  price: string;
  currency: string;
}

const idr = (id: string, code: string, name: string, price: string): BillingPackage => ({
  id,
  code,
  name,
  price,
  currency: 'IDR',
});

export const seedPackages: readonly BillingPackage[] = [
  idr('pkg-wa', 'WA_BALANCE', 'Saldo WhatsApp', '1'),
  idr('pkg-muv', 'MUV', 'Monthly unique visitors', '600'),
  idr('pkg-muv-excess', 'MUV_EXCESS', 'Monthly unique visitors, excess', '750'),
  idr('pkg-agent', 'AGENT', 'Pengguna tambahan', '125000'),
  idr('pkg-voice', 'VOICE', 'Saldo telepon', '1'),
  idr('pkg-ai', 'AI_DIALOGS', 'Dialog AI, paket 1.000', '450000'),
  idr('pkg-ai-excess', 'AI_EXCESS', 'Dialog AI, excess', '500'),
  idr('pkg-email', 'EMAIL', 'Email broadcast', '150'),
  idr('pkg-recording', 'RECORDING', 'Rekaman panggilan', '2500'),
];
