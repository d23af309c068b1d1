// Every fault of a zone from a scenario, in both worlds, and the same journal for the same seed; nobody outside is asked.
import { describe, expect, it } from 'vitest';
import { defaults } from '../../core/contract/settings/settings.ts';
import { scenarioOf, tasksOf } from '../../core/simulate/load.ts';
import { runCases } from '../../core/simulate/pool.ts';
import { caseSettings } from '../../core/simulate/settle.ts';

/** What MAIL is answered when the sender's SPF record meets the fault. */
const answers = {
  NXDOMAIN: 250,
  NODATA: 250,
  SERVFAIL: 451,
  REFUSED: 451,
  TIMEOUT: 451,
  TRUNCATED: 451,
  LOOP: 451,
  'HUGE 2000': 250,
  'SLOW 0.3': 250,
  'SLOW 9': 451,
};

const yaml = `
title: Every fault of a zone is answered in its own way
row: DNS-01
kind: attack
role: mx
about: Each case has another fault.
sources: [RFC 7208 section 2.6]
knobs: []
checks: []
settings:
  dns: { timeout: 1 }
  sender:
    reverseDns: { enabled: false }
    ehloName: { enabled: false }
    senderDomain: { enabled: false }
    spf:
      ehlo: false
      mailFrom: true
      stage: mail
      map: { temperror: defer, permerror: record, none: record }
from: 203.0.113.94
presets: { hardened-mx: held }
cases:
${Object.entries(answers)
  .map(
    ([fault, code], index) => `  - name: f${index}
    zone: a.example TXT ${fault}
    talk:
      - hear: 220
      - say: EHLO mail.example.org
      - hear: 250
      - say: 'MAIL FROM:<x@a.example>'
      - expect: ${code}`,
  )
  .join('\n')}
`;

describe('a scenario', () => {
  const loaded = scenarioOf(yaml, 'faults.yml', 'test/faults');

  it('meets every fault in both worlds, and a seed has one journal', { timeout: 60_000 }, async () => {
    expect(loaded.problems).toEqual([]);
    const play = async (world: 'simulated' | 'real') => {
      const { results, journal } = await runCases(tasksOf([loaded], 'presets', { world, only: true, seed: 7 }), {
        workers: 1,
      });
      return { outcomes: results.map(({ case: name, outcome }) => `${name} ${outcome}`), journal };
    };
    const first = await play('simulated');
    expect(new Set(first.outcomes.map((each) => each.split(' ')[1]))).toEqual(new Set(['held']));
    expect((await play('simulated')).journal).toBe(first.journal);
    expect((await play('real')).outcomes).toEqual(first.outcomes);
  });

  it('asks no servers: a person’s settings lose them, and its own may not name them', () => {
    const servers = { ...defaults.dns.servers, enabled: true };
    const mine = { ...defaults, dns: { ...defaults.dns, servers } };
    const { scenario } = loaded;
    if (!scenario) throw new Error('not loaded');
    const made = caseSettings({ scenario, variant: scenario.cases?.[0], base: 'mine', mine });
    expect('settings' in made && made.settings.dns.servers.enabled).toBe(false);
    const wrong = scenarioOf(yaml.replace('timeout: 1', 'servers: { enabled: true }'), 'faults.yml', 'test/faults');
    expect(wrong.problems).toMatchObject([
      { message: expect.stringContaining('asks real servers, which no scenario does') as string },
    ]);
  });
});
