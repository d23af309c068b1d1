// Splits commands into verb, paths and parameters until the grammar of core/smtp takes over.
import type { Mailbox } from '../../contract/facts.ts';

export interface Parameter {
  readonly keyword: string;
  readonly value?: string;
}
type Read =
  | { readonly mailbox: Mailbox; readonly parameters: readonly Parameter[] }
  | { readonly problem: string; readonly detail: string; readonly isAddress: boolean };

export function heloName(args: string): string | undefined {
  return /^[A-Za-z0-9._:[\]-]{1,255}$/.test(args) ? args : undefined;
}

export function addressCommand(args: string, word: 'FROM' | 'TO'): Read {
  const match = /^(FROM|TO): ?<([^<>\s]*)>((?: [^\s]+)*) *$/i.exec(args);
  if (match?.[1]?.toUpperCase() !== word)
    return { problem: `expected ${word}:<address>`, detail: `${word}:<address>`, isAddress: false };
  const raw = match[2] ?? '';
  const at = raw.lastIndexOf('@');
  if (word === 'TO' && raw === '') return { problem: 'no recipient', detail: 'empty', isAddress: true };
  const mailbox = { raw, local: at < 0 ? raw : raw.slice(0, at), domain: at < 0 ? '' : raw.slice(at + 1) };
  const parameters = (match[3] ?? '')
    .split(' ')
    .filter(Boolean)
    .map((text) => {
      const [keyword = '', ...rest] = text.split('=');
      return { keyword: keyword.toUpperCase(), ...(rest.length > 0 && { value: rest.join('=') }) };
    });
  return { mailbox, parameters };
}
