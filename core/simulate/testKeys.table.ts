// Keys that scenarios and tests sign mail with: public on purpose, like the domains they sign for, and they protect nothing.
import { createPrivateKey, createPublicKey } from 'node:crypto';

/** PKCS#8 in base64. Nobody's domain has them in its DNS; only the zones of scenarios and tests do. */
const keys = {
  rsa2048a: [
    'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDURS0HhfLAH+WSlax5yoOaMgmBFYtScuJb8mLyBOlSMMD6OghLsKHzX/OwTV',
    'qZpUyZAS29VjANVU2XjrkDGPwgAFSfIMXBG8kRRalBlUZVVoA6XC/tNI1YET9dPqY4CVcxPFwV3oupqs6sGlLplvHaehJAb+5DLkNwo5oXf8Ur',
    'iwWkihbvsOfLAI+A4jtMM6eWSkhwfQqVyPD1cR6z2JK70oWvHcH41pK9c4mxNhjwYdOgYz5mDNDrp2aDocAqEcxOG3ZAS++vQLBej3F01ALLhb',
    'jyxou1hRnU1M3We5LV3ZlUvaImaipZuz+92x8u7vFH9wun2w8jNJRCsTHtJ8JXAgMBAAECggEAL3wEDTVJLvJTtD1YNmx3kRRVbPNpVbnOajwo',
    'JzSzDwhJ+w/lUC1EpUFXLZ64QDuqjWWmmj7ABBOLhnZOa+N4bx4zz98Qbdjt2zfGm52tfKSbjbKWpA0H+2XsU0sS+uEYCLMUdG3ytzM3BWfkGU',
    '4Db1i0YYbIeW3Nd1KZw1z5Ofp4mquwQp+PV/wmBKnFekz4kVAKVhqP8maouAREIi9kVP/t1I9FlJ00dezU6ijSXkoWDhOKeEI5x1KvLBR8o31c',
    'bLbxeiDxkGyBorYxigrVCX1r697cm7SAz7wBDYulRUSARICSfRZ8XN4VR6qOQoPU+OvU6UONivLFoblXI+XaoQKBgQDyTyCiZ0GPqS+eFwO0sH',
    'VlrQHkaUOeliG2nGKoOhmd5LnXZWaoK0kDZUm1KZXrdqTKEqMdWcB2C4DfL1JNT5p0JjTX3LpgGkPl7vBq7Cy8N+BFg/IOcg3eX3Vqh++OnxVU',
    '41Ahdh1BWkYFNvaAV4TI8iY8ZvgQWuaULw1PGtKUNwKBgQDgQ41SuKZ9TsNiQWwl4r5+2SnfnLncpVsgfhNyDv4Cz8Z7YMWZtpgmNnuozi0jY6',
    '0WrqWje6ztY4IZTlyerKVtgquIdttMjo0w2J9clPUjCUL1bD/c4jfzOSZX+SMrdgq+gGmv+z0StUoc1l1ujKQqiit5gVSWlB+BskXvSQVy4QKB',
    'gQDUqv5Ji7bPD/7rEef+vqFLC/2NK5ZdqgcM71TnsZaqLgWuNyFSmCsM/+khR859SzR25sSjDhMNiCsjt7TUhflZ1+6pRuGNV4AgXwZD0eWxjJ',
    'kaaiQY6aGiesXjKkvnMVjXmGrL847ZvRGXohXXrvisJVvJx9YRBLc7d9CGjVQlIQKBgGUzVqTLmqXVUyoVp7348km/qbu0t9Kv881X12KTDWEr',
    'bb/jTYgt877auzbTw17C7ircKPb7Km/9hYnx6K3Z7tTaMJnmONP1SBWQy2k19uEWntatQKxmkST61yi/znUgUXzh6c92Kns0v/r/aS4n3TUtIK',
    '02BXvl38nhLtnqM8FBAoGBAKCCffCDXU9WR9fVTcE19l4qIrarSXJnPEJleuWlQmVyfD45N2gd7GI0COBWwDhNoLUEuo8zXFvBxzC01kBOJa88',
    'wod6QLOg8O0OhDZeTXElVhTes1iUeyRiw9hGfR0GWvxNlSSu8qH6zqhbxAmYOHmZpISsLYZb6FT3M+fy7AWL',
  ].join(''),
  rsa2048b: [
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC3IgRvwA2hFlmluwmWVJtNfmwCRySmDwgJsvF5ox9DFp018+Y5zEGDOz4tS4',
    'KCe1b+ixgbiHWFPUiGi7pQD8QPqOr3XIqRxNhpqkrd2QrYibc9ilvMrsJxAD7bRCFpTKKPRyzo6RGYTo2wpNnz1xgJYHPS7eJSw2upsLzZuiQm',
    '+7zCoDYQaXB1DpBt032KaP3A6/wqaK4b6MNFZk4yqqXftHBgZWvxVR8uDV3ysbD1KV3F65VelQy+rsI3THAOLqrvcpRA2pLGDRZXkWdjo170IQ',
    'eBK+woQsMps3J7/eZ9qfiJy7OR8jdzM35T6/9Q2YgBw2MV5Z1Lr7Gsni2u1RzjAgMBAAECggEAOAYXF1zIjpw4xqOmdi/h5t4jCrta8dYtXlI4',
    '3z5Q5QQ5CfVYXBwpeo0YI2EzRtmWrn483MdtNFqgIlECqVV5ZFUHtK7B0YBHuGOZTa8FS2MuBIycMszPvSQXFpsMIZuJK43ZplMOx+pYHE8CQj',
    '9uIgg4xrFxiGIyQJJJ4823G5lno23jMQWodITQ7k8d+3U37vXSVBxflhzVMo/0SVeO0okQI00ZCYBy8k49tcNJbPzRQPHlMNs12L8rHxeEgAAx',
    'ryJBi4BH8t5GL0ecTrBvz6rdEOsL9YfqtO+1KvanSdJuoo8RE7OLALKlUPSfd12ofscm+mbXnxnZ/mzUcbSh+QKBgQD6/PCei68ZuY5U62IApF',
    'p3HRHm1R71X66u8jwh8RWGbpM1uLjCxC6tBm3He0rM1CciyvOLOajYx4FNorSkQVFD+le/5FP1c5BquIVGijjbJP4KYkIcnG0AQlL/sPCn/iGo',
    'ZTy8FFFxaR9WDxEDSUffRwCj5guKbZ78KPejkT949QKBgQC6yjMGbb8BjNCk4166F36hWZRS+zvo5IUD2SHWOsQYycjSnF8CjLsHnaElNTV8jv',
    'G66cR9luDa+xwxmu5L7X4qEm9wbH0sNwtPHhyKmJEozh6Mc8+i7MoZuF6sFzGhuwaGpw79lZmJmhoBVFg6OeOPNkowDihR8hSguSdaHHJ3dwKB',
    'gG24qdAFrJSIY8qH5B33u3ya/rp0rMYEAC+Gwfbsl8ZfDIfNqyep7+XAC7nLElYc4Mb7BiD1IfUysjooSOQNkeMvy7Cdtn50+MtOwySlRFm5AD',
    '212sT7NUOJuxMAXRRzqm8dYsGt+DSmCgbrKzrOjFb1iTgdVyo65efCWQ/ubVsJAoGAXRR5jNCPiCQ1rJUpFS60CY9sHFXZqtqFdj9zXx/1rCyR',
    'iHIn3ktmwArKzJHRT3qj9vKa2cKf1j+f8xAzg16bqjd5lNpbHfdoCUsGCgKxA1aDXpYveA7rPxnjA3qjXual/9+r1q3/ztQd9V+kf49tWGZDXe',
    'MQMJWjtdvOQlc+q00CgYEAkfRkEmUkrjXbJwbQnLL+9JqfD727mPiZkjWRDjuow5mci7Ar8eHCbXL0Ln8ZDwOJqoHryf0AGj/pJd6EIQf0jUGn',
    'pCm9miq3X65Sgjeh7Afpz1JtzHGxm/i4vf1J2sM7jL+9JpqfZhSFIqdZGdvDyJF+BZznYWyvQkp8V378bPQ=',
  ].join(''),
  rsa1024: [
    'MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAOMcSKbWIKhCSq4Xu0fx8m3s7LZmhOPgGs7EfOsGpmhBznzcFKcbXgRRETX56J',
    'e0m/UuTOZIw0hXkF1zPO7TyQtl6TRRkFMNRJjX0O/mHF8Lm2aDWpJThpXMmPq7rjgRhQa6qF+cbaTxIB/xOSle5Y4akobt0cTSeGIZGi5CKs8f',
    'AgMBAAECgYEAnL4Vike4jEgMYLDySYo7hhCBorWIu/kcp13G1TJmwQfB6jy+aEKkFZiZp0YOeD1nccT9v+WyGYiNk2GISVCTrGPOQfA8M1qPiH',
    'BOSnV+lsOGLeUrb8GiVzq9h0KVQXrV0slt9QOA88Eqh761uItS0R7WeM9U5Q3tdAjPAA0MUFkCQQD/UOewCFOE71yjwJXpbJwZM6AevksTPbPp',
    'JcISizMyN3olZohROPbmktqLZAL7kNIQHgi1EYXljLtj1XV9yfCjAkEA47gJFW68KML5RWVUYR6889ZvBpwr1Cz2kyCH+KkD6NriDnJwgjD3LU',
    'vDwJL5RfFuIpoqupm+09JqCfB7R0QDVQJAAb/LJpCYCeQd7V1Haab91spcwXkqSIJ2thU1JC1h92kb5B+0tWG/h0rgRm4z+wc9+TBLfPoWwcDa',
    'E9AFkwwMIwJARiV+xtdhprzIxJO+NlydoA9CDCs3ZRikrBWtTO/jgGtMj165QaGLwqxAFKYxm1YPsyECYJDTs7RxbbZig0V0MQJBAO3D9gOyXl',
    '08yBchCs8mAdwK4/3dFPDiJJEdMKIS+S+p83/PPRLXI+Zyh9Zoc/63c8xhfvKqXCCHCsHQ/ghEKTw=',
  ].join(''),
  rsa512: [
    'MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEAyp4rPLw5p/eS9+QLM708NUbX8irpfyn0+E7N2MwudaVh7hlx0TYy5x8Wtlo05o',
    '4+cRuMKMeRsXMcMhhJ/BBH7wIDAQABAkBvNCok1mWKg32dIgLn7ada0jv5BIZMrblugsnFgCLLm/OIF0swnsSdgYFS8u9rNQ70ff34QHS3siqy',
    'ymQo/RL5AiEA9iJEqgcq5/7tiL2anC72TuIOGNMo79Qorf60BFtgyg0CIQDSvVsfmjPLjmii1+LjaV1RKSQjElSKwsIs25B2mUSG6wIhANcFpu',
    'C29EfKUG7l3PzWlfzhxRjw19F0kbk3SsKHpa29AiBHN/8HmxFOBX6PKe5fdEg5GXJA9/ziOBdvGXSk3/8sqQIhAMqVYIVxxvHHSz8527vAMHTj',
    'pCsIOuy3jDHp2rU3AGuI',
  ].join(''),
  rsa4096: [
    'MIIJQwIBADANBgkqhkiG9w0BAQEFAASCCS0wggkpAgEAAoICAQC79Ycm/Ot3eHTF9gcTXCYqiDqj2j/7JTqeHJk6ZHBO0RVBOMIysjcLWBWmCt',
    'ZhPwrAXQTkLLwgO6OhN+4r2mWiCwfZ1zZyExUYa/VUaoxaQwajFsUauCfog1t7zdBFZHqFj3MiAaf3u/7mGNHyMOhIF8T2ZtjQLd1BgJ7e7MWr',
    'n6bVK0WbRsl7RGXDuvM2mvGVWsnKCq9ghbNacx6veNmM+7+DmJxmS17WC4XB9d8tGg19r90lJSbY0ZOmZf8m/ZR3yEa1T5NkdRSGn95feOR4/4',
    'Pj6Gj4IVulDihf8WB++fuAlG8ESELpVuxYv8fqDu1rjSlVZescUvHf3XDafn+EOSBLed9R9XmUIgwrCOLeNb7auxQisMaHdQFd9zFZ45ZY47FP',
    'Prub4osDsTQCXcElXc/4enaFdj98dH1L1+HeVI1RMOreFYEn7exBPEfDgXGpkmphMSeoT/XdamuHPultCSZtCe7mnT8e1SufJDe0MALWhDxVk2',
    'IuI13Rd8waD6xLLLcPpNv8ybZLG86ve+8JJGzc8loU3kdVNWrkvV+AEaUCRz4jnL73TpaW+MzO5Ojsvd2SJdNB1tJbDm61BC5Q3m6/Nm5EyJFw',
    'y/0xTjtZRXJRairK+OfpdLUu3ERfemnHjcX90GyZAY6KFj6FyLmJP5nZkYlWUu0cfKmOq4t1/wIDAQABAoICAAQGFpWcFoJhPsa6JJ6ie2Kvte',
    'mqE3KR8nZOEG2ylsDpMvZJe8bQD+ObSCNc2ggM7HL/ysoDtydNf4xFAUFJFKHqcImWVOEOTYZPUVo0Sbro8mxtYVzYEmqk3UGCP3Is236eeo2A',
    '0ZK5IJTWdTAlIePhNmM8Amo6gSEU2tHU6cppyY2Itp3DXy7XYQJWrzw9Buz2m5lKr0R2uEc4bbC9+pJNFWWAz+BUvrwAVSW42MVDaISHTkmsSO',
    '+dVPbb+iFgjlweGn1pLbOZ2g2jwIP0t5driOxJHm4pcKfQ7MZZCYLOYTb4doP19BDAvqCLwoDdPvHtfLQKUYUytWDggbj7ukkV7oaOwsq3AF4x',
    'pecpD770roCxwZ5TTU+ELYwGMGEa39+2/DcMOIQve/mMFiAUYOd+yiUMP4J8Yxni2fO5p4CLgcommSK2xBclMm6AIiepMgjdWldAr+HyutNcVA',
    '4bIlMxUS90OwLFp7bKlYAY4cEOA2dCCpBvqoVw8e/eSLPk7DeuudlI2A/WC2Kj+Io/eUpuYPqSz7BX+mjnM6PXOSUnIS/0ua23vIUR9KLpA5Lz',
    'TkFFTC/cbglipuv2zpzWrJ18Uin7CJRM4+X7iP/uyy8eTqgbv9v69Ty4+0TcAm4UAkXAQED6yBmEc1bIuZH7CF02g+sBq5+OtkakUbdNA6NJAo',
    'IBAQDvTH58GTJxq6037m+DViRUO6Mwxh0L+PZLlPU8IHg8MxjwIjNMZkvuOy6OrnjybBiBLELVl6TrYxi8P8rV7bbpchft9BFrb4zrRR+sw2e/',
    'WWJuYSQeusLa0wS66r8KWEk3HeO8qadNIQNWtpbZd4p4eJUm7QcTEObw2iwbKBcV/cePP8nM3jUOSz4YOy9oY8sMcB8vK6flLxE32TS/Bug3/I',
    'cQDXs6iJPMimv+/jmdCY9BtuMxy+9POw47q8JbY35g3e57CtP8AeI+Q0gDdEcVdH36fEbqCZ1STe24T1KnBM5Wh8cUwVJZCO1Kue3ok5gOEHb5',
    '3tpnDhj8eEskemmrAoIBAQDJE8HO/7ISqQIZW3DmRhvJhp191woJlzmr4A5GlDQVDb+FXL4UWft473wUiA+fVohygofF+kurO5ZFf6JJzcy7Jd',
    '6BULLFqCgBFn2aWGvvCXy3EPlfOAw2C0qy5OBwVlOCaLzdJsZmG3iuBxBAMdnW1zTgK6N9CnYwQXHduPZ0GJlWwStxMx5iVZPKnSGObYSV/x88',
    '1qGVg2UWd8UAicpX3NVeq2BqkAPPGg9OBJl/2iak8KT8zj6D4rqI8KELbHVDDtgtU969j/HrJvDPl3ai/HkKmfJNDLO8OU1Qm87jwJ2Fs9zFU0',
    'XT+Z4+OXiQWPzkscwiCveSfj32uume+xj9AoIBABPioWgil+SGRaCuOaoKUH6HbioxbFyAVcc2G6Lhd9xYyqu5y9V/crPbSyUkLnzGqsqhKPSi',
    '41uEIpwSGQLp/BcuGfr2GzR4UpeCaP1sR4TJIrrVa7D6CBMzEeOOek2bxInF/BTDbFmmcqaUCbkMi/8y1gIkFEBrWSWOm7et/y0ep6SpwlU56e',
    'LEMebFlEzybf8cmhrLX+pVnPKtJArzwfxVCcw1spXMn6uRnSPVcGgyUSs+zWZn8fz9hVNEFKSPggL+rkCfR7pbVbei06sl0Hph8c4M4b+1CNO8',
    'EhMM1Gt4pMTgB5Ub84Hekglxpel7yljw2VIuSKvjqgPg4y2m1n0CggEBAIThp5zSYa3vPtHfGhczkb12VrII4DtCUvyAzy5ZVqnrMfxCM+NjK8',
    'raCRfQavKTzwxNsshlBoickkxPcsJvXLL47bhryhjRbc56PHs5n+qSTHb2orYIZhl5EN50XtYeVoXCDb3gmBB2ayQmytiBmUJfajQS4rIJrd1q',
    'AoPSbhx+/SbV9Y2TiKrXfxnRCZIEUjCGLvCXrqUN9koI0InwhWXXLLKpcsg5cCr3P9IBPCe/1PX/iij/a1ThCwDgdK0F+eBc+QPLf1GqxObwDw',
    'hBQkenrZ4R6ox8rnLfM3bn4KumaPMoz+cfhu/08FySwlgyVr4TuaFtufp3rx9UmntT2UkCggEBALVH3HWOAaeQ+IXqc6tsySSDUvLRp75iTcae',
    'WV8eWESrDbVaeZant35cLJE+bNEBGS29de7YOHazsgfrO5aFVjkZvBUW0H9oIn79HoYvrjX9dR4o56zS5NHALE4lQi1nD5Jln3jRYfLG4Vsen0',
    '+aMVhuvOClZNO6jyWwXwf6r+lLt3nDTkn4g0cWwN2TFOexRebgGBAovN9gs98fZLNeK0jkeckk5X8ssEwf/NxbvnVFZe2oy8mdxGk3c9siXNiv',
    '6pyO3HwtIIglS31+kUVjc17+czGus/wsjzvAGXtCndX9loYearo2ykCjX1oY5y3v9KiVdaMVWFm8dsib6ABTiGs=',
  ].join(''),
  ed25519a: 'MC4CAQAwBQYDK2VwBCIEIJZOP8fd/9H09T14w6jph9kNSMyM8RGwRy5rudZMjN+h',
  ed25519b: 'MC4CAQAwBQYDK2VwBCIEIJZfI7oqPQDpPXZjGg3RaMB6G5675WPu1pfk5uztFpTE',
} as const satisfies Readonly<Record<string, string>>;

export type TestKeyName = keyof typeof keys;
export const testKeyNames = Object.keys(keys) as readonly TestKeyName[];

/** The key in PEM, as mailauth and every other signer takes it. */
export function testKey(name: TestKeyName): string {
  const key = createPrivateKey({ key: Buffer.from(keys[name], 'base64'), format: 'der', type: 'pkcs8' });
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** What `p=` holds: SubjectPublicKeyInfo of RSA (RFC 6376 section 3.6.1), the bare 32 octets of Ed25519 (RFC 8463 section 4.2). */
export function testKeyData(name: TestKeyName): string {
  const key = createPublicKey(testKey(name));
  if (key.asymmetricKeyType === 'ed25519')
    return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The TXT record of the key (RFC 6376 section 3.6.1); the tags stand between `k=` and `p=`, e.g. `t=s`. */
export function testKeyRecord(name: TestKeyName, tags: readonly string[] = []): string {
  const kind = name.startsWith('ed25519') ? 'ed25519' : 'rsa';
  return ['v=DKIM1', `k=${kind}`, ...tags, `p=${testKeyData(name)}`].join('; ');
}
