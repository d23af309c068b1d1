// A task on its way to a thread: chunks are transferred, and settings stand in memory that threads share, read once by each.
import type { Settings } from '../contract/settings/settings.ts';
import type { MessageTask } from '../message/examine.ts';

/** A group of settings as JSON; the same number means the same settings. */
export interface Packed {
  readonly number: number;
  readonly json: SharedArrayBuffer;
}

export interface Parcel extends Omit<MessageTask, 'dns' | 'sender'> {
  readonly dns: Packed;
  readonly sender: Packed;
}

type Group = Settings['dns'] | Settings['sender'];

const packed = new WeakMap<Group, Packed>();
let last = 0;

/** A zone may have a megabyte of text: it is written once for as long as it counts, however many messages come. */
function pack(group: Group): Packed {
  const known = packed.get(group);
  if (known) return known;
  const text = JSON.stringify(group);
  const json = new SharedArrayBuffer(Buffer.byteLength(text));
  Buffer.from(json).write(text);
  const made = { number: (last += 1), json };
  packed.set(group, made);
  return made;
}

export function parcelOf(task: MessageTask): { readonly parcel: Parcel; readonly transfer: readonly ArrayBuffer[] } {
  const parcel = { ...task, dns: pack(task.dns), sender: pack(task.sender) };
  return { parcel, transfer: task.chunks.filter(isWhole).map(({ buffer }) => buffer) };
}

/** A buffer that holds other things as well is not ours to give away. */
const isWhole = ({ byteLength, buffer }: MessageTask['chunks'][number]) => byteLength === buffer.byteLength;

/** Settings that a thread has read last; sessions keep theirs while new ones are applied. */
const mostRead = 8;

/** Reads parcels in the thread they have come to: equal settings are the same object again, as caches expect. */
export function unpacker(): (parcel: Parcel) => MessageTask {
  const read = new Map<number, Group>();
  const unpack = <T extends Group>({ number, json }: Packed): T => {
    const group = read.get(number) ?? (JSON.parse(Buffer.from(json).toString()) as Group);
    read.delete(number);
    read.set(number, group);
    const [oldest] = read.keys();
    if (read.size > mostRead && oldest !== undefined) read.delete(oldest);
    return group as T;
  };
  return (parcel) => ({ ...parcel, dns: unpack(parcel.dns), sender: unpack(parcel.sender) });
}
