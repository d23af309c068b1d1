// Who may say that somebody else is calling: proxies in front of a listener, and clients that use XCLIENT.
import { z } from '../schema.ts';
import { list, record, whole } from './leaf.ts';
import { parseIpSet } from './network.ts';

/** An address, range, network or mask, in the forms of {@link parseIpSet}. */
export const network = z
  .string({ error: 'expected an address, range, network or mask' })
  .refine(
    (value) => parseIpSet(value) !== undefined,
    'expected an address (192.0.2.7), a range (192.0.2.1-192.0.2.9), a network (192.0.2.0/24) or a mask (192.0.2.0/255.255.255.0), first address not after the last',
  )
  .meta({
    title: 'Network',
    help: 'An address, range, network or mask.',
    source: 'Gatehouse',
    basis: 'ours',
    kind: 'text',
    placeholder: '192.0.2.0/24',
  });

export const proxy = record(
  {
    from: list(network, {
      title: 'Trusted proxies',
      help: 'Connections from these addresses must begin with a PROXY header, version 1 or 2; the address in it counts for everything that follows. From any other address a PROXY header is a wrong command. Empty: no proxies.',
      source: 'HAProxy, The PROXY protocol, version 1 and 2',
      basis: 'ours',
      max: 100,
    }),
    timeout: whole({
      title: 'Header timeout',
      help: 'How long the header may take; a late, missing or malformed one ends the connection without a greeting.',
      unit: 's',
      source: 'HAProxy, The PROXY protocol, section 2',
      basis: 'ours',
      min: 1,
      max: 300,
      default: 5,
    }),
  },
  {
    title: 'PROXY protocol',
    help: 'For a listener behind a load balancer.',
    source: 'HAProxy, The PROXY protocol',
    basis: 'ours',
  },
);

export const xclient = list(network, {
  title: 'XCLIENT from',
  help: 'Clients at these addresses are offered XCLIENT and may say in whose name they speak (address, port, name, HELO, login). Who spoke stays in the transcript. Access rules and protection are asked anew about the address it names; flow limits have counted its own. Anyone else hears 550. Empty: nobody.',
  source: 'Postfix, XCLIENT_README',
  basis: 'ours',
  max: 100,
});
