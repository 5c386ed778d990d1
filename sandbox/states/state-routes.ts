import type { MovableClock } from '../movable-clock.ts';
import { json, noContent } from '../server/reply.ts';
import { inShape, jsonBody, type Route } from '../server/route.ts';
import { clockShape } from './clock-change.ts';
import { ORGANIZATION_KINDS } from './organization-kinds.ts';
import { STATES } from './reach-order.ts';
import { stateRequest } from './state-request.ts';
import type { States } from './states.ts';

type Controls = Pick<States, 'reach' | 'moveClock' | 'audit' | 'reset'>;

export function stateRoutes(controls: Controls, clock: MovableClock): Route[] {
  const organizations = Object.entries(ORGANIZATION_KINDS).map(([name, { meaning }]) => ({ name, meaning }));
  const clockReply = () => json(200, { now: clock.now().toISOString(), ...clock.setting() });
  return [
    {
      method: 'GET',
      path: '/_sandbox/states',
      handle: () => json(200, { states: STATES, organizations }),
    },
    {
      method: 'POST',
      path: '/_sandbox/states',
      async handle(call) {
        const request = stateRequest(jsonBody(call));
        return request === undefined ? json(200, {}) : json(200, await controls.reach(request));
      },
    },
    { method: 'GET', path: '/_sandbox/clock', handle: clockReply },
    {
      method: 'PUT',
      path: '/_sandbox/clock',
      async handle(call) {
        await controls.moveClock(inShape(clockShape, jsonBody(call) ?? {}));
        return clockReply();
      },
    },
    {
      method: 'GET',
      path: '/_sandbox/audit',
      handle: async () => json(200, { violations: await controls.audit() }),
    },
    {
      method: 'POST',
      path: '/_sandbox/reset',
      async handle() {
        await controls.reset();
        return noContent();
      },
    },
  ];
}
