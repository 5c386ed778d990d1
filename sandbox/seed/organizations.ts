import { jakartaDate } from '../clock.ts';

export interface BillingContact {
  name: string;
  email: string;
  locale: 'id' | 'en';
}

/** An organization as hub-core answers it. Optional fields may be absent from the answer. */
export interface Organization {
  id: string;
  name: string;
  billing_version: string;
  components?: string[] | null;
  settings: {
    bifrost_new_topup: boolean;
    mcc?: { is_enabled: boolean; minimum_value: number } | null;
    /** An order above `limit` rupiah needs the approval of a second person. */
    topup_approval?: { is_enabled: boolean; limit: number } | null;
  };
  contract?: { start_date: string; end_date: string } | null;
  billing_contacts: BillingContact[];
  /** Quantity in the unit of its key: rupiah for wa_balance_excess, visitors for muv_excess, … */
  excess?: { key: string; period: string; quantity: number }[] | null;
  /** For documents. Without a locale, that of the first billing contact counts. */
  locale?: string | null;
  tax_number?: string | null;
  address?: string | null;
}

const contact = (name: string, email: string, locale: BillingContact['locale'] = 'id'): BillingContact => ({
  name,
  email,
  locale,
});

/** One organization per case. Contracts run from this year's first day to the end of the next year. */
export function seedOrganizations(now: Date): Organization[] {
  const today = jakartaDate(now);
  const year = Number(today.slice(0, 4));
  const period = today.slice(0, 7);
  const contract = { start_date: `${year}-01-01`, end_date: `${year + 1}-12-31` };
  const enrolled = { bifrost_new_topup: true, mcc: { is_enabled: false, minimum_value: 0 } };
  const v3 = { billing_version: 'v3', settings: enrolled, contract, excess: [] };

  const organizations: Organization[] = [
    {
      ...v3,
      id: '1001',
      name: 'PT Maju Jaya Sentosa',
      components: ['waba', 'voice_call', 'chatbot_ai', 'email_broadcast', 'call_recording'],
      billing_contacts: [contact('Siti Rahayu', 'siti.rahayu@maju-jaya.example.test')],
      tax_number: '01.234.567.8-012.000',
      address: 'Jl. Jenderal Sudirman Kav. 28, Jakarta Selatan 12920',
    },
    {
      ...v3,
      id: '1002',
      name: 'CV Suara Nusantara',
      components: ['voice_call'],
      billing_contacts: [contact('Budi Santoso', 'budi@suara-nusantara.example.test')],
    },
    {
      ...v3,
      id: '1003',
      name: 'PT Pasar Rakyat Digital',
      components: ['waba', 'muv_unlimited'],
      billing_contacts: [contact('Dewi Lestari', 'dewi.lestari@pasar-rakyat.example.test')],
    },
    {
      ...v3,
      id: '1004',
      name: 'PT Bank Perkreditan Bahari',
      components: ['waba', 'chatbot_ai'],
      settings: { bifrost_new_topup: true, mcc: { is_enabled: true, minimum_value: 2_500_000 } },
      billing_contacts: [
        contact('Agus Wibowo', 'agus.wibowo@bpr-bahari.example.test'),
        contact('Finance Desk', 'finance@bpr-bahari.example.test', 'en'),
      ],
      excess: [
        { key: 'wa_balance_excess', period, quantity: 250_000 },
        { key: 'muv_excess', period, quantity: 120 },
        { key: 'chatbot_ai_excess', period, quantity: 40 },
      ],
    },
    {
      ...v3,
      id: '1005',
      name: 'Toko Buku Cakrawala',
      billing_version: 'v2',
      components: ['waba'],
      billing_contacts: [contact('Rina Kusuma', 'rina@cakrawala.example.test')],
    },
    {
      billing_version: 'v3',
      settings: enrolled,
      id: '1006',
      name: 'Archipelago Logistics Pte Ltd',
      components: ['waba'],
      billing_contacts: [contact('Grace Tan', 'grace.tan@archipelago.example.test', 'en')],
      excess: [],
    },
    {
      ...v3,
      id: '1007',
      name: 'Yayasan Pendidikan Harapan',
      components: ['waba'],
      settings: { ...enrolled, bifrost_new_topup: false },
      billing_contacts: [contact('Hendra Gunawan', 'hendra@harapan.example.test')],
    },
  ];
  return structuredClone(organizations);
}
