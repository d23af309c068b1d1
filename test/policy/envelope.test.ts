// Checks of sender and recipients; facts in, findings out.
import { describe, expect, it } from 'vitest';
import type { DataFacts } from '../../core/contract/facts.ts';
import type { Check } from '../../core/policy/check.ts';
import { declaredSize } from '../../core/policy/checks/declaredSize.ts';
import { localLogin } from '../../core/policy/checks/localLogin.ts';
import { recipientKnown } from '../../core/policy/checks/recipientKnown.ts';
import { recipientLimit } from '../../core/policy/checks/recipientLimit.ts';
import { relay } from '../../core/policy/checks/relay.ts';
import { size } from '../../core/policy/checks/size.ts';
import { findingsOf, type Known, mailbox, mx, submission } from './facts.ts';

const decidersOf = async (check: Check, known: Known) =>
  (await findingsOf(check, known)).map(({ action, reason, text, setting, value }) => ({
    action,
    reason,
    text,
    setting,
    value,
  }));

describe('declared-size and size', () => {
  const settings = { acceptance: { maxDataSize: 2 } };
  const data: DataFacts = {
    bytes: 2048,
    lines: 1,
    bareLf: 0,
    bareCr: 0,
    nul: 0,
    eightBit: 0,
    longestLine: 10,
    overLimit: false,
  };

  it('refuses one octet more than the limit at MAIL', async () => {
    expect(await findingsOf(declaredSize, { settings, transaction: { declaredSize: 2049 } })).toEqual([
      {
        check: 'declared-size',
        action: 'refuse',
        reason: 'size-declared',
        text: '2,049 octets declared, 2,048 allowed',
        setting: 'acceptance.maxDataSize',
        value: 2,
        counter: { name: 'octets declared', value: 2049, limit: 2048 },
      },
    ]);
    expect(
      (await decidersOf(declaredSize, { settings, transaction: { declaredSize: 2048 } })).map(({ action }) => action),
    ).toEqual(['record']);
    expect(await findingsOf(declaredSize, { settings, transaction: {} })).toEqual([]);
  });

  it('judges what came, and trusts the reader that cut it', async () => {
    const reasonOf = async (known: Known) =>
      (await decidersOf(size, known)).map(({ action, reason, text }) => [action, reason, text]);
    expect(await reasonOf({ settings, transaction: { data } })).toEqual([
      ['record', undefined, '2,048 octets received, 2,048 allowed'],
    ]);
    expect(await reasonOf({ settings, transaction: { data: { ...data, bytes: 2049 } } })).toEqual([
      ['refuse', 'size-exceeded', '2,049 octets received, 2,048 allowed'],
    ]);
    expect(await reasonOf({ settings, transaction: { data: { ...data, overLimit: true } } })).toEqual([
      ['refuse', 'size-exceeded', '2,048 octets received, 2,048 allowed'],
    ]);
    const unlimited = { acceptance: { maxDataSize: 0 } };
    expect(await reasonOf({ settings: unlimited, transaction: { data: { ...data, bytes: 1e9 } } })).toEqual([
      ['record', undefined, '1,000,000,000 octets received, unlimited'],
    ]);
  });
});

describe('recipient-limit', () => {
  const settings = { acceptance: { maxRcptCount: 2 } };
  const [one, two, three] = [mailbox('1@gate.example'), mailbox('2@gate.example'), mailbox('3@gate.example')];

  it('defers one more than the limit', async () => {
    expect(
      await findingsOf(recipientLimit, { settings, transaction: { recipients: [one, two], recipient: three } }),
    ).toEqual([
      {
        check: 'recipient-limit',
        action: 'defer',
        reason: 'too-many-recipients',
        text: '3rd recipient, 2 allowed',
        setting: 'acceptance.maxRcptCount',
        value: 2,
        counter: { name: 'recipients', value: 3, limit: 2 },
      },
    ]);
    expect(
      (await decidersOf(recipientLimit, { settings, transaction: { recipients: [one], recipient: two } })).map(
        ({ text }) => text,
      ),
    ).toEqual(['2nd recipient, 2 allowed']);
  });

  it('lets nobody in when the limit is 0', async () => {
    const known = { settings: { acceptance: { maxRcptCount: 0 } }, transaction: { recipient: one } };
    expect((await decidersOf(recipientLimit, known)).map(({ action, text }) => [action, text])).toEqual([
      ['defer', '1st recipient, 0 allowed'],
    ]);
  });
});

