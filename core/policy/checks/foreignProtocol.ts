// Check `foreign-protocol`: does the client speak something that is no SMTP?
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';
import { spared } from '../spared.ts';

/** A browser that is made to talk to this port (CVE-2021-3618) must not get far, and a scanner need not. */
export const foreignProtocol: Check = {
  name: 'foreign-protocol',
  title: 'other protocols',
  group: 'strictness',
  run: (context) => {
    const { line, connection } = context.facts;
    if (line?.foreign === undefined) return undefined;
    const { settings } = context;
    const value = settings.strictness.foreignProtocol;
    const text = `client spoke ${line.foreign} on listener ${connection.listener.name}`;
    const spare = spared(context, 'foreignProtocol', {
      check: 'foreign-protocol',
      text,
    });
    // An exemption leaves 500, never 421.
    if (spare) return { ...spare, action: 'refuse', reason: 'foreign-command' };
    return constant(settings, `foreign-protocol ${text}`, () => ({
      check: 'foreign-protocol',
      ...(value === 'reject'
        ? { action: 'drop', reason: 'foreign-protocol' }
        : { action: 'refuse', reason: 'foreign-command' }),
      text,
      setting: 'strictness.foreignProtocol',
      value,
    }));
  },
};
