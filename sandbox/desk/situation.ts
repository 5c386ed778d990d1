import type { Sandbox } from '../index.ts';
import type { Growth } from './growth.ts';

/** The target of a situation. */
export interface Scene {
  sandbox: Sandbox;
  growth: Growth;
  /** The organization that is chosen on the desk. */
  organizationId: string;
}

export interface Situation {
  label: string;
  /** Its effect, as the desk shows it. */
  meaning: string;
  /** True while it lasts; a situation without this is over at once. */
  isOn?(scene: Scene): boolean;
  /** Turns it on, or off if it is on. */
  run(scene: Scene): Promise<Result>;
}

export interface Result {
  /** One sentence about the outcome. */
  message: string;
  /** The order to look at. */
  orderId?: string;
}

/** The answer to a press: the message, and where to see its effect. */
export interface Outcome {
  message: string;
  href?: string;
}
