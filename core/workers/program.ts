// What a worker thread runs: one message at a time is read and asked about, with DNS of its own that it keeps.
import { createDns } from '../dns/dns.ts';
import { examine, type Found } from '../message/examine.ts';
import { realWorld } from '../world/real.ts';
import { type Parcel, unpacker } from './parcel.ts';

const dns = createDns(realWorld);
const unpack = unpacker();

export default async function work(parcel: Parcel): Promise<Found> {
  const task = unpack(parcel);
  return examine(task, { asked: () => dns.asked(task.dns), elapsed: () => realWorld.elapsed() });
}
