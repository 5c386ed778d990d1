import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { Clock } from '../kernel/clock.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { type DocumentFacts, readFacts } from './document-facts.ts';
import { type DocumentId, fileName } from './rules/document-kind.ts';
import type { OrderDocument } from './store/order-document.entity.ts';
import { documentInsert, documentWithId } from './store/order-documents.ts';
import { documentContent } from './templates/document-content.ts';
import { renderPdf } from './templates/render-pdf.ts';

export interface DocumentFile {
  name: string;
  content: Buffer;
  /** SHA-256 in hexadecimal digits. */
  contentHash: string;
}

/**
 * The documents of orders as PDF (domain.md 10a). The first reader of a document makes it, from facts that do not change any more, and its
 * bytes are stored: everybody gets the same ones, for ever. Two makers at once store one document, and both answer that one. A crash
 * before the insert leaves none, and the next reader makes it.
 */
export class OrderDocuments {
  /** A layout gives other requests their turn every few milliseconds, and memory holds one at a time. */
  private readonly layouts = pLimit(1);

  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** Returns undefined if the caller's organization has no such document. */
  async file(request: RequestContext, id: DocumentId): Promise<DocumentFile | undefined> {
    const [facts, stored] = await Promise.all([readFacts(this.database, request, id), this.stored(request, id)]);
    if (facts === undefined) return undefined;
    const document = stored ?? (await this.layouts(() => this.make(request, id, facts)));
    const { content, contentHash } = document;
    return { name: fileName(facts.order.number, id), content, contentHash };
  }

  private async stored(request: RequestContext, id: DocumentId): Promise<OrderDocument | undefined> {
    const [[document]] = await this.database.reads(request, documentWithId(id));
    return document;
  }

  private async make(request: RequestContext, id: DocumentId, facts: DocumentFacts): Promise<OrderDocument> {
    // Another request may have made it while this one waited for its turn.
    const before = await this.stored(request, id);
    if (before !== undefined) return before;
    const madeAt = this.clock.now();
    const content = await renderPdf(documentContent(id, facts), madeAt);
    const contentHash = createHash('sha256').update(content).digest('hex');
    // fault point: document, made and not stored
    await this.database.writes(request, documentInsert({ ...id, content, contentHash, madeAt }));
    // fault point: document, stored and not answered
    // Not the own bytes: another replica may have been first.
    const document = await this.stored(request, id);
    if (document === undefined) throw new Error(`the ${id.kind} of order ${id.orderId} was stored and is not there`);
    return document;
  }
}
