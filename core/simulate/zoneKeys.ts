// Zones of scenarios may name a test key: `s1._domainkey.example.org DKIM rsa2048a t=s` becomes the TXT record of it.
import { testKeyNames, testKeyRecord, type TestKeyName } from './testKeys.table.ts';

const line = /^(\s*\S+)\s+DKIM\b[ \t]*(.*)$/;

/** The text of a zone with the records of its test keys written out, line for line; one that names no test key is left empty. */
export function withKeys(zone: string): string {
  if (!zone.includes('DKIM')) return zone;
  return zone.replace(/^.*$/gm, (text) => {
    const [, name, data = ''] = line.exec(text) ?? [];
    if (name === undefined) return text;
    const { key, tags } = keyLine(data);
    return isKey(key) ? `${name} TXT ${testKeyRecord(key, tags)}` : '';
  });
}

/** Lines that name no test key, counted from 1. */
export function keyMistakes(zone: string): { readonly line: number; readonly message: string }[] {
  return zone.split('\n').flatMap((text, index) => {
    const data = line.exec(text)?.[2];
    if (data === undefined || isKey(keyLine(data).key)) return [];
    const { key } = keyLine(data);
    return [{ line: index + 1, message: `no test key ${key}: expected one of ${testKeyNames.join(', ')}` }];
  });
}

function keyLine(data: string): { readonly key: string; readonly tags: readonly string[] } {
  const [key = '', ...tags] = data
    .replace(/(^|\s)#.*$/, '')
    .split(/[\s;]+/)
    .filter((word) => word !== '');
  return { key, tags };
}

const isKey = (name: string): name is TestKeyName => testKeyNames.some((one) => one === name);
