/** npm run bench -- NAME …: measurements on this machine, from nothing. Nobody's build waits for them. */
import 'reflect-metadata';
import { benchAudit } from './audit.ts';
import { benchBeside } from './beside.ts';
import { benchDocuments } from './documents.ts';
import { benchFloods } from './floods.ts';
import { benchGrow } from './grow.ts';
import { benchHostile } from './hostile.ts';
import { benchMemory } from './memory.ts';
import { benchNeighbours } from './neighbours.ts';
import { benchPaymentsMigration } from './payments-migration.ts';
import { benchRestore } from './restore.ts';
import { benchSlowClients } from './slow-clients.ts';
import { benchSpeed } from './speed.ts';
import { benchStarvation } from './starvation.ts';
import { benchStatement } from './statement.ts';
import { benchUpgrade } from './upgrade.ts';
import { benchWaiters } from './waiters.ts';

const BENCHES: Record<string, (args: readonly string[]) => Promise<void>> = {
  audit: benchAudit,
  beside: benchBeside,
  documents: benchDocuments,
  floods: benchFloods,
  grow: benchGrow,
  hostile: benchHostile,
  memory: benchMemory,
  neighbours: benchNeighbours,
  'payments-migration': benchPaymentsMigration,
  restore: benchRestore,
  'slow-clients': benchSlowClients,
  speed: benchSpeed,
  starvation: benchStarvation,
  statement: benchStatement,
  waiters: benchWaiters,
  upgrade: benchUpgrade,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  console.error(`Usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')} …`);
  process.exitCode = 2;
} else {
  await bench(args);
}