describe('relay', () => {
  const to = (address: string, more: Known = {}): Known => ({ ...more, transaction: { recipient: mailbox(address) } });
  const remote = (remoteDelivery: 'all' | 'auth' | 'none') => ({ settings: { authentication: { remoteDelivery } } });

  it('refuses remote domains to those not logged in', async () => {
    expect(await findingsOf(relay, to('x@other.example'))).toEqual([
      {
        check: 'relay',
        action: 'refuse',
        reason: 'relay-denied',
        text: 'other.example is not a local domain, and the client has not logged in',
        setting: 'authentication.remoteDelivery',
        value: 'auth',
        evidence: { domain: 'other.example' },
      },
    ]);
  });

  it.each([
    ['all', undefined, 'record'],
    ['auth', 'test', 'record'],
    ['none', 'test', 'refuse'],
    ['none', undefined, 'refuse'],
  ] as const)('with %s and user %s: %s', async (value, user, action) => {
    const known = to('x@other.example', { ...remote(value), ...(user && { session: { user } }) });
    expect((await findingsOf(relay, known)).map((found) => found.action)).toEqual([action]);
  });

  it('knows local domains in any case, and a bare postmaster', async () => {
    const found = {
      check: 'relay',
      action: 'record',
      text: 'gate.example is a local domain',
      setting: 'domains.local.0.name',
      value: 'gate.example',
    };
    expect(await findingsOf(relay, to('x@GATE.Example'))).toEqual([found]);
    expect(await findingsOf(relay, to('Postmaster'))).toEqual([]);
  });

  it.each([
    'user%other.example@gate.example',
    'other.example!user@gate.example',
    '"user@other.example"@gate.example',
    'user@[192.0.2.9]',
    'x@gate.example.other',
  ])('is not fooled by %s', async (address) => {
    expect((await findingsOf(relay, to(address))).map(({ reason }) => reason)).toEqual(['relay-denied']);
    expect((await findingsOf(relay, to(address, remote('all')))).map(({ action }) => action)).toEqual(['record']);
  });

  it('takes a listed recipient whose name has a percent sign', async () => {
    const settings = { domains: { local: [{ name: 'gate.example', accept: 'listed' as const, recipients: ['a%b'] }] } };
    expect((await findingsOf(relay, to('A%b@gate.example', { settings }))).map(({ action }) => action)).toEqual([
      'record',
    ]);
  });
});

describe('local-login', () => {
  const settings = { authentication: { localDelivery: 'auth' as const }, listeners: [mx, submission] };
  const to = (address: string, more: Known = {}): Known => ({
    settings,
    ...more,
    transaction: { recipient: mailbox(address) },
  });

  it('asks for a login on mx when local delivery needs one', async () => {
    expect(await findingsOf(localLogin, to('x@gate.example'))).toEqual([
      {
        check: 'local-login',
        action: 'refuse',
        reason: 'login-required',
        text: 'mail for a local domain without a login',
        setting: 'authentication.localDelivery',
        value: 'auth',
      },
    ]);
  });

  it('spares postmaster, and the logged in; is silent elsewhere', async () => {
    const saidOf = async (known: Known) =>
      (await findingsOf(localLogin, known)).map(({ action, spare, text }) => [action, spare, text]);
    expect(await saidOf(to('postMaster@gate.example'))).toEqual([
      ['ignore', true, 'postmaster is reachable without a login'],
    ]);
    expect(await saidOf(to('postmaster'))).toEqual([['ignore', true, 'postmaster is reachable without a login']]);
    expect(await saidOf(to('x@gate.example', { session: { user: 'test' } }))).toEqual([
      ['record', undefined, 'logged in as test'],
    ]);
    expect(await saidOf(to('x@gate.example', { listenerIndex: 1 }))).toEqual([]);
    expect(await saidOf(to('x@other.example'))).toEqual([]);
    expect(await saidOf(to('x@gate.example', { settings: {} }))).toEqual([]);
  });
});

describe('recipient-known', () => {
  const settings = {
    domains: {
      local: [
        { name: 'Gate.example', accept: 'listed' as const, recipients: ['Anna', 'ben'] },
        { name: 'all.example', accept: 'any' as const, recipients: [] },
      ],
    },
  };
  const saidOf = async (address: string) =>
    decidersOf(recipientKnown, { settings, transaction: { recipient: mailbox(address) } });

  it('refuses whom a listed domain does not have', async () => {
    expect(await saidOf('carl@gate.example')).toEqual([
      {
        action: 'refuse',
        reason: 'unknown-recipient',
        text: 'carl is not among the 2 listed in Gate.example',
        setting: 'domains.local.0.accept',
        value: 'listed',
      },
    ]);
  });

  it.each([
    ['aNNa@gate.EXAMPLE', 'aNNa is listed in Gate.example'],
    ['POSTMASTER@gate.example', 'postmaster is always accepted'],
    ['postmaster', 'postmaster is always accepted'],
    ['anyone@all.example', 'all.example takes any recipient'],
  ])('takes %s', async (address, text) => {
    expect((await saidOf(address)).map((found) => [found.action, found.text])).toEqual([['record', text]]);
  });

  it('leaves remote recipients to relay, and knows no other bare name', async () => {
    expect(await saidOf('postmaster@other.example')).toEqual([]);
    expect((await saidOf('root')).map(({ reason }) => reason)).toEqual(['unknown-recipient']);
  });
});
