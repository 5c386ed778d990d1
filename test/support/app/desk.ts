import { type Desk, startDesk } from '../../../sandbox/desk/desk.ts';
import { deskLinks } from '../../../sandbox/dev/addresses.ts';
import { root } from '../processes/built.ts';
import type { TestApp } from './app.ts';

/** The desk of `npm run dev` before the app, whose log it follows. Page and gateway are addresses only. */
export async function startDeskOf(app: TestApp, pageUrl = 'http://127.0.0.1:1'): Promise<Desk> {
  const desk = await startDesk({ root, port: 0, sandbox: app.sandbox });
  const { url, sandbox } = app;
  const gatewayUrl = 'http://127.0.0.1:1/graphql';
  const environment = { ...sandbox.environment(), DATABASE_URL: app.db.url, CHECKOUT_RETURN_URL: `${pageUrl}/` };
  const logFile = '/tmp/self-topup.log';
  desk.link(deskLinks({ url, pageUrl, gatewayUrl, deskUrl: desk.url, sandbox, environment, logFile }));
  return desk;
}
