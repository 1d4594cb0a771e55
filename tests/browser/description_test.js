// The description of the API, judged by a validator that is not ours. What the handlers answer is held to it by
// tests/system/openapi.py.

import { readFileSync } from 'node:fs';
import { check, equal, packagePath, test } from './harness.js';

const text = readFileSync(new URL('../../www/admin/openapi.json', import.meta.url), 'utf8');

export async function defineDescriptionTests() {
  const { Validator } = await import(packagePath('@seriousme/openapi-schema-validator'));
  const judge = (change) => {
    const document = JSON.parse(text);
    change(document);
    return new Validator().validate(document);
  };

  test('the description of the API is a valid OpenAPI 3.1 document', async () => {
    const { valid, errors } = await judge(() => {});
    check(valid, JSON.stringify(errors));
    equal(JSON.parse(text).openapi, '3.1.0', 'version');
  });

  test('one that is none is refused', async () => {
    const status = (document) => document.paths['/api/v1/status'].get;
    const spoilt = [
      (document) => delete document.info,
      (document) => { status(document).responses['200'].content = 'application/json'; },
      (document) => { status(document).parameters = [{ name: 'span', in: 'nowhere' }]; },
    ];
    for (const change of spoilt) check(!(await judge(change)).valid, String(change));
  });
  return () => {};
}
