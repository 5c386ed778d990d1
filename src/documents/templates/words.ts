import type { MailLocale } from '../../fulfilment/index.ts';
import type { DocumentKind } from '../rules/document-kind.ts';

type Value = (value: string) => string;

/** The words of documents that mails do not have. A missing language or key does not compile. */
export interface DocumentWords {
  title: Readonly<Record<DocumentKind, string>>;
  quotation: string;
  quotedAt: string;
  validUntil: string;
  bookedAt: string;
  taxNumber: string;
  address: string;
  purchaseOrder: string;
  item: string;
  unitPrice: string;
  amount: string;
  subtotal: string;
  taxIncluded: string;
  taxBase: string;
  payments: string;
  received: string;
  accepted: string;
  period: (start: string, end: string) => string;
  from: Value;
  until: Value;
  /** The sentence at the end that says what the document is for. */
  note: Readonly<Record<DocumentKind, string>>;
  noTaxInvoice: string;
  noSignature: string;
  page: (page: number, pages: number) => string;
}

const id: DocumentWords = {
  title: { QUOTATION: 'Penawaran Harga', RECEIPT: 'Bukti Pembayaran', BOOKED_INVOICE: 'Invoice Terbukukan' },
  quotation: 'Nomor penawaran',
  quotedAt: 'Tanggal penawaran',
  validUntil: 'Berlaku sampai',
  bookedAt: 'Tanggal pembukuan',
  taxNumber: 'NPWP',
  address: 'Alamat',
  purchaseOrder: 'Nomor purchase order',
  item: 'Rincian',
  unitPrice: 'Harga satuan',
  amount: 'Nominal',
  subtotal: 'Subtotal',
  taxIncluded: 'Pajak yang sudah termasuk dalam harga',
  taxBase: 'DPP',
  payments: 'Pembayaran',
  received: 'Jumlah diterima',
  accepted: 'Jumlah ini kami terima sebagai pembayaran seluruh pesanan.',
  period: (start, end) => `Masa berlaku: ${start} – ${end}`,
  from: (start) => `Berlaku sejak ${start}`,
  until: (end) => `Berlaku sampai ${end}`,
  note: {
    QUOTATION: 'Harga berlaku sampai waktu di atas. Belum ada yang dipesan atau ditagihkan dengan penawaran ini.',
    RECEIPT: 'Nomor PI (proforma invoice) tercantum pada invoice terbukukan, yang tersedia setelah pembukuan.',
    BOOKED_INVOICE: 'PI (proforma invoice) untuk pesanan ini telah kami bukukan, dan pembayarannya telah kami terima.',
  },
  noTaxInvoice: 'Dokumen ini bukan faktur pajak.',
  noSignature: 'Dokumen ini dibuat oleh sistem dan sah tanpa tanda tangan.',
  page: (page, pages) => `Halaman ${page} dari ${pages}`,
};

const en: DocumentWords = {
  title: { QUOTATION: 'Quotation', RECEIPT: 'Payment Receipt', BOOKED_INVOICE: 'Booked Invoice' },
  quotation: 'Quotation number',
  quotedAt: 'Quotation date',
  validUntil: 'Valid until',
  bookedAt: 'Booking date',
  taxNumber: 'Tax number (NPWP)',
  address: 'Address',
  purchaseOrder: 'Purchase order number',
  item: 'Item',
  unitPrice: 'Unit price',
  amount: 'Amount',
  subtotal: 'Subtotal',
  taxIncluded: 'Tax included in the prices',
  taxBase: 'base (DPP)',
  payments: 'Payments',
  received: 'Amount received',
  accepted: 'We accepted this amount as payment of the whole order.',
  period: (start, end) => `Valid from ${start} to ${end}`,
  from: (start) => `Valid from ${start}`,
  until: (end) => `Valid until ${end}`,
  note: {
    QUOTATION: 'The prices hold until the time above. Nothing has been ordered or charged with this quotation.',
    RECEIPT: 'The PI (proforma invoice) number is on the booked invoice, which is available once it is booked.',
    BOOKED_INVOICE: 'We have booked the PI (proforma invoice) for this order and received its payment.',
  },
  noTaxInvoice: 'This document is not a tax invoice (faktur pajak).',
  noSignature: 'This document was made by our system and is valid without a signature.',
  page: (page, pages) => `Page ${page} of ${pages}`,
};

export const DOCUMENT_WORDS: Readonly<Record<MailLocale, DocumentWords>> = { id, en };
