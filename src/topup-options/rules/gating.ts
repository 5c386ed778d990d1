import type { OrganizationSnapshot } from '../../clients/hub-core.ts';
import type { FlagSnapshot } from '../../platform/flags/flags.ts';

export type GateReason = 'COMPONENT_MISSING' | 'HIDDEN_BY_COMPONENT' | 'FLAG_OFF' | 'INACTIVE';

/** The reason why an option is hidden: a closed gate, no price, or an invalid row. */
export type HiddenReason = GateReason | 'PRICE_UNAVAILABLE' | 'INVALID_CONFIGURATION';

export interface ClosedGate {
  reason: GateReason;
  detail: string;
}

/** The columns of a catalogue row that gate it. */
interface Gated {
  active: boolean;
  featureFlag: string | null;
  showByComponent: readonly string[];
  hideByComponent: readonly string[];
}

/** The flags that closedGate() needs in its snapshot. */
export function gatingFlags(configurations: readonly Pick<Gated, 'featureFlag'>[]): string[] {
  return configurations.flatMap(({ featureFlag }) => featureFlag ?? []);
}

/**
 * The first gate that hides a configuration from an organization (domain.md 7.3), or undefined. A hiding component wins over a
 * showing one. Without a component list, a configuration that needs a component is hidden.
 */
export function closedGate(
  configuration: Gated,
  organization: Pick<OrganizationSnapshot, 'components'>,
  flags: FlagSnapshot,
): ClosedGate | undefined {
  if (!configuration.active) return { reason: 'INACTIVE', detail: 'The configuration is switched off.' };
  const { featureFlag, showByComponent, hideByComponent } = configuration;
  if (featureFlag !== null && !flags.isOn(featureFlag)) {
    return { reason: 'FLAG_OFF', detail: `The flag ${featureFlag} is off.` };
  }
  const components = new Set(organization.components);
  const hiddenBy = hideByComponent.find((component) => components.has(component));
  if (hiddenBy !== undefined) {
    return { reason: 'HIDDEN_BY_COMPONENT', detail: `The component ${hiddenBy} hides it.` };
  }
  if (showByComponent.length > 0 && !showByComponent.some((component) => components.has(component))) {
    const list = showByComponent.join(', ');
    const detail =
      organization.components === undefined
        ? `It needs one of ${list}, and hub-core gave no components.`
        : `It needs one of ${list}.`;
    return { reason: 'COMPONENT_MISSING', detail };
  }
  return undefined;
}
