import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { literals } from '../../platform/database/sql.ts';
import { DOCUMENT_KINDS, type DocumentId, type DocumentKind } from '../rules/document-kind.ts';

/** A document of an order, made once: the same bytes for ever. Written once, and goes with a deleted draft. */
@Entity('order_documents')
@Check('order_documents_kind_check', `kind in (${literals(DOCUMENT_KINDS)})`)
@Check('order_documents_quote_check', `quote >= 0 and (kind = 'QUOTATION') = (quote > 0)`)
@Check('order_documents_hash_check', `content_hash = encode(sha256(content), 'hex')`)
export class OrderDocument implements DocumentId {
  @ForeignKey('TopupOrder', { name: 'order_documents_order_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ name: 'order_id', type: 'uuid', primaryKeyConstraintName: 'order_documents_pkey' })
  orderId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'order_documents_pkey' })
  kind!: DocumentKind;

  /** The number of the quote, of a quotation; 0 for the other kinds. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'order_documents_pkey' })
  quote!: number;

  /** The PDF. */
  @Column({ type: 'bytea' })
  content!: Buffer;

  /** SHA-256 of the content, in hexadecimal digits. */
  @Column({ name: 'content_hash', type: 'text' })
  contentHash!: string;

  @Column({ name: 'made_at', type: 'timestamptz', precision: 3 })
  madeAt!: Date;
}
