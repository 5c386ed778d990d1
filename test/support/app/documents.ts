import { DocumentedOrderDocument, type DocumentedOrderQuery } from '../../generated/operations.ts';
import type { TestApp } from './app.ts';
import type { TestClient } from './test-client.ts';

export type Documented = NonNullable<DocumentedOrderQuery['topupOrder']>;
type Kind = Documented['documents'][number]['kind'];

export async function documentsOf(client: TestClient, id: string): Promise<Documented['documents']> {
  const { topupOrder } = await client.query(DocumentedOrderDocument, { id });
  if (topupOrder === null) throw new Error(`there is no order ${id}`);
  return topupOrder.documents;
}

/** The link of the newest document of a kind. */
export async function linkTo(client: TestClient, id: string, kind: Kind): Promise<string> {
  const found = (await documentsOf(client, id)).find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`order ${id} has no ${kind}`);
  return found.url;
}

/** Follows a link without any header, as a browser does. PUBLIC_URL is not the address of a test's server. */
export async function follow({ url }: Pick<TestApp, 'url'>, link: string) {
  const response = await fetch(url + new URL(link).pathname);
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
