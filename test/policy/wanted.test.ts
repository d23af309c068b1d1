// Which questions a message is brought to a worker for.
import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { besides, wantedOf } from '../../core/policy/wanted.ts';
import { contextOf, type Known, mx, submission } from './facts.ts';

const ignored = { none: 'ignore', pass: 'ignore', fail: 'ignore', temperror: 'ignore' } as const;

function wanted(sender: NonNullable<SettingsInput['sender']>, known: Known = {}) {
  const { settings, facts } = contextOf({ ...known, settings: { listeners: [mx, submission], sender } });
  return wantedOf(settings, facts);
}

describe('what a message is asked', () => {
  it('is nothing by default: no worker is needed', () => {
    expect(wanted({})).toEqual([]);
  });

  it.each<[string, NonNullable<SettingsInput['sender']>, readonly string[]]>([
    ['DKIM', { dkim: { enabled: true } }, ['dkim']],
    ['DMARC, which needs DKIM', { dmarc: { enabled: true } }, ['dkim', 'dmarc']],
    ['ARC', { arc: { enabled: true } }, ['arc']],
    ['ARC of which nothing is told', { arc: { enabled: true, map: ignored } }, []],
    ['ARC that a field tells of', { arc: { enabled: true, map: ignored }, results: { write: true } }, ['arc']],
    ['a rule for the header', { header: { noFrom: 'record' } }, ['header']],
    ['look-alikes of nothing', { header: { lookAlike: 'refuse' } }, []],
    ['look-alikes', { header: { lookAlike: 'refuse', protected: ['example.com'] } }, ['header']],
    ['claims of others', { results: { foreign: 'ours' } }, ['removed']],
    ['fields that are stripped', { results: { strip: ['Return-Path'] } }, ['removed']],
    [
      'a list of domains that is asked for the author',
      { domainLists: { stage: 'message', lists: [{ zone: 'dbl.example', of: ['from'] }] } },
      ['header'],
    ],
    [
      'the same list at MAIL: the author is asked about at the end all the same',
      { domainLists: { stage: 'mail', lists: [{ zone: 'dbl.example', of: ['from'] }] } },
      ['header'],
    ],
  ])('%s', (_, sender, expected) => {
    expect(wanted(sender)).toEqual(expected.length === 0 ? [] : [...expected, ...besides]);
  });

  it('leaves out whoever is exempt, group by group', () => {
    const sender = { dkim: { enabled: true, exemptNetworks: ['192.0.2.0/24'] }, arc: { enabled: true } };
    expect(wanted(sender)).toEqual(['arc', ...besides]);
    expect(wanted(sender, { address: '198.51.100.1' })).toEqual(['dkim', 'arc', ...besides]);
    expect(wanted(sender, { listenerIndex: 1 })).toEqual([]);
    expect(wanted(sender, { address: '198.51.100.1', session: { user: 'alice' } })).toEqual([]);
  });

  it('is the same list again for the same settings', () => {
    const { settings, facts } = contextOf({ settings: { sender: { dkim: { enabled: true } } } });
    expect(wantedOf(settings, facts)).toBe(wantedOf(settings, facts));
  });
});
