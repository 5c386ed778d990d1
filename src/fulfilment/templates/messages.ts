import type { MailKind, MailLocale } from './order-mail.ts';

/**
 * Every word of the order e-mails. content.ts picks the sentences; html.ts and text.ts lay them out. A missing language
 * or key does not compile.
 */
export const MESSAGES: Readonly<Record<MailLocale, MailMessages>> = {
  id: {
    months: months('Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember'),
    instant: (date, hour, minute) => `${date} pukul ${hour}.${minute} WIB`,
    greeting: (name) => (name === '' ? 'Yth. Bapak/Ibu,' : `Yth. Bapak/Ibu ${name},`),
    awaiting_payment: {
      subject: (order, org) => `Pesanan ${order} menunggu pembayaran – ${org}`,
      heading: 'Pesanan Anda menunggu pembayaran',
      preheader: 'Kuota bertambah otomatis setelah pembayaran Anda kami terima.',
      intro: (order, org) => `Terima kasih. Pesanan top-up ${order} untuk ${org} sudah kami terima.`,
      items: 'Rincian pesanan',
    },
    payment_received: {
      subject: (order, org) => `Pembayaran pesanan ${order} telah diterima – ${org}`,
      heading: 'Pembayaran Anda telah kami terima',
      preheader: 'Terima kasih. Berikut rincian yang telah kami proses.',
      intro: (order, org) => `Terima kasih. Pembayaran pesanan top-up ${order} untuk ${org} telah kami terima.`,
      items: 'Yang telah kami proses',
    },
    invoice_booked: {
      subject: (order, org) => `Nomor PI untuk pesanan ${order} – ${org}`,
      heading: 'PI pesanan Anda telah dibukukan',
      preheader: 'Berikut nomor PI (proforma invoice) untuk pembukuan Anda.',
      intro: (order, org) => `PI (proforma invoice) untuk pesanan top-up ${order} atas nama ${org} telah kami bukukan.`,
      items: 'Rincian pesanan',
    },
    order_expired: {
      subject: (order, org) => `Pesanan ${order} telah kedaluwarsa – ${org}`,
      heading: 'Pesanan Anda telah kedaluwarsa',
      preheader: 'Anda tidak dikenai biaya apa pun. Pesanan baru dapat dibuat kapan saja.',
      intro: (order, org) =>
        `Pesanan top-up ${order} untuk ${org} telah kedaluwarsa karena belum dibayar hingga batas waktunya.`,
      items: 'Rincian pesanan yang kedaluwarsa',
    },
    payment_under_review: {
      subject: (order, org) => `Pembayaran pesanan ${order} sedang kami periksa – ${org}`,
      heading: 'Pembayaran Anda sedang kami periksa',
      preheader: 'Anda tidak perlu membayar lagi. Tim kami sedang memeriksanya.',
      intro: (order, org) =>
        `Kami menerima pembayaran untuk pesanan top-up ${order} atas nama ${org}, tetapi pembayaran tersebut tidak sesuai dengan pesanan, misalnya karena jumlah atau mata uangnya berbeda.`,
      items: 'Rincian pesanan',
    },
    payBy: (deadline) => `Mohon selesaikan pembayaran paling lambat ${deadline}.`,
    pay: 'Mohon selesaikan pembayaran agar pesanan dapat kami proses.',
    creditedOncePaid: 'Pesanan diproses secara otomatis setelah pembayaran terverifikasi.',
    payInApp: 'Untuk membayar, silakan buka pesanan ini di halaman top-up, bagian Finance pada aplikasi Qontak.',
    alreadyPaid: 'Jika Anda sudah membayar, abaikan email ini. Konfirmasinya akan kami kirim tersendiri.',
    credited: 'Kuota pada rincian di bawah ini sudah bertambah dan dapat langsung digunakan.',
    settled: 'Kelebihan pemakaian yang tercantum dalam pesanan ini telah lunas.',
    notCharged: 'Anda tidak dikenai biaya apa pun untuk pesanan ini.',
    orderAgain:
      'Jika masih memerlukan kuota, silakan buat pesanan baru di halaman top-up, bagian Finance pada aplikasi Qontak. Harga yang berlaku akan ditampilkan sebelum Anda mengonfirmasi.',
    paidAfterAll:
      'Sudah terlanjur membayar pesanan ini? Anda tidak perlu memesan ulang. Begitu pembayaran terverifikasi, pesanan tetap kami proses dan kuotanya kami kreditkan.',
    notCredited: 'Karena itu, belum ada kuota yang kami kreditkan.',
    reviewing: 'Tim kami sedang memeriksa pembayaran ini. Anda tidak perlu membayar lagi.',
    quantity: (quantity) => `Jumlah: ${quantity}`,
    quantityAndQuota: (quantity, quota) => `Jumlah: ${quantity} · Kuota: ${quota}`,
    excess: (quantity) => `Pelunasan kelebihan pemakaian: ${quantity}`,
    lineCredited: (credits) => `Kuota yang dikreditkan: ${credits}`,
    lineSettled: (quantity) => `Kelebihan pemakaian yang dilunasi: ${quantity}`,
    total: 'Total pesanan',
    orderNumber: 'Nomor pesanan',
    organization: 'Organisasi',
    payUntil: 'Batas waktu pembayaran',
    paidAt: 'Tanggal pembayaran',
    paidInvoice: 'Nomor PI (proforma invoice)',
    paidInvoiceFollows: 'Nomor PI (proforma invoice) akan kami kirim dalam email tersendiri setelah dibukukan.',
    payButton: 'Bayar sekarang',
    linkFallback: 'Jika tombol tidak berfungsi, salin tautan berikut ke peramban Anda:',
    help: (order) => `Ada pertanyaan? Hubungi tim dukungan Qontak dengan menyebutkan nomor pesanan ${order}.`,
    footer: (org) => `Email ini dikirim secara otomatis kepada kontak penagihan ${org}.`,
  },
  en: {
    months: months('January February March April May June July August September October November December'),
    instant: (date, hour, minute) => `${date}, ${hour}:${minute} WIB`,
    greeting: (name) => (name === '' ? 'Hello,' : `Dear ${name},`),
    awaiting_payment: {
      subject: (order, org) => `Order ${order} is awaiting payment – ${org}`,
      heading: 'Your order is awaiting payment',
      preheader: 'Your quota is topped up automatically once we have received your payment.',
      intro: (order, org) => `Thank you. We have received top-up order ${order} for ${org}.`,
      items: 'Your order',
    },
    payment_received: {
      subject: (order, org) => `Payment received for order ${order} – ${org}`,
      heading: 'We have received your payment',
      preheader: 'Thank you. Here is what we have processed.',
      intro: (order, org) => `Thank you. We have received the payment for top-up order ${order} for ${org}.`,
      items: 'What we have processed',
    },
    invoice_booked: {
      subject: (order, org) => `PI number for order ${order} – ${org}`,
      heading: 'The PI for your order has been booked',
      preheader: 'Here is the PI (proforma invoice) number for your accounts.',
      intro: (order, org) => `We have booked the PI (proforma invoice) for top-up order ${order} of ${org}.`,
      items: 'Your order',
    },
    order_expired: {
      subject: (order, org) => `Order ${order} has expired – ${org}`,
      heading: 'Your order has expired',
      preheader: 'You have not been charged. You can place a new order at any time.',
      intro: (order, org) =>
        `Top-up order ${order} for ${org} has expired because it was not paid before its payment deadline.`,
      items: 'The order that expired',
    },
    payment_under_review: {
      subject: (order, org) => `We are reviewing the payment for order ${order} – ${org}`,
      heading: 'We are reviewing your payment',
      preheader: 'There is no need to pay again. Our team is looking into it.',
      intro: (order, org) =>
        `We received a payment for top-up order ${order} for ${org}, but it does not match the order: for example, the amount or the currency is different.`,
      items: 'Your order',
    },
    payBy: (deadline) => `Please complete your payment by ${deadline}.`,
    pay: 'Please complete your payment so that we can process the order.',
    creditedOncePaid: 'The order is processed automatically as soon as your payment is verified.',
    payInApp: 'To pay, please open this order on the top-up page in the Finance section of Qontak.',
    alreadyPaid: 'If you have already paid, please ignore this e-mail. We will confirm your payment separately.',
    credited: 'The quota listed below has been added and is ready to use.',
    settled: 'The excess usage included in this order has been settled.',
    notCharged: 'You have not been charged for this order.',
    orderAgain:
      'If you still need the quota, please place a new order on the top-up page in the Finance section of Qontak. You will see the current price before you confirm.',
    paidAfterAll:
      'Have you paid for this order all the same? There is no need to order again. As soon as the payment is verified, we will process the order and credit the quota.',
    notCredited: 'For this reason, no quota has been credited yet.',
    reviewing: 'Our team is looking into this payment. There is no need to pay again.',
    quantity: (quantity) => `Quantity: ${quantity}`,
    quantityAndQuota: (quantity, quota) => `Quantity: ${quantity} · Quota: ${quota}`,
    excess: (quantity) => `Settlement of excess usage: ${quantity}`,
    lineCredited: (credits) => `Quota credited: ${credits}`,
    lineSettled: (quantity) => `Excess usage settled: ${quantity}`,
    total: 'Order total',
    orderNumber: 'Order number',
    organization: 'Organization',
    payUntil: 'Payment deadline',
    paidAt: 'Payment date',
    paidInvoice: 'PI (proforma invoice) number',
    paidInvoiceFollows: 'We will send you the PI (proforma invoice) number in a separate e-mail, once it is booked.',
    payButton: 'Pay now',
    linkFallback: 'If the button does not work, copy this link into your browser:',
    help: (order) => `Any questions? Contact Qontak support and mention order number ${order}.`,
    footer: (org) => `This e-mail was sent automatically to the billing contacts of ${org}.`,
  },
};

