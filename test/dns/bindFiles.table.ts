// Zone files for example.com that BIND reads too, each about one part of RFC 1035 section 5.

const head = '$TTL 1h\n@ IN SOA ns1 root 1 2 3 4 5\n@ IN NS ns1\nns1 IN A 192.0.2.1\n';

export const bindFiles: Readonly<Record<string, string>> = {
  'a small zone': head,
  'an SOA over lines':
    '@ 3600 IN SOA ns1.example.com. root.example.com. (\n 2026010101 ; serial\n 3h\n 15m ; retry\n 1w 1h )\n NS ns1\nns1 A 192.0.2.1\n',
  'a blank owner': `${head}www A 192.0.2.2\n\tAAAA 2001:db8::2\n  MX 10 www\n`,
  'a blank owner after $ORIGIN': `${head}www A 192.0.2.2\n$ORIGIN sub.example.com.\n TXT still-www\nb A 192.0.2.3\n`,
  '@ as owner and as data': `${head}www CNAME @\n@ MX 5 @\n`,
  'relative and absolute names': `${head}a MX 10 b\na MX 20 b.example.com.\na MX 30 b.example.net.\n`,
  'origins one below another': `${head}$ORIGIN sub\na A 192.0.2.4\n$ORIGIN deep\na A 192.0.2.5\n$ORIGIN example.com.\na A 192.0.2.6\n`,
  'TTL and class in either order': `${head}a 60 IN A 192.0.2.1\nb IN 60 A 192.0.2.1\nc 60 A 192.0.2.1\nd IN A 192.0.2.1\ne A 192.0.2.1\n`,
  'TTL with units': `${head}a 1w2d3h4m5s A 192.0.2.1\nb 1W A 192.0.2.2\n$TTL 2D\nc A 192.0.2.3\n`,
  'comments everywhere': `; first\n${head}; between\na A 192.0.2.1 ; behind\na A 192.0.2.2;at once\n   ; indented\nt TXT "no ; comment" ; but this\n`,
  'quoted strings': `${head}t TXT "one two" "three"\nt TXT "quote \\" backslash \\\\ dot \\. end"\n`,
  'strings without quotes': `${head}t TXT one two three\nt TXT v=spf1\\ -all\nu TXT a"b c"d\n`,
  'octets by number': `${head}t TXT "\\000\\009\\127\\200\\255 \\065"\nt TXT \\065\\066\n`,
  'an empty string': `${head}t TXT ""\nt TXT "" "a" ""\n`,
  'strings over lines': `${head}t TXT ( "v=DKIM1; k=rsa; "\n  "p=MIGfMA0G" ; a key\n\n  "CSqGSIb3" )\n`,
  'parentheses in strings and around one word': `${head}t TXT "(" ")" ( "a" ) b\na A ( 192.0.2.1 )\n`,
  'an owner before the parenthesis': `${head}a ( 60\n IN\n A\n 192.0.2.9 )\nb A 192.0.2.1\n`,
  'escapes in names': `${head}w\\@x A 192.0.2.2\n\\097bc A 192.0.2.3\na\\(b\\) MX 1 q\\"r\n`,
  'a mailbox with a dot': '$TTL 60\n@ SOA ns1 first\\.last 1 2 3 4 5\n NS ns1\nns1 A 192.0.2.1\n',
  wildcards: `${head}* MX 10 mail\n*.sub A 192.0.2.1\n`,
  'null MX': `${head}nomail MX 0 .\n`,
  'upper and lower case': `$ttl 60\n${head}WWW.EXAMPLE.COM. a 192.0.2.1\nwww in a 192.0.2.2\n$origin SUB.example.com.\nx Txt "Case Stays"\n`,
  'records that stand twice': `${head}a A 192.0.2.1\na A 192.0.2.1\nA 60 IN A 192.0.2.1\n`,
  'addresses in their forms': `${head}a AAAA 2001:DB8:0:0:0:0:0:1\na AAAA ::ffff:192.0.2.1\na AAAA fe80::\n`,
  'lines that end in CR LF': `${head}a A 192.0.2.1\nb (\n A 192.0.2.2 )\n`.replaceAll('\n', '\r\n'),
  'no line feed at the end': `${head}a A 192.0.2.1`,
  'tabs, and blanks at the ends': `${head}a\t\t60\tIN\tA\t192.0.2.1   \t\n\t  \nb   A   192.0.2.2\t; x\n`,
  'SPF as a type of its own': `${head}a SPF "v=spf1 -all"\n`,
  'a string of 255 octets': `${head}t TXT "${'x'.repeat(255)}" ${'y'.repeat(255)}\n`,
  'labels of 63 octets': `${head}${'l'.repeat(63)}.${'m'.repeat(63)} A 192.0.2.1\n`,
  'names of services': `${head}_dmarc TXT "v=DMARC1; p=none"\ns1._domainkey TXT "v=DKIM1; p="\n`,
  'reverse names': `${head}$ORIGIN 2.0.192.in-addr.arpa.example.com.\n1 PTR mail.example.com.\n2 PTR mail\n`,
};
