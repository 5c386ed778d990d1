import type { RequestContext } from './request-context.ts';

/** A GET for REST consumers, guarded like the graph: same token, same scopes. Answers the `data` of the body. */
export interface RestRoute {
  path: string;
  answer(request: RequestContext, organizationId: string | undefined): Promise<readonly object[]>;
}
