import { StartRefusal } from './start-refusal.ts';

/** The `engines` of package.json. */
const OLDEST: readonly [major: number, minor: number] = [22, 18];

/** Throws StartRefusal on an older Node. The server would listen on it and run no job: paid orders would not be booked. */
export function assertNodeVersion(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new StartRefusal(
    new Error(
      `This is Node ${version}, and Node ${OLDEST.join('.')} or later is needed: \`npm start\` and npm's other commands take the one of node_modules.`,
    ),
  );
}
