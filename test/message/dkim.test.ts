// DKIM from the words of RFC 6376, RFC 8301 and RFC 8463, through zones with faults.
import { expect, it } from 'vitest';
import { examined, keyLine, plain, signed } from './examining.ts';

it('a signature holds', async () => {
  const { dkim } = await examined(await signed(plain), { zone: keyLine(), want: ['dkim', 'header'] });
  expect(dkim).toMatchObject({ result: 'pass', count: 1 });
});
