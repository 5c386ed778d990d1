import DataLoader from 'dataloader';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import { type Replacement, replacementsOfOrders } from '../orders/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import { type DocumentedOrder, type DocumentKind, documentsOf } from './rules/document-kind.ts';
import { LINK_SECONDS, type LinkKeys, writeToken } from './rules/document-link.ts';

export interface LinkedDocument {
  kind: DocumentKind;
  url: string;
  expiresAt: Date;
}

/** Writes the links to the documents of orders. Makes no document. */
export class DocumentLinks {
  private readonly replacements = perRequest(
    (request) =>
      new DataLoader<string, Replacement[]>(
        async (orderIds) => {
          const [rows] = await this.database.reads(request, replacementsOfOrders(orderIds));
          const byOrder = Map.groupBy(rows, ({ orderId }) => orderId);
          return orderIds.map((id) => byOrder.get(id) ?? []);
        },
        { cache: false },
      ),
  );

  constructor(
    private readonly database: TenantDatabase,
    private readonly keys: LinkKeys,
    private readonly publicUrl: string,
    private readonly clock: Clock,
  ) {}

  async ofOrder(
    request: RequestContext,
    order: DocumentedOrder & { organizationId: string },
  ): Promise<LinkedDocument[]> {
    const { organizationId } = order;
    const replacements = await this.replacements(request).load(order.id);
    // A token has whole seconds.
    const expiresAt = new Date(Math.floor(addSeconds(this.clock.now(), LINK_SECONDS).getTime() / 1000) * 1000);
    return documentsOf(order, replacements.length + 1).map((id) => ({
      kind: id.kind,
      url: `${this.publicUrl}/documents/${writeToken(this.keys, { organizationId, ...id, expiresAt })}`,
      expiresAt,
    }));
  }
}
