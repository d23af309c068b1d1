// Files of users: what CSV and htpasswd say line by line, and what cannot be taken, with its line and never a password.
import { describe, expect, it } from 'vitest';
import { readHtpasswd } from '../../core/formats/htpasswd.ts';
import { readUserCsv } from '../../core/formats/userCsv.ts';

const user = (line: number, name: string, password: string, over: object = {}) => ({
  line,
  name,
  secret: { password },
  ...over,
});

describe('users as CSV', () => {
  it.each([
    ['plain', 'name,password\nann,x\nbob,y\n', [user(2, 'ann', 'x'), user(3, 'bob', 'y')]],
    ['with a mark, CRLF and columns in another order', '\uFEFFPassword, Name\r\nx,ann\r\n', [user(2, 'ann', 'x')]],
    ['with quotes', 'name,password\n"ann","a ""b"", c"\n', [user(2, 'ann', 'a "b", c')]],
    ['with blank lines', 'name,password\n\nann,x\n\n\nbob,y', [user(3, 'ann', 'x'), user(6, 'bob', 'y')]],
    ['with blanks that belong to a password', 'name,password\nann, x \n', [user(2, 'ann', ' x ')]],
    [
      'with a line end in a password',
      'name,password\nann,"x\ny"\nbob,z\n',
      [user(2, 'ann', 'x\ny'), user(4, 'bob', 'z')],
    ],
    [
      'with all columns',
      'name,password,aliases,enabled,quota\nann,x,a@b.example; @c.example,no,7\ncid,z,"c@b.example, c@c.example",,\nbob,y,,TRUE,\n',
      [
        user(2, 'ann', 'x', { aliases: ['a@b.example', '@c.example'], enabled: false, quota: 7 }),
        user(3, 'cid', 'z', { aliases: ['c@b.example', 'c@c.example'] }),
        user(4, 'bob', 'y', { enabled: true }),
      ],
    ],
  ])('%s', (_what, text, rows) => {
    expect(readUserCsv(text)).toEqual({ rows });
  });

  it('names the lines that cannot be taken, and takes the others', () => {
    const text = `name,password,enabled,quota
ann,x,,
,x,,
bob,,,
ann,y,,
eve,hunter2,maybe,
mo,hunter2,,many
too,hunter2,few
last,z,,
`;
    expect(readUserCsv(text)).toEqual({
      rows: [
        user(2, 'ann', 'x'),
        { line: 3, name: '', why: 'no name' },
        { line: 4, name: 'bob', why: 'no password' },
        { line: 5, name: 'ann', why: 'the name stands in line 2 already' },
        { line: 6, name: 'eve', why: 'enabled is none of yes, no, true, false, 1, 0' },
        { line: 7, name: 'mo', why: 'quota is no whole number from 1 to 1000000' },
        {
          line: 8,
          name: 'too',
          why: '3 fields where the header has 4; a comma in a field needs quotes around it',
        },
        user(9, 'last', 'z'),
      ],
    });
  });

  it.each([
    ['', 1, 'the file is empty'],
    ['ann,hunter2\n', 1, 'the header has no name and no password'],
    ['name\nann\n', 1, 'the header has no password'],
    ['name,password,hunter2\n', 1, 'column 3 of the header is not known'],
    ['name,password,name\n', 1, 'the header has name twice'],
    ['name,password\nann,"hunter2\n', 2, 'a quotation mark that is never closed'],
    ['name,password\nann,x\nbob,"hunter2"x\n', 3, 'something stands behind a closing quotation mark'],
    ['name,password\nann,hunter"2\n', 2, 'a quotation mark stands in a field'],
  ])('%j as a whole is refused', (text, line, message) => {
    const read = readUserCsv(text);
    expect(read).toMatchObject({ mistake: { line, message: expect.stringContaining(message) as string } });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});

describe('users as htpasswd', () => {
  it('are a name and a hash in each line; comments and further fields are passed over', () => {
    const text = '\uFEFF# people\r\nann:$apr1$a$b\r\n\r\nbob:{SSHA}x:1000:1000::/home\nann:{SHA}y\nnobody\n:z\n';
    expect(readHtpasswd(text)).toEqual([
      { line: 2, name: 'ann', secret: { hash: '$apr1$a$b' } },
      { line: 4, name: 'bob', secret: { hash: '{SSHA}x' } },
      { line: 5, name: 'ann', why: 'the name stands in line 2 already' },
      { line: 6, name: '', why: 'no colon: expected name:hash' },
      { line: 7, name: '', why: 'no name in front of the colon' },
    ]);
  });
});
