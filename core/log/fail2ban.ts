// A fail2ban filter for AXIGEN's log, and for ours: joins each failed login to the address of its session.

/** Where the filter goes on Debian, and a jail that uses it. */
export const filterFile = '/etc/fail2ban/filter.d/axigen-smtp.conf';

/**
 * The failure line names no address, only the session. `<F-MLFID>` makes fail2ban remember what it knows of a session:
 * the connection line tells the address (an SPF result tells it again), each failure line then is a failure of that address,
 * the closing line forgets it. The closing line carries the address too, so that a failure whose connection line was not seen
 * is still counted, once.
 * No `<F-USER>`: with it, fail2ban counts the closing line of a session that tried several names as a failure.
 */
export const fail2banFilter = `# Fail2Ban filter: failed logins in the SMTP log of AXIGEN (and of Gatehouse, which writes the same lines).
#
# The line of a failed login carries no address:
#   2021-03-13 21:48:06 +0100 08 mail SMTP-IN:00004CFF: [192.0.2.1:587] connection accepted from [198.51.100.7:51979]
#   2021-03-13 21:48:06 +0100 02 mail SMTP-IN:00004CFF: Authentication error for user 'joe': Invalid password
#   2021-03-13 21:48:06 +0100 08 mail SMTP-IN:00004CFF: closing session from [198.51.100.7:51979]
# so this filter joins the lines on the session id (F-MLFID). It needs the levels error (2) and informational (8) in the log.
# Fail2Ban remembers the last 100 sessions that have not closed, for 5 minutes each. A failed login of a session it has
# forgotten meanwhile is counted when the session closes: once, however many there were.
#
# Try it:  fail2ban-regex default.txt ${filterFile}

[Definition]

datepattern = ^%%Y-%%m-%%d %%H:%%M:%%S %%z

prefregex = ^\\s*\\d\\d <F-MLFID>\\S+ SMTP-IN:[0-9A-Fa-f]{8}</F-MLFID>: <F-CONTENT>.+</F-CONTENT>$

failregex = ^Authentication error for user '.*': (?:Account not found locally|Invalid password)$
            ^<F-NOFAIL>\\[\\S+\\] connection accepted from</F-NOFAIL> \\[<ADDR>:\\d+\\]$
            ^<F-NOFAIL>SPF result for</F-NOFAIL> [A-Z ]+ domain <[^>]*> connected from <<ADDR>>: \\w+$
            ^<F-NOFAIL><F-MLFFORGET>closing session</F-MLFFORGET> from</F-NOFAIL> \\[<ADDR>:\\d+\\]$

ignoreregex =
`;

/** A jail to start from. */
export const fail2banJail = `# A jail to start from; put it into /etc/fail2ban/jail.d/axigen-smtp.conf and correct the path.

[axigen-smtp]
enabled  = true
filter   = axigen-smtp
port     = smtp,submission,submissions
logpath  = /var/opt/axigen/log/everything.txt
maxretry = 5
findtime = 10m
bantime  = 1h
`;
