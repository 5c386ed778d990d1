import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LogOutput, targetOf } from '../../../src/platform/telemetry/log-output.ts';

const PIPE_BYTES = 65_536;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'self-topup-output-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Lines of 1,000 bytes that can be told apart. */
const lineOf = (index: number) => `${String(index).padStart(999, '.')}\n`;

test('lines arrive in a file in their order', async () => {
  const file = join(directory, 'file');
  const descriptor = openSync(file, 'a');
  const output = new LogOutput(targetOf(descriptor));
  for (let index = 0; index < 500; index++) output.write(lineOf(index));
  await output.flush(10_000);
  closeSync(descriptor);
  expect(readFileSync(file, 'utf8')).toBe(Array.from({ length: 500 }, (_, index) => lineOf(index)).join(''));
  expect(output.lostLines).toBe(0);
});

test('a reader that stands still costs the lines beyond the buffer, and later ones arrive whole', async () => {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const timesTold = () =>
    told.mock.calls.filter(([text]) => String(text).startsWith('The log cannot be written')).length;
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, 'r+');
  const output = new LogOutput(targetOf(openSync(path, 'w')), 200_000);
  // The pipe takes 65 of them, the buffer 200; the rest is lost.
  for (let index = 0; index < 1000; index++) output.write(lineOf(index));
  const { lostLines } = output;
  expect(lostLines).toBeGreaterThanOrEqual(700);
  expect(lostLines).toBeLessThanOrEqual(800);
  const expected = (1000 - lostLines) * 1000;
  let text = '';
  const bytes = Buffer.alloc(PIPE_BYTES);
  const read = async (until: number) => {
    while (text.length < until) {
      text += bytes.toString('utf8', 0, readSync(reader, bytes));
      await output.flush(20);
    }
  };
  await read(expected);
  output.write(lineOf(1000));
  await read(expected + 1000);
  expect(text).toBe([...Array.from({ length: 1000 - lostLines }, (_, index) => lineOf(index)), lineOf(1000)].join(''));
  expect(timesTold()).toBe(1);
  expect(output.lostLines).toBe(lostLines);
  told.mockRestore();
});
