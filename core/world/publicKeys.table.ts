// RSA keys that are public on purpose: they belong to certificates of a CA whose name says so, and protect nothing.

/** PKCS#8 by bits, in base64. Never written to a person's folder, and never shown on a listener of theirs. */
export const publicKeys: Readonly<Record<number, string>> = {
  2048: [
    'MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDCDOrJ9Ms4k8I9c6gmJwQN+OFJHQnmpJGXGKyb2wMwerlBvrUi',
    'm/Za25K53G1tPF2myhIUNdGI/wSeVBh4RpAzYttxAePYx7QUx+Bl8oYoMpEI/0hX3lKGgiGpdwwjjREQ7bAI0osc3LGr0yFOBe9K',
    '+KfwqeJomsoHFUnib4po//9lticyHpKpJMAVImkRzd+zzfrtYVd1ycTOqgY1PaWGAgLt9is1VM+t2668/LnejyPibP2neJVJ2B6W',
    'yjwg+s/bn+9/WVSRZo4NqKXGlEgAH4W45b42hb9+ZThvmOSdtLtuC+WfoHHDk1jWZV7gjGK6t3O4YKy+OY2vW+9tyoSvAgMBAAEC',
    'ggEAHAl7vvREjIck0HYufFy0xEQKYOL2NEHg20DwZ5BsVIvWyn4Ac+Cu5o/FEl+b2+WV7mxR0mO4Q5/9Ddc+tdoUKaiF5j0Mq5yn',
    'Ez2R2YkCAzrTI8amsDNqHw8cR/zwXw6ZwaVmAtBQ0zm73gSiUkCfQ2jL8wTItq5utDlKNJJDIEpkEAWt9CQY7XuFEyCRmybLPZLs',
    'OIei+m8XEA29gEXW0qEi4kG/dnUAsFnaVPROuH1G/az1Vm/35i0m41FRJASZcAOSdy+RQJWzNlKUIbCpd7prp2ynNPeqHK87ZoUy',
    'vr4fV2VjpDL78LWuOkWA7+pw4P6GzvveITlIjwjCPJEVmQKBgQDuyI3hnTqGtIoeyi3kVu7ciFzTilNOrjOI8/0APnkcrGKrHOt4',
    'mAic3i6f3L4DgDu9ZB2iAUyQ4W2I2aOpNw4bOZnHeGqRYeyw1xC/LqlZQbb1uE4We7s9NpkyqDeEKvAHH56TJl30eUPfNMBncJWs',
    'KSEc3bHlT9A6OB9VhBGL6wKBgQDQCq96OYlCY7VMkqLZ5k54MmK/2v0RufxxIzDOimZd9X9Kv2yuqWWikRnbnycsVIn45HOqm/+P',
    'xb3oKF5IJrwVUpfdfxrfaBAUT6k34datvVtpsnOEwX/VnyqsABW5V8paPJ4sqXlsBdbs1NR9Tmb/XSCT3Bjq7TJ6CXaxgZmNTQKB',
    'gCwpqZwVsVJip70EFbLKpUjia5CwX7IIo/1ratqVs16rP2B4a9CVBdrFeQgWEoqhN+tSTey9osSU/OY3on5UcWZ1o8xxp/wViWo3',
    'jKBfZ/DbJ5SQrtiXr8ylgXYOCJ6INnaK0ZBTo0Lo/rWUkxVOjFAYF0i4dAN+XHu4D4uIbppbAoGAOS/mwqNUPsKn0I+yYlFzmojH',
    'KlPpItlMMlFpFi1nLEbSodpy5qQ8Au79+6gJHZ9zec5amThejMffhxSprg2vv/C/PCy3V1gEq4CmVG0pFQMrQKfEJ2cFW9Rv523y',
    'iss+HYXyOPaxIOeOB/YNHxDRMTsJPHvRAasIKBG35d1pNzUCgYAiryzD/D2EtDHJz9iKnu2f9VO5pUiob5dt9Me7He3nh7tryFGt',
    'OWxdknApc06UU3fHcMTIidB5GJI0NuBc8jBKB8Schb1BKfvPt2rtTgYWqJP5BLVF6EPdoUyMj4L/oJw/YELikGZF9E2O3DFD5WVK',
    '5SJq8NAoVmEB3vOw0fRW4A==',
  ].join(''),
  1024: [
    'MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAM62Ov5OomXhEFk0xRjfXQ23cHKoFJYvkvbiY1+4R4CBsEJI1lvz',
    'SzZ9jOlAzM5oRpKJ3zaa+XJccVyh4QG66JzTszhYlFZZXbHhMUWDtQjwipSHzq5YaFi88ftEBLph9/Q6UPrNHDvJlGeO7Gxv4Vd4',
    'QqqzAh2BFX3hUduN0eA3AgMBAAECgYBM0ZX82fYqDEjKDf1NL/zh0xD72xDDe2yPSTSK5u3TiN6a03yt8S07U88hA87YyhGn9Yq5',
    'PUCESmxqc1IuFWrJ6fI5CdkYjAoUJkDFG0dfzCHQDndpQQJKE/TjMErdVwwObJID0I58AqPAnpvBFxQ+LrfmIae85I/q64UUAkim',
    '4QJBAPPMrubKk3XbTheetQajMC/ELGR5Zhlayrtv58KyEGJeW4sM4jd7WRLlbbzZdk1eJVKchbcPAL4Y5ETnZZTl+6cCQQDZDmqf',
    '+7+Theto5ucEIijE9mt/qJNoSwtUBXQ6LA9xXnHsXOit0nNN4QGjGyyCzU66NpnvtJtoZz3SnI/mT0jxAkAMuAHr4mec/2rsiogR',
    'J5RM+aQDPd4YtobbDnR90MJQD3IhJ/PpRxMXjEaUUpf8Y0v5KldDfJHiWPQXsCa5hOIDAkEAui3Je4ye2NUoBYT5Zuw9+CQ+NPPN',
    '7Mlh4CIFfdhJLr8KDOnskxxO1uBHXTZzyYZ9HvCyvY83NihIOR0duTkMoQJAVHDED9UiNwl8tVlfzACuIPsjHpsmpoEB2Euiz0r0',
    'Bnpq9eahXihBLJKCaatahE4pC839r0PlEZWeC1PLADTUUA==',
  ].join(''),
};
