// The calls about senders: DNS, what would happen to one, greylisting and the workers.
import { type Handlers, HostError } from '../contract/rpc.ts';
import type { senderCalls } from '../contract/senderCalls.ts';
import type { Parts } from './workbench.ts';

const later = (): never => {
  throw new HostError('not-found', 'not there yet');
};

export function senderHandlers(parts: Parts): Pick<Handlers, keyof typeof senderCalls> {
  return {
    'dns.ask': later,
    'dns.recent': later,
    'dns.import': later,
    'dns.export': later,
    'test.sender': later,
    'greylist.list': later,
    'greylist.clear': later,
    'workers.state': () => parts.workers.state(),
  };
}
