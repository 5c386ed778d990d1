import { describe, expect, test } from 'vitest';
import { closedGate, gatingFlags } from '../../../src/topup-options/rules/gating.ts';

type Gated = Parameters<typeof closedGate>[0];
const OPEN: Gated = { active: true, featureFlag: null, showByComponent: [], hideByComponent: [] };

/** The reason that hides it, or undefined when it is shown. */
function reason(row: Partial<Gated>, components: string[] | undefined, flagsOn: string[] = []) {
  return closedGate({ ...OPEN, ...row }, { components }, { isOn: (key) => flagsOn.includes(key) })?.reason;
}

describe('one configuration, one organization', () => {
  test('without conditions is shown to everyone, even without a component list', () => {
    expect(reason({}, [])).toBeUndefined();
    expect(reason({}, undefined)).toBeUndefined();
  });

  test('is shown by any one of its components', () => {
    expect(reason({ showByComponent: ['waba', 'waba_lite'] }, ['waba_lite'])).toBeUndefined();
  });

  test('is hidden without any of its components', () => {
    expect(reason({ showByComponent: ['waba'] }, ['voice_call'])).toBe('COMPONENT_MISSING');
    expect(reason({ showByComponent: ['waba'] }, [])).toBe('COMPONENT_MISSING');
  });

  test('is not matched by a part of a component name', () => {
    expect(reason({ showByComponent: ['waba'] }, ['waba_lite'])).toBe('COMPONENT_MISSING');
  });

  test('is hidden by any one of the components that hide it', () => {
    expect(reason({ hideByComponent: ['other', 'muv_unlimited'] }, ['waba', 'muv_unlimited'])).toBe(
      'HIDDEN_BY_COMPONENT',
    );
  });

  test('is hidden when both apply', () => {
    const row = { showByComponent: ['waba'], hideByComponent: ['muv_unlimited'] };
    expect(reason(row, ['waba', 'muv_unlimited'])).toBe('HIDDEN_BY_COMPONENT');
    expect(reason(row, ['waba'])).toBeUndefined();
  });

  test('is hidden by a component in both lists', () => {
    expect(reason({ showByComponent: ['waba'], hideByComponent: ['waba'] }, ['waba'])).toBe('HIDDEN_BY_COMPONENT');
  });

  test('is hidden without a component list only if it needs a component', () => {
    expect(reason({ showByComponent: ['waba'] }, undefined)).toBe('COMPONENT_MISSING');
    expect(reason({ hideByComponent: ['muv_unlimited'] }, undefined)).toBeUndefined();
  });

  test('is shown only while its own flag is on', () => {
    expect(reason({ featureFlag: 'billing_voice_call_topup' }, [], [])).toBe('FLAG_OFF');
    expect(reason({ featureFlag: 'billing_voice_call_topup' }, [], ['billing_new_topup'])).toBe('FLAG_OFF');
    expect(reason({ featureFlag: 'billing_voice_call_topup' }, [], ['billing_voice_call_topup'])).toBeUndefined();
  });

  test('is hidden when its row is switched off, whatever else holds', () => {
    expect(reason({ active: false, showByComponent: ['waba'] }, ['waba'])).toBe('INACTIVE');
  });

  test('names the flag or the component in the detail for support', () => {
    const detail = (row: Partial<Gated>, components: string[] | undefined) =>
      closedGate({ ...OPEN, ...row }, { components }, { isOn: () => false })?.detail;
    expect(detail({ featureFlag: 'billing_ai' }, [])).toContain('billing_ai');
    expect(detail({ hideByComponent: ['muv_unlimited'] }, ['muv_unlimited'])).toContain('muv_unlimited');
    expect(detail({ showByComponent: ['waba', 'waba_lite'] }, [])).toContain('waba, waba_lite');
    expect(detail({ showByComponent: ['waba'] }, undefined)).toContain('hub-core gave no components');
    expect(detail({ showByComponent: ['waba'] }, [])).toBe('It needs one of waba.');
    expect(detail({ active: false }, [])).toBe('The configuration is switched off.');
  });

  test('only the flags of the rows are read', () => {
    expect(gatingFlags([{ featureFlag: null }, { featureFlag: 'billing_ai' }, { featureFlag: null }])).toEqual([
      'billing_ai',
    ]);
  });
});
