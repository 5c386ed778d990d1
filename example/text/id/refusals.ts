/** The figures that a refusal names, as the page writes them. Empty where they are not known. */
export interface RefusalFigures {
  minimum: string;
  maximum: string;
  step: string;
  suggested: string;
}

type Words = string | ((figures: RefusalFigures) => string);

/** By the code of the error. A code that is not listed shows the service's own message. */
export const refusals: Record<string, Words> = {
  FEATURE_DISABLED: 'Top-up mandiri belum tersedia untuk organisasi ini.',
  OPTION_UNAVAILABLE: 'Pilihan ini tidak lagi tersedia. Hapus dari pesanan Anda.',
  PRICE_UNAVAILABLE: 'Harganya sedang tidak dapat diambil. Coba lagi sebentar lagi, atau pesan tanpa pilihan ini.',
  EXCESS_UNAVAILABLE: 'Pemakaian yang belum dilunasi belum dapat dihitung. Coba lagi sebentar lagi.',
  ORGANIZATION_UNAVAILABLE: 'Data organisasi Anda sedang tidak dapat diambil. Coba lagi sebentar lagi.',
  EMPTY_ORDER: 'Isi jumlah pada sedikitnya satu pilihan.',
  DUPLICATE_OPTION: 'Pilihan ini sudah ada dalam pesanan.',
  INVALID_QUANTITY: 'Jumlahnya terlalu besar untuk satu pesanan.',
  BELOW_MINIMUM: ({ minimum }) => `Minimumnya ${minimum}.`,
  ABOVE_MAXIMUM: ({ maximum }) => `Maksimumnya ${maximum}.`,
  NOT_A_CHOICE: ({ suggested }) => `Jumlah ini tidak ditawarkan. Yang terdekat ${suggested}.`,
  NOT_A_MULTIPLE: ({ step, suggested }) => `Jumlahnya harus kelipatan ${step}. Yang terdekat ${suggested}.`,
  ORDER_NOT_FOUND: 'Pesanan tidak ditemukan.',
  INVALID_TRANSITION: 'Status pesanan ini sudah berubah. Yang tampil adalah status terbaru.',
  QUOTE_EXPIRED: 'Masa berlaku harga habis. Tinjau lagi dengan harga terbaru.',
  EXCESS_PENDING: 'Pesanan lain sudah melunasi pemakaian kuota ini. Bayar atau batalkan pesanan itu dulu:',
  TOO_MANY_OPEN_ORDERS: 'Terlalu banyak pesanan yang belum selesai. Bayar atau batalkan salah satunya dulu.',
  TOTAL_MISMATCH: 'Total pesanan ini sudah berubah. Periksa lagi, lalu konfirmasi.',
  CONTRACT_END_MISSING: 'Akhir kontrak Anda belum tercatat. Hubungi tim Qontak Anda, atau pesan tanpa pilihan ini.',
  PAYMENT_PROVIDER_UNAVAILABLE: 'Mekari Pay sedang tidak dapat dihubungi. Coba lagi sebentar lagi.',
  PAYMENT_REFUSED: 'Mekari Pay menolak tagihan ini, jadi pesanan dibatalkan. Tim kami sedang memeriksanya.',
  WITHHOLDING_NOT_APPLICABLE: 'Tidak ada PPh 23 yang dapat dipotong dari pesanan ini.',
  APPROVAL_REQUIRED: 'Pesanan ini perlu disetujui orang kedua sebelum dikonfirmasi.',
  OWN_ORDER: 'Anda membuat atau mengajukan pesanan ini, jadi orang lain yang memutuskan.',
  PAYMENT_RECEIVED: 'Pembayaran untuk pesanan ini sudah masuk, jadi pesanan tidak dapat dibatalkan.',
};
