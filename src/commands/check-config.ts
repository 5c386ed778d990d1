import 'reflect-metadata';
import { type Config, inspectConfig } from '../config.ts';
import { wordsOf } from '../platform/telemetry/reason.ts';
import { printReport } from './command.ts';
import { PROBES, type Probe } from './config-probes.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram } from './program.ts';

interface Finding {
  name: string;
  result: 'ok' | 'FAIL' | 'skip';
  detail: string;
}

const DESCRIPTION = `Says every fault of the environment, and tries what the server needs: the database by each of its roles, Redis, the
neighbours, the mail server and the token issuer. It only reads. Exit code 0 if all is right, 1 if something is not.`;

const program = newProgram('check:config', DESCRIPTION)
  .option(...JSON_OPTION)
  .action(run);

async function run(options: JsonOption): Promise<void> {
  const { values, faults, unsafe } = inspectConfig();
  const wrong: Finding[] = [...faults].map(([name, detail]) => ({ name, result: 'FAIL', detail }));
  if (unsafe !== undefined) wrong.push({ name: 'Node', result: 'FAIL', detail: unsafe });
  const tried = await Promise.all(PROBES.map((probe) => tryProbe(probe, values as Config, faults)));
  const findings = [...wrong, ...tried];
  const lines = findings.map(({ name, result, detail }) => `${result.padEnd(4)}  ${name}: ${detail}`);
  printReport(options, findings, lines);
  if (findings.some(({ result }) => result === 'FAIL')) process.exitCode = 1;
}

async function tryProbe(
  { name, needs, run: probe }: Probe,
  config: Config,
  faults: ReadonlyMap<string, string>,
): Promise<Finding> {
  const wrong = needs.filter((setting) => faults.has(setting));
  if (wrong.length > 0)
    return { name, result: 'skip', detail: `not tried, because ${wrong.join(' and ')} must be right first` };
  try {
    const remark = await probe(config);
    return remark === undefined
      ? { name, result: 'skip', detail: `${needs.join(', ')} is not set` }
      : { name, result: 'ok', detail: remark };
  } catch (error) {
    return { name, result: 'FAIL', detail: wordsOf(error).replace(/\s+/g, ' ') };
  }
}

runProgram(program);
