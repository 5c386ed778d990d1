export interface Token {
  /** The purpose of the token. */
  label: string;
  organization_id: string;
  /** Separated by spaces. */
  scope: string;
  /** `Authorization: Bearer …`, good for twelve hours. */
  access_token: string;
}

export interface TokenClaims {
  organization_id?: string;
  /** Separated by spaces, e.g. `topup:read topup:write`. */
  scope?: string;
  sub?: string;
}

export interface SelfTopupOptions {
  /** The port of the graph; 0, the default, is a free one. */
  port?: number;
  /** The page to which Mekari Pay sends the buyer back. */
  returnUrl?: string;
  /** The server's log on standard output; `silent` by default. */
  logLevel?: 'silent' | 'error' | 'warn' | 'info' | 'debug';
}

/** A running product on 127.0.0.1, with an empty database, seven organizations and the shipped catalogue. */
export interface SelfTopup {
  graphUrl: string;
  /** Provider states for contract tests: `POST /_sandbox/states`. */
  statesUrl: string;
  /** The provider's pages, where a buyer pays. */
  mekariPayUrl: string;
  mailboxUrl: string;
  tokens: readonly Token[];
  token(claims?: TokenClaims): Promise<string>;
  /** Pays an order that awaits its payment, as a buyer does at Mekari Pay. */
  pay(orderNumber: string): Promise<void>;
  /** Brings back the state at the start. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export function startSelfTopup(options?: SelfTopupOptions): Promise<SelfTopup>;
