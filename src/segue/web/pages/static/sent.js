// A report in a file of its own.

import { byId } from "./dom.js";
import { showReport } from "./checks.js";

showReport(JSON.parse(byId("payload").textContent));
