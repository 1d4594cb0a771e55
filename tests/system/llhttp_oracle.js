// What llhttp, the parser inside node, makes of requests: a line of hexadecimal in, a line of JSON out.
//   {"whole": requests that came to their end, "begun": heads that were complete, "error": code or null}
'use strict';

process.noDeprecation = true;       // the parser has no other door
const { HTTPParser } = process.binding('http_parser');
const readline = require('node:readline');

const HEAD = HTTPParser.kOnHeadersComplete | 0;
const BODY = HTTPParser.kOnBody | 0;
const END = HTTPParser.kOnMessageComplete | 0;
const MOST = 65536;                 // bytes of a head: Postern's own limit is to be the first

function judge(bytes) {
  const seen = { whole: 0, begun: 0, error: null };
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {}, MOST, 0);
  parser[HEAD] = () => { seen.begun += 1; };
  parser[BODY] = () => {};
  parser[END] = () => { seen.whole += 1; };
  const result = parser.execute(bytes);
  if (result instanceof Error) seen.error = result.code;
  parser.close();
  return seen;
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  console.log(JSON.stringify(judge(Buffer.from(line, 'hex'))));
});
