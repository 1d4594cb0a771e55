// node main.js: the tests for which there is something to look at. tests/browser/run calls it and tells what it needs.

import { runTests } from './harness.js';
import { defineLiveTests } from './live_test.js';
import { defineRefreshTests } from './refresh_test.js';
import { defineStateTests } from './states_test.js';

const endings = [];
if (process.env.POSTERN_SAMPLES_DIR) endings.push(await defineStateTests(), await defineRefreshTests());
if (process.env.POSTERN_ADMIN_URL) endings.push(await defineLiveTests());
const failed = await runTests();
for (const end of endings) await end();
process.exitCode = failed ? 1 : 0;
