// Saves a message as an .eml file: the trace fields we would add, then exactly the client's bytes.
import type { MessageRow } from '../../../core/contract/calls.ts';
import { sayError, workbench } from '../../state/workbench.ts';
import { toast } from '../../ui/Toast.tsx';
import { decodeHeader } from './encodedWords.ts';

/** Hands the file to the browser, which asks where to put it or does not, as the person set it up. */
export async function saveMessage(row: MessageRow): Promise<void> {
  try {
    const { trace, bytes } = await workbench.call('messages.source', { message: row.id });
    const file = new Blob([trace, bytes as Uint8Array<ArrayBuffer>], { type: 'message/rfc822' });
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

/** A file name every system takes: the subject's letters and digits, and the message's id. */
export function fileName({ subject, id }: Pick<MessageRow, 'subject' | 'id'>): string {
  const words = decodeHeader(subject)
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${words === '' ? 'message' : words}-${id}.eml`;
}
