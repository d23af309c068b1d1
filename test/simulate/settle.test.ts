// What a case of a scenario is made of: its variant, its population, its talk.
import { describe, expect, test } from 'vitest';
import { scenarioSchema } from '../../core/contract/scenario.ts';
import { populationOf, stepsOf, variantOf } from '../../core/simulate/settle.ts';

const scenario = (members: Record<string, unknown>) =>
  scenarioSchema.parse({
    title: 'A scenario with cases',
    row: 'CON-01',
    kind: 'attack',
    role: 'mx',
    about: 'Clients that come in some cases alone, in others together.',
    knobs: [],
    presets: {},
    talk: [{ say: 'NOOP' }],
    ...members,
  });

describe('a case', () => {
  const many = scenario({
    population: { clients: 7 },
    opening: [{ hear: 220 }],
    cases: [{ name: 'all' }, { name: 'alone', population: { clients: 1 }, talk: [{ say: 'RSET' }] }],
  });

  test('is the variant of its name, or the scenario itself', () => {
    expect(variantOf(many, 'alone')?.name).toBe('alone');
    expect(variantOf(many, 'another')).toBeUndefined();
    expect(variantOf(scenario({}), '-')).toBeUndefined();
  });

  test('has the population and the talk of its variant, else those of the scenario', () => {
    expect(populationOf(many, variantOf(many, 'all'))).toEqual({ clients: 7 });
    expect(populationOf(many, variantOf(many, 'alone'))).toEqual({ clients: 1 });
    expect(populationOf(scenario({}), undefined)).toEqual({ clients: 1 });
    expect(stepsOf(many, variantOf(many, 'all'))).toEqual([{ hear: 220 }, { say: 'NOOP' }]);
    expect(stepsOf(many, variantOf(many, 'alone'))).toEqual([{ hear: 220 }, { say: 'RSET' }]);
  });
});
