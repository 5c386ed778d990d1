import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { startGround } from './neighbours/ground.ts';
import { table } from './neighbours/table.ts';
import { backlog } from './starvation/backlog.ts';
import { openShop, type Shop } from './starvation/shop.ts';
import { slowMail } from './starvation/slow-mail.ts';
import { lostWebhooks } from './starvation/turns.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'starvation.md');

/** A scenario returns its figures as cells of one row each. */
const SCENARIOS: readonly ((shop: Shop) => Promise<string[][]>)[] = [lostWebhooks, slowMail, backlog];

/**
 * Measures how long one buyer's orders, slow mails or the backlog of an outage delay the paid order of another. With the main.js of an
 * earlier build it measures that build first, on a database of that build.
 */
export async function benchStarvation([earlier]: readonly string[]): Promise<void> {
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const ground = await startGround({ ordersOfEach: 1 });
  try {
    const measured = async (file?: string) => {
      const rows: string[][] = [];
      for (const run of SCENARIOS) {
        const shop = await openShop(ground, file);
        const figures = await run(shop).finally(shop.close);
        rows.push(...figures);
        console.log(figures.map((row) => row.join(' | ')).join('\n'));
      }
      return rows;
    };
    const before = earlier === undefined ? [] : await measured(resolve(earlier));
    const now = await measured();
    const rows = now.map(([name = '', figure = ''], index) =>
      earlier === undefined ? [name, figure] : [name, before[index]?.[1] ?? '', figure],
    );
    const titles = earlier === undefined ? ['measure', 'now'] : ['measure', 'before', 'now'];
    const head = `# Starvation

${new Date().toISOString().slice(0, 10)}, PostgreSQL ${ground.serverVersion}, Node ${process.versions.node}, load average ${load} before it began, on ${availableParallelism()} cores.
\`npm run bench -- starvation\`: one replica with the flags of \`npm start\`, its neighbours, its database and the callers share one machine.

Each scenario has a database of its own. "Another" is an organization without other orders; its order is timed from the payment until it
is COMPLETED, the slowest of three. The backlog's jobs find their orders unpaid, so each is one read. \`>\` means that the measurement gave up.
`;
    const result = `${head}\n${table(titles, rows)}\n`;
    writeFileSync(RESULT, result);
    console.log(result);
  } finally {
    await ground.stop();
  }
}
