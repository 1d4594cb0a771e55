// node main.js: the tests for which there is something to look at. tests/browser/run calls it and tells what it needs.

import { runTests } from './harness.js';
import { defineActionTests } from './actions_test.js';
import { defineDescriptionTests } from './description_test.js';
import { defineDoorTests } from './door_test.js';
import { defineEditingTests } from './editing_test.js';
import { defineFaultTests } from './faults_test.js';
import { defineForeignTests } from './foreign_test.js';
import { defineLiveTests } from './live_test.js';
import { defineManyTests } from './many_test.js';
import { definePassingTests } from './passing_test.js';
import { defineRefreshTests } from './refresh_test.js';
import { defineStateTests } from './states_test.js';
import { defineViewTests } from './views_test.js';
import { defineWizardTests } from './wizard_test.js';

const endings = [await defineDescriptionTests()];
if (process.env.POSTERN_SAMPLES_DIR) {
  endings.push(await defineStateTests(), await defineRefreshTests(), await defineActionTests(), await defineViewTests());
}
if (process.env.POSTERN_ADMIN_URL) endings.push(await defineLiveTests());
if (process.env.POSTERN_FAULTY_CONTROL) endings.push(await defineManyTests());
if (process.env.POSTERN_PASSED_PORT) endings.push(await definePassingTests());
if (process.env.POSTERN_SETUP_URL) endings.push(await defineDoorTests());
if (process.env.POSTERN_FOREIGN_ADMIN_URL) endings.push(await defineForeignTests());
if (process.env.POSTERN_EDITED_URL) endings.push(await defineEditingTests());
if (process.env.POSTERN_FAULTY_CONTROL) endings.push(await defineFaultTests());
endings.push(await defineWizardTests());
const failed = await runTests();
for (const end of endings) await end();
process.exitCode = failed ? 1 : 0;
