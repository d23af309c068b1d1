// Saves a message as an .eml file: the trace fields we would add, then the client's bytes without the fields to be left out.
import type { MessageRow } from '../../../core/contract/calls.ts';
import { sayError, workbench } from '../../state/workbench.ts';
import { toast } from '../../ui/Toast.tsx';
import { decodeHeader } from './encodedWords.ts';

/** Hands the file to the browser, which asks where to put it or does not, as the person set it up. */
export async function saveMessage(row: MessageRow): Promise<void> {
  try {
    const { trace, bytes, removed = [] } = await workbench.call('messages.source', { message: row.id });
    const file = new Blob([trace, ...handedOn(bytes as Uint8Array<ArrayBuffer>, removed)], { type: 'message/rfc822' });
    const url = URL.createObjectURL(file);
    const link = document.createElement('a');
    link.href = url;
    link.download = fileName(row);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    toast('Not saved', sayError(error), 'refuse');
  }
}

/** What stays of a message when these octets are left out; they stand in their order and do not overlap. */
export function handedOn(
  bytes: Uint8Array<ArrayBuffer>,
  removed: readonly { readonly start: number; readonly end: number }[],
): Uint8Array<ArrayBuffer>[] {
  const ends = [0, ...removed.map(({ end }) => end)];
  const starts = [...removed.map(({ start }) => start), bytes.length];
  return ends.map((end, index) => bytes.subarray(end, starts[index]));
}

/** A file name every system takes: the subject's letters and digits, and the message's id. */
export function fileName({ subject, id }: Pick<MessageRow, 'subject' | 'id'>): string {
  const words = decodeHeader(subject)
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${words === '' ? 'message' : words}-${id}.eml`;
}
