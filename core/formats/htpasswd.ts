// Files of Apache's htpasswd and of Dovecot's passwd-file: a name and a hash in each line; what the hash is, is not looked at here.
import { type FileRow, withoutDoubles } from './userRow.ts';

/**
 * Reads `name:hash`; what stands behind a further colon (Dovecot's other fields) is not read. Lines that are empty or begin
 * with `#` are comments.
 */
export function readHtpasswd(text: string): readonly FileRow[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const rows = lines.flatMap((content, index): FileRow[] => {
    const line = index + 1;
    if (content.trim() === '' || content.startsWith('#')) return [];
    const [name = '', hash] = content.split(':');
    if (hash === undefined) return [{ line, name: '', why: 'no colon: expected name:hash' }];
    if (name === '') return [{ line, name, why: 'no name in front of the colon' }];
    return [{ line, name, secret: { hash: hash.trim() } }];
  });
  return withoutDoubles(rows);
}
