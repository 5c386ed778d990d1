import { columnsOf } from '../../platform/database/columns.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { type Query, sql } from '../../platform/database/sql.ts';
import type { DocumentId } from '../rules/document-kind.ts';
import { OrderDocument } from './order-document.entity.ts';

const insertDocuments = insertInto(OrderDocument);

export const documentWithId = ({ orderId, kind, quote }: DocumentId): Query<OrderDocument> => sql<OrderDocument>`
  select ${columnsOf(OrderDocument, 'document')} from order_documents document
  where document.order_id = ${orderId} and document.kind = ${kind} and document.quote = ${quote}`;

/** Stores a document, unless another maker was first. */
export const documentInsert = (document: OrderDocument): Query =>
  sql`${insertDocuments([document])} on conflict on constraint order_documents_pkey do nothing`;
