/** A peer as a process of its own: which one is its argument. Tells its URL over IPC, and ends when its starter is gone. */
import { startApollo } from './apollo.ts';
import { createBackend, type StartPeer } from './backend.ts';
import { startMercurius } from './mercurius.ts';
import { startYoga } from './yoga.ts';

const PEERS: Record<string, StartPeer> = { apollo: startApollo, yoga: startYoga, mercurius: startMercurius };

process.on('disconnect', () => process.exit(0));
const [name = ''] = process.argv.slice(2);
const start = PEERS[name];
if (start === undefined) throw new Error(`expected one of ${Object.keys(PEERS).join(', ')}`);
process.send?.({ url: await start(await createBackend(process.env)) });
