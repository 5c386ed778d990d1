import http from 'node:http';

export interface Answer {
  status: number;
  body: string;
}

export interface Figures {
  /** The number of answered requests, by replica. */
  answered: number[];
  /** The number of refused connections, by replica: the request was not sent, and went to the other one. */
  refused: number[];
  /** Requests that were sent on a connection and got no answer, with the reason. */
  lost: string[];
}

export const noFigures = (): Figures => ({ answered: [0, 0], refused: [0, 0], lost: [] });

/**
 * A caller of two replicas with one kept-alive connection, like a balancer's: it stays with its replica, and changes to
 * the other one only when a connection is refused. It never repeats a request that may have arrived.
 */
export class KeptAliveClient {
  private agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  private current: number;

  constructor(
    private readonly ports: readonly [number, number],
    private readonly home: 0 | 1,
    private readonly figures: Figures,
  ) {
    this.current = home;
  }

  /** Returns to its first replica with a new connection, between two requests, when nothing can be lost. */
  goHome(): void {
    this.close();
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.current = this.home;
  }

  close(): void {
    this.agent.destroy();
  }

  async post(path: string, headers: Record<string, string>, body: string): Promise<Answer> {
    for (;;) {
      const replica = this.current;
      try {
        const answer = await this.send(this.ports[replica] ?? 0, path, headers, body);
        this.figures.answered[replica] = (this.figures.answered[replica] ?? 0) + 1;
        return answer;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') {
          this.figures.lost.push(`${path} of replica ${replica}: ${(error as Error).message}`);
          throw error;
        }
        this.figures.refused[replica] = (this.figures.refused[replica] ?? 0) + 1;
        this.current = 1 - replica;
      }
    }
  }

  private send(port: number, path: string, headers: Record<string, string>, body: string): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const options = { host: '127.0.0.1', port, path, method: 'POST', agent: this.agent };
    const request = http.request({
      ...options,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.end(body);
    return promise;
  }
}
