// A video as its author sees it: chapters, transcript and speed, nothing kept and nothing counted.
import { VideoPlayer } from "./player/video.js";

const root = document.querySelector("[data-video]");
const told = { place: 0, reach: 0, covered: 0, wanted: 0, length: Infinity, bound: false };
if (root) new VideoPlayer(root, { told, words: { watched: "", resumed: "" }, key: "" });
