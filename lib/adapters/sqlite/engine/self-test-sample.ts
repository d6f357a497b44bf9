/**
 * What does the self-test read? A small database, made once by the SQL below and kept as it came out: making it
 * anew in each process took longer than all that is asked of it. A test makes it again, and compares.
 */
import { brotliDecompressSync } from 'node:zlib'

export const pageBytes = 512
export const rowCount = 80

/** One letter of its own, 1001 to 1080 times: cheap to make, and another length for each row. */
export const contentSql = `CAST(printf('%.*c', 1000 + id, char(65 + id % 26)) AS BLOB)`

/**
 * Overflow pages whose last one holds 1, 2, 3, ... bytes: short reads take another path. An index of
 * values in every form, as they lie in SQLite's memory and in the file.
 */
export const sampleSql = `PRAGMA page_size=${pageBytes};
CREATE TABLE sample (id INTEGER PRIMARY KEY, key TEXT, content BLOB);
CREATE UNIQUE INDEX sample_key ON sample(key);
CREATE INDEX sample_forms ON sample(CASE id % 6 WHEN 0 THEN NULL WHEN 1 THEN id - 40
  WHEN 2 THEN 9007199254740993 + id WHEN 3 THEN id / 3.0 WHEN 4 THEN id * 1.0 ELSE CAST(key AS BLOB) END);
WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${rowCount})
INSERT INTO sample SELECT id, printf('%05d', id * 7919 % 99991), ${contentSql} FROM n;`

