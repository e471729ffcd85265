// On a page of a unit: keys, terms explained where they stand, and the place where one stopped.
import { watchKeys } from "./player/keys.js";
import { explainTerms } from "./player/terms.js";
import { keepPlace } from "./player/place.js";

watchKeys(document);
explainTerms(document);
keepPlace(document);