type Sentence<Args extends string[]> = (...args: Args) => string;
type OrderSentence = Sentence<[order: string, organization: string]>;

/** The texts that every kind of mail has. */
export interface KindMessages {
  subject: OrderSentence;
  heading: string;
  /** The text that the inbox shows next to the subject. */
  preheader: string;
  intro: OrderSentence;
  items: string;
}

type PlainKey =
  | 'pay'
  | 'creditedOncePaid'
  | 'payInApp'
  | 'alreadyPaid'
  | 'credited'
  | 'settled'
  | 'notCharged'
  | 'orderAgain'
  | 'paidAfterAll'
  | 'notCredited'
  | 'reviewing'
  | 'total'
  | 'orderNumber'
  | 'organization'
  | 'payUntil'
  | 'paidAt'
  | 'paidInvoice'
  | 'paidInvoiceFollows'
  | 'payButton'
  | 'linkFallback';

type OneValueKey = 'greeting' | 'payBy' | 'quantity' | 'excess' | 'lineCredited' | 'lineSettled' | 'help' | 'footer';

export type MailMessages = Readonly<Record<MailKind, KindMessages>> &
  Readonly<Record<PlainKey, string>> &
  Readonly<Record<OneValueKey, Sentence<[value: string]>>> & {
    readonly months: readonly string[];
    readonly instant: Sentence<[date: string, hour: string, minute: string]>;
    readonly quantityAndQuota: Sentence<[quantity: string, quota: string]>;
  };

function months(names: string): readonly string[] {
  return names.split(' ');
}
