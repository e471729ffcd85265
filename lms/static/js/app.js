// What every page may use. Each module finds its own elements by data attributes; without scripts the pages still work.
import { watchMenus } from "./menu.js";
import { watchTheme } from "./theme.js";
import { watchConfirmations } from "./confirm.js";
import { watchFlashes } from "./flash.js";
import { watchFilters } from "./filter.js";
import { watchCopies } from "./copy.js";
import { watchDrawers } from "./drawer.js";
import { watchJobs } from "./jobs.js";
import { watchQueues } from "./queue.js";

watchMenus(document);
watchTheme(document);
watchConfirmations(document);
watchFlashes(document);
watchFilters(document);
watchCopies(document);
watchDrawers(document);
watchJobs(document);
watchQueues(document);