/** Packed by brotli, in base64. */
const packed = [
  'W/9jMTIQ6A74syelfWdFsHEAkWwsojqTCLU6sA2R7NgexWJwY5JSitMph4jxTEXE7Dyk0YWKDqe5jpeP/+u3cXOM5BSj',
  'QnBaUmhWR/EF9B4yCyRFBZuZdGq+wGRbluEBadg6bUf8e7u3/kMX2ZRkok0WohiIhP//XtWMm3RM4GiEvl3wnoi/1bHW',
  '7Zg0lt33z/sZFsHizOCWNkgNC1SyCgTz/P+u3vRGQwlolVUzBLiXkzp9rtiddQPJ8rqbfoU8u/iQD9iy8bKbFOZZAAcH',
  'P9iY/ydqrzm6V4UoN430ixZoEw/wQOcwAAtgBKfP37PXTbMAeVZgI333FbSbUQI4/M8OOH4n4OZ4F5g9ha+Z+M4bFXys',
  'DymkhG/ZUCrtTvoQaEielhaf3/3jA70ROpKARJL2PQCu4psBOgjKIrY/JwJmbTIAIEVPcBEr0BMAhtRLlVbuLzhMvX3M',
  'PjzaaKua0TGZJ4O1tzOtRdYVFgQjXk4POfO/Off34WbNEXHSpvoMyyYClYtd8Ne6TMnAqEXylOQFerp04/2vRC80Cepp',
  'oBZ/JZz06b0+WlWO4VQ/O+NWuxZ9DP5FW867a2jXCvbIliisnG3YagvK5UyZkhrvDQ9sy0GwUkm/sp5KKxsbDrHY/8w8',
  'MzAmkdJ+3TST97Re/5v/I0EHmkV8Pt5Jf5O4+gDI/Z2f9CeG/+hyAGpeAYCN/MPv/MS3fMHHvMebvILzE9b118hhNaFz',
  'ZGvLjkBWun4Twml3jFRL3QZkoeurstNuHwHQtgCZ6foo7bTbhtOBTUAmut4KO+3WYUn1DUBGul5yO+2Woc3mOiADXU+Z',
  'nXbzUI2MNUB6uh5SO+2mIUjmKiC1rrvETrtxMAu1AvyXlTqdASwpAEzNAoxIBnSPAdQaIKMDgh0B2JsDsNNIAJCfAaAJ',
  'P/MH+o174AvfoQvb4RWfoBWb4AFvoZ6VrvEC853hMaY6xD2Mxg5uYiDWcQXdLeE82mEWp9AEEziKShg8eTaGhfHns7F5',
  'Svx4NtbIyu/PxlIV9e1FkPb+mjTE9EtSVLHPSaYWPjWiLfxjUDg/JIRbvE+clHyXIFn1tmEd0W+CJuV1oijoq0TYai8b',
  'nV3+4oFI8PmHiKYez6Kb5dMQkHrSYKH6cRRPeRSN1IfRA/YgRCruN7Sy/V6USt6N1ow7gWJ1O6lU6Vv9fcYpuuMQJ3TH',
  'D94k0IECSm7M61thMWeXnPPwuGSch7Ul5QNA4099TQF8+GU04gea4BpmoZ5/eIDDmBk9XMAUPuIyXmUb+uMTZ2Ib+rCO',
  'WjzFSrTne25mT8bgPw5jJJriNktyGvNpyfGQScE/xkcttbz67/pSJZPScC6v1/TZPB8Fof31+lUuJf+50+GWVz9gsrnQ',
  'wzvLWasfTnBMAsaZPV28nexs9ckG1knACLOkvbeQhbnemME0CRhkxjT3RjIy1DMD6CcB3UxDlVdLrdIDJRRJQONddiR+',
  '/CrVB9DwE/nXAlCknNCKoxBTq0oV9CJ1mFpNmqAZKcPU6qcLupEqTK1hhqAdKcLUGmcK+pEaTK1plqAhKcHUmmcLOpIK',
  'TK1ljqAlKcDUWucKTHSSfUytbZ6olOzhn28GADQIG/Eyl7Ins2iLt9iPiWiKsBG2gDy6kfDrhqBs7WXD1+VT4C4U5s+J',
  'sh0Q8ZnB/kJuRpBky0F8arCvkJlC2EkRnxjsLaQmW1cDl9zHxwZ7DhJjgvrvyIiPDHYfaAT13bURHxrsKmAI9d7ZER8Y',
  '7KwbZAD13P0R7xvspBuoD3XfIRLvGeygG6AHdd1KcOoBQZupdcwf1MoZsIup1RaIaskmptblQNRL9jC1bkWiYrKFqfUo',
  'FjWTHUyt17Gommxgan1KRd0kx9T6nYrKSYypDSgXtZMUUxt0LqonCV6/BPRm7CjrKtvxmsEpwsgBsizHHK8anCQM7SHz',
  'at3xisEJwsCOINOK3vGywXGDvi1kXPU7XjI4ZtCzgQwrg8fXBkcNGmtIv3p4fGVwxKC2gjRlpuNLg8MGlSWkqkIeXxgc',
  'MigtIEWl8lPTgoFTG3oxqJ8zIMPUhl+KCkqEqY28EjWUBFMbfS2qKAGmNnZJ1FE+408xvgVYdVvALfqYa3GiFjnkYpys',
  'RY64GqdqkQMux+la5N1LQG+2XvJLchEfGFwpbDwhn7QX8b7B5cLaA/JKhBHvGVwqrNwhj9QY8a7BxcLSDXJLlhHvGFwo',
  'LFwhlwgS8bbB+cLcBdIm1Ii3DM4VZs6QY4qNeNPgbGGqheyTbsQbBmcKEyfINg3HqcmAtHlEVgu46rYAXPROKB5yjhwJ',
  'w0fOkyMheMkFcsTGTy6SIxaecokcGSCGZmVZC6iGbgswx8HwlivkyCD+cpUcGcBjrpEjbAlowL3eG+zBaFTBfc1nu1tI',
  'xZOi2Zm1ZqizcA1mVTghqoRVnoo6ChfJKxpXouiCdtReOAfmFYxJM5MKqNRWaAPyikWFQ7RiMrUWTv55hSIYKCuwTi2F',
  'o1++FeblR6R+DNRcOPiiQiEudG/fQk2FvY+NBqUpjtTtieqEnTdGA2L3RpoCw9U1M9XVtwBr6LaAcxzfAzRoCh/Uy3iM',
  'o5gfAfpXMB4bsQzzWZmSONAL6HbMYeSxhZZYPeRu/8d9ahnDOmO2Fp6FLHUyBDzsL5eSaVJfq6mkDh6BUxxk1V9JidRk',
  'JG5Ou1FkacSwgzZziJaQTZm1iAeCg6F6QGhxNHMc//YOu1QIL03EDgfNUf1EwWgWEBlM1wOii3PJSYqboemTp2GQE99D',
  'E8PA23ulEtk/rb6lAeCuDH/zHV/wNs/xILdwOWdxLAexK1uwKrlJYDDdaEUN/uEjnqDMLVzAMezBJqzAPEzBKAxCD7RD',
  'EyCkdFlAcVGqaZarmiW71i8yZib/siLSmDN3zNo3BhtssGzZaiQruNPBjGfJ0r1BXZp7n6g8N+c3Tk/DiQk4unCoYX8/',
  '7PkVO2uxnS22MMdGhlitmpVKLh2UjubRUTw4mTFaxCySgPxkDOQkwyCzNCBwtzqozHoe/CkkJ1yceEnnbKYG4IN6YAQ3',
  'cRAO4R8mBEEfVxh3YP4xzjOuw9RjnGJcgtHHOMo4y3YgL7wt3GNHEyp5jHsioL8Al6jQxbdHsjRjRlj0l7qzhmqZ+wO0',
  'EGMHhO6/juHhjLUg6cdyUKSinYcicjWBhNZKwyy6l/sJOPPo3xTB9MPIIA9CJmJ/mNA9Qatr99x5eeD3eIqFuqGCk4wo',
  'r/hUiPtwVwdc5U0M53na8ihOczf6ciONuRwHORedOZkKCmznQLRkd/xlW6xlY9SxwmfmWcwU4xmFlwww04rICqFuT152',
  'cSNLYVtBTLE53OmdJXQk1xuNTtmJ1cDCAxX1+b8yQppzgZoxOzw5OmuwgZq+TF27x240VzFpdqb1/zChOoqipX8S9USH',
  '6N/LAmV/0vkYmp91TgqfE7vn1PL70sPn597eJPP5Cbg32Xt+FuaU8Tnt+/7E8zl5fE4An1PQ70sjn1PB52T0dwCOCeV3',
  'Z0qe5381ATRrAVp1W8Aa3eObW8hIZ865lYy0eec2stHmntvJOgWuPju0gKy6LUCNdtCdsOGhu2DCRXfjUDbq80iFNDzL',
  'GWxCH3zGLgzCV6XhFITf9JMOWLQAq8yGQUOEbzSbBSu2iqwbNEj4RJGZt8KrxJpBA4R3JJc56wsLrBrUb/AKKrNWI66+',
  'YlAf4UkmM5YurrxsUC/hEUZk2jLHVZcM6iHcwWPKisgZbv9/o10B9GwBWnVbwBqmgHPujR3n3Bc7zrk/dpzzQOw458HY',
  'ua4dmnnWya8AOZMd8nBmYKM+J5XIBI9Sx2xqcBqjkIlTEKFLjz5gQwGkovsGTRQhiyKsKwBVcs+g8SJ4QYM1hYMK7ho0',
  'VgTNS7Cq3FC5HYNGi8B4BVbUKCq2bZAQAXECLKtrVGrLoJHCP5bPklJIM97+a7XDAOiyR638CpjTAZc8ismATx7DVMAp',
  'j2MicF07IV818ysgTgPc8iQmAX55ClMY/gsYln8S+9iHYaP3WIFGsBQxm3JYTWwfKaY4A7RARG9osW2vlyM4NWieiFqX',
  'YutOMeVPDJojIteU2LLbT/Fjg2aJiFUhNu8FVPrIoBkifEWHTdsIFT40aJoIW5Zh4wZE89/+a7WTAUwvGpXzK0BOADzz',
  'TOyAa56NGfDNc7ECznk+RsA7L8QGuOfFmOhsS4Hw13E729EJlzEc4Rt+N5MK2DuexLIliLVWJOYrsmfGiUUbGmi1SMgT',
  'ZPecFEt2x9BKEZ+rx665JBbstKPlIm5bjp1TUSzXtEtLReyWGjvGqljs9l+rXQRgWeVZR78CpAVw0CswAB56FYcDLnoN',
  'hwI+eh2HAVe2G6i6LeBQz0LCRuDGrwtDEClF99Wwf7i/o1wxaJNILtRk34yAC9/+a7XrAWxOHVW3BSA=',
].join('')

export const sampleBytes = (): Uint8Array => brotliDecompressSync(Buffer.from(packed, 'base64'))
