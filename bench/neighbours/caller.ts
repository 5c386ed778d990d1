import http from 'node:http';

export interface Answer {
  status: number;
  body: string;
  /** Milliseconds from sending to the last byte. */
  ms: number;
}

/** One kept-alive connection to one replica, with a token. */
export class Caller {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Connects in advance, so that the first request does not wait for a connection. */
  async connect(): Promise<void> {
    await this.send('GET', '/livez');
  }

  graph(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    return this.post(JSON.stringify({ query, variables }));
  }

  /** The answer, whatever its status. */
  post(body: string): Promise<Answer> {
    return this.send('POST', '/graphql', body);
  }

  get(search: string): Promise<Answer> {
    return this.send('GET', `/graphql${search}`);
  }

  /** The data; throws when the answer has an error. */
  async data<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { status, body } = await this.graph(query, variables);
    const { data, errors } = JSON.parse(body) as { data?: T; errors?: unknown };
    if (errors !== undefined || data === undefined) throw new Error(`${status} ${JSON.stringify(errors)}`);
    return data;
  }

  close(): void {
    this.agent.destroy();
  }

  private send(method: string, path: string, body = ''): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const startedAt = performance.now();
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${this.token}`,
      // A GET without this header is refused as one that a foreign page may send.
      'apollo-require-preflight': 'true',
    };
    const request = http.request(this.url + path, { method, headers, agent: this.agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: text, ms: performance.now() - startedAt }),
      );
    });
    request.on('error', reject);
    request.end(body);
    return promise;
  }
}
